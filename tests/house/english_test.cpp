// Comments are plain technical English: words that make persons of things, or that stop a reader,
// are kept out (CONTRIBUTING.md, Style).
#include <fstream>
#include <regex>
#include <string>

#include "tests/house/source_tree.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace proactor_lab::house;

/// What a comment line says; empty if the line has none.
std::string comment_of(const std::string& line) {
  const std::size_t start = line.find("//");
  if (start == std::string::npos || (start > 0 && line[start - 1] == ':')) return {};  // a URL
  return line.substr(start);
}

const std::regex refused{
    "\\b([Ww]hoever|[Nn]obody|[Ss]omebody|[Ee]verybody|hears|is told|are told|was told|its alone|"
    "in its turn|lets be|with care|unheard)\\b"};

}  // namespace

TEST_CASE("comments make no persons of things, and need no second reading") {
  for (const auto& folder : all_folders()) {
    for (const auto& path : sources_in(folder)) {
      if (path.filename() == "english_test.cpp") continue;  // it has the words
      std::ifstream in(path);
      std::string line;
      for (int number = 1; std::getline(in, line); ++number) {
        const std::string comment = comment_of(line);
        std::smatch found;
        if (!std::regex_search(comment, found, refused)) continue;
        INFO(relative_name(path) << ":" << number << ": \"" << found[1] << "\" in: " << comment);
        CHECK(false);
      }
    }
  }
}

TEST_CASE("the rule for comments sees an offence where there is one") {
  CHECK(std::regex_search("// nobody waits", refused));
  CHECK(std::regex_search("// the handler is told", refused));
  CHECK_FALSE(std::regex_search("// the handler receives the result", refused));
  CHECK(comment_of("int a;  // nobody") == "// nobody");
  CHECK(comment_of("std::string nobody;").empty());
}
