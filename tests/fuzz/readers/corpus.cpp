#include "tests/fuzz/readers/corpus.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace proactor_lab::fuzz {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> files_beneath(const fs::path& folder, std::string_view suffix) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().string().ends_with(suffix)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::string> seeds_of(const Reader& reader) {
  std::vector<std::string> seeds;
  for (const fs::path& folder : reader.seeds) {
    for (const fs::path& file : files_beneath(folder, reader.seed_suffix)) {
      seeds.push_back(content_of(file));
      if (file.filename() != "lesson.json") continue;
      seeds.back() += lesson_boundary;
      seeds.back() += content_of(file.parent_path() / "lesson.md");
    }
  }
  return seeds;
}

std::vector<std::string> found_for(const Reader& reader) {
  const fs::path folder = fs::path(PROACTOR_LAB_SOURCE_DIR) / "tests/fuzz/readers/found";
  std::vector<std::string> found;
  for (const fs::path& file : files_beneath(folder / reader.name, "")) {
    found.push_back(content_of(file));
  }
  return found;
}

}  // namespace proactor_lab::fuzz
