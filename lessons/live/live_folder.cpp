#include "lessons/live/live_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <stdlib.h>

namespace proactor_lab {
namespace {

namespace fs = std::filesystem;

bool write_file(const fs::path& path, const std::string& content) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream output(path, std::ios::binary);
  output.write(content.data(), static_cast<std::streamsize>(content.size()));
  output.close();
  return !output.fail();
}

}  // namespace

LiveFolder::LiveFolder(const std::vector<ScenarioFile>& files) {
  std::error_code error;
  path_ = (fs::temp_directory_path(error) / "proactor-lab-files-XXXXXX").string();
  if (error || mkdtemp(path_.data()) == nullptr) {
    throw InputError(path_, "", "cannot be created for the scenario's files",
                     "set TMPDIR to a folder that can be written to");
  }
  for (const ScenarioFile& each : files) {
    if (write_file(fs::path(path_) / each.path, each.content)) continue;
    fs::remove_all(path_, error);
    throw InputError(path_ + "/" + each.path, "", "cannot be written", "is the disk full?");
  }
}

LiveFolder::~LiveFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<ScenarioFile> LiveFolder::files() const {
  std::vector<ScenarioFile> found;
  for (const auto& each : fs::recursive_directory_iterator(path_)) {
    if (!each.is_regular_file()) continue;
    std::ifstream input(each.path(), std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(input), {});
    found.push_back({each.path().lexically_relative(path_).generic_string(), std::move(content)});
  }
  std::sort(found.begin(), found.end(),
            [](const ScenarioFile& a, const ScenarioFile& b) { return a.path < b.path; });
  return found;
}

}  // namespace proactor_lab
