#include "gui/document/places.hpp"

#include <algorithm>

#include "lessons/run/data_folder.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab::gui {

namespace fs = std::filesystem;

const fs::path& lessons_folder() {
  static const fs::path folder = [] {
    std::error_code error;
    try {
      return lessons_root(fs::read_symlink("/proc/self/exe", error));
    } catch (const InputError&) {
      return fs::path{};
    }
  }();
  return folder;
}

fs::path source_place(std::string_view relative_path) {
  const fs::path path{relative_path};
  if (path.empty() || path.is_absolute() || lessons_folder().empty()) return {};
  if (std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; })) {
    return {};
  }
  // After installation, the lessons' folder may have another name than in the source tree.
  if (*path.begin() == "lessons") {
    fs::path place = lessons_folder();
    for (auto part = std::next(path.begin()); part != path.end(); ++part) place /= *part;
    return place;
  }
  return lessons_folder().parent_path() / path;
}

}  // namespace proactor_lab::gui
