// The recipes of CONTRIBUTING.md: the files that they name exist, and those that are to hold every
// kind of event do.
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "tests/house/source_tree.hpp"
#include "tests/support/catch.hpp"
#include "traces/format/event.hpp"

namespace {

namespace fs = std::filesystem;
using namespace proactor_lab;
using namespace proactor_lab::house;

}  // namespace

TEST_CASE("the files that the recipes name exist") {
  const std::string recipes = text_of(root / "CONTRIBUTING.md");
  static const std::regex file{R"re(`((core|sim|traces|lessons|gui|tests)/[a-z0-9_/.]+)`)re"};
  int named = 0;
  for (auto it = std::sregex_iterator(recipes.begin(), recipes.end(), file);
       it != std::sregex_iterator(); ++it) {
    INFO("CONTRIBUTING.md names " << (*it)[1]);
    CHECK(fs::exists(root / std::string((*it)[1])));
    ++named;
  }
  CHECK(named > 20);
}

TEST_CASE("the files that are to hold every kind of event hold every kind") {
  const std::string recipes = text_of(root / "CONTRIBUTING.md");
  static const std::regex every{R"re(`([a-z0-9_/.A-Z]+)`\s+\(every kind\))re"};
  int files = 0;
  for (auto it = std::sregex_iterator(recipes.begin(), recipes.end(), every);
       it != std::sregex_iterator(); ++it) {
    const std::string name = (*it)[1];
    const std::string text = text_of(root / name);
    for (int i = 0; i < event_kind_count; ++i) {
      const std::string kind(name_of(static_cast<EventKind>(i)));
      INFO(name << " lacks " << kind);
      CHECK(std::regex_search(text, std::regex("\\b" + kind + "\\b")));
    }
    ++files;
  }
  CHECK(files >= 4);
}
