#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include "lessons/plab/command.hpp"
#include "traces/input_error.hpp"

namespace proactor_lab::plab {
namespace {

/// False where not all of it could be written: only closing says so of what was buffered.
bool write_file(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  return !file.fail();
}

}  // namespace

void write_output(const std::string& path, std::string_view content) {
  if (path == "-") {
    std::cout.write(content.data(), static_cast<std::streamsize>(content.size()));
    return;
  }
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError(path, "", "is a folder, not a file");
  }
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    // A device or a pipe cannot be replaced: write to it as it is.
    if (!write_file(path, content)) throw InputError(path, "", "cannot be written");
    return;
  }
  const std::string part = path + ".part" + std::to_string(getpid());
  if (!write_file(part, content)) {
    std::filesystem::remove(part, error);
    throw InputError(path, "", "cannot be written", "does the folder exist, and is there room?");
  }
  std::filesystem::rename(part, path, error);
  if (error) {
    const std::string why = error.message();
    std::filesystem::remove(part, error);
    throw InputError(path, "", "cannot be written: " + why);
  }
}

}  // namespace proactor_lab::plab
