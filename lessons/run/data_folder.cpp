#include "lessons/run/data_folder.hpp"

#include <cstdlib>
#include <system_error>

#include "traces/format/input_error.hpp"

namespace proactor_lab {

std::filesystem::path lessons_root(const std::filesystem::path& executable) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (const char* named = std::getenv("PROACTOR_LAB_LESSONS"); named != nullptr && *named != '\0') {
    if (fs::is_directory(named, error)) return named;
    throw InputError(named, "", "PROACTOR_LAB_LESSONS names no folder", "correct it or unset it");
  }
  std::string looked;
  if (!executable.empty()) {
    const fs::path self = fs::weakly_canonical(executable, error);
    const fs::path beside = self.parent_path().parent_path() / "share" / "proactor_lab" / "lessons";
    if (fs::is_directory(beside, error)) return fs::canonical(beside);
    looked = " (looked for " + beside.string() + ")";
  }
  throw InputError("", "", "no lessons found" + looked,
                   "set PROACTOR_LAB_LESSONS to the folder that holds them");
}

}  // namespace proactor_lab
