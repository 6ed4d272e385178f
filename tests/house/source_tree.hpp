// The source tree as the house tests see it: its files, and what each file includes.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace proactor_lab::house {

inline const std::filesystem::path root = PROACTOR_LAB_SOURCE_DIR;
inline const std::vector<std::string> folders = {"core", "sim", "traces", "lessons", "gui"};

inline std::vector<std::string> all_folders() {
  auto all = folders;
  all.push_back("tests");
  return all;
}

inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

struct Include {
  std::string file;
  int line;
  std::string header;
  bool quoted;
};

inline std::string where(const Include& include) {
  return include.file + ":" + std::to_string(include.line) + " includes " + include.header;
}

inline std::string relative_name(const std::filesystem::path& path) {
  return path.lexically_relative(root).generic_string();
}

inline std::vector<std::filesystem::path> sources_in(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".hpp") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

inline std::vector<Include> includes_of(const std::filesystem::path& path) {
  static const std::regex pattern{R"re(\s*#\s*include\s*(["<])([^">]+)[">].*)re"};
  std::vector<Include> includes;
  std::ifstream in(path);
  std::string text;
  std::smatch match;
  for (int line = 1; std::getline(in, text); ++line) {
    if (text.find("include") == std::string::npos || !std::regex_match(text, match, pattern)) {
      continue;
    }
    includes.push_back({relative_name(path), line, match[2], match[1] == "\""});
  }
  return includes;
}

}  // namespace proactor_lab::house
