#include "gui/document/source_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>

#include "gui/document/places.hpp"

namespace proactor_lab::gui {
namespace {

constexpr std::uintmax_t largest_file = 1 << 20;
constexpr std::size_t largest_cache = 64;

std::string expanded(const std::string& line) {
  std::string text;
  for (const char c : line) {
    if (c == '\t') {
      text.append(2, ' ');
    } else if (c != '\r') {
      text += c;
    }
  }
  return text;
}

SourceText read(const std::string& relative) {
  SourceText source;
  source.name = std::filesystem::path{relative}.filename().string();
  const std::filesystem::path path = source_place(relative);
  std::error_code error;
  if (path.empty() || !std::filesystem::is_regular_file(path, error)) return source;
  if (std::filesystem::file_size(path, error) > largest_file || error) return source;
  std::ifstream stream{path};
  for (std::string line; std::getline(stream, line);) source.lines.push_back(expanded(line));
  return source;
}

constexpr std::array keywords = {
    "auto",      "bool",     "break",     "case",      "catch",   "class",    "co_await",
    "co_return", "const",    "constexpr", "continue",  "default", "delete",   "do",
    "else",      "enum",     "explicit",  "false",     "final",   "float",    "for",
    "if",        "inline",   "int",       "namespace", "new",     "noexcept", "nullptr",
    "operator",  "override", "private",   "public",    "return",  "size_t",   "static",
    "struct",    "switch",   "template",  "this",      "throw",   "true",     "try",
    "typename",  "using",    "virtual",   "void",      "while"};

bool is_keyword(std::string_view word) {
  return std::binary_search(keywords.begin(), keywords.end(), word);
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

const SourceText& source_text(std::string_view relative_path) {
  static std::map<std::string, SourceText, std::less<>> cache;
  if (const auto known = cache.find(relative_path); known != cache.end()) return known->second;
  static const SourceText nothing;
  if (cache.size() >= largest_cache) return nothing;  // limits the memory a hostile trace can use
  return cache.emplace(std::string{relative_path}, read(std::string{relative_path})).first->second;
}

std::vector<CodeSpan> code_spans(std::string_view line) {
  std::vector<CodeSpan> spans;
  std::size_t at = 0;
  std::size_t plain_from = 0;
  const auto emit = [&](CodeSpan::Kind kind, std::size_t end) {
    if (at > plain_from) {
      spans.push_back({CodeSpan::Kind::plain, line.substr(plain_from, at - plain_from)});
    }
    spans.push_back({kind, line.substr(at, end - at)});
    at = plain_from = end;
  };
  while (at < line.size()) {
    const char c = line[at];
    if (line.substr(at, 2) == "//" || (c == '#' && line.find_first_not_of(' ') == at)) {
      emit(CodeSpan::Kind::comment, line.size());
    } else if (c == '"' || c == '\'') {
      std::size_t end = at + 1;
      while (end < line.size() && line[end] != c) end += line[end] == '\\' ? 2 : 1;
      emit(CodeSpan::Kind::string, std::min(end + 1, line.size()));
    } else if (is_word(c)) {
      std::size_t end = at;
      while (end < line.size() && is_word(line[end])) ++end;
      const std::string_view word = line.substr(at, end - at);
      if (is_keyword(word)) {
        emit(CodeSpan::Kind::keyword, end);
      } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
        emit(CodeSpan::Kind::number, end);
      } else {
        at = end;
      }
    } else {
      ++at;
    }
  }
  if (at > plain_from) spans.push_back({CodeSpan::Kind::plain, line.substr(plain_from)});
  return spans;
}

}  // namespace proactor_lab::gui
