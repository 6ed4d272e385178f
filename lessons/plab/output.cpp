#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include "lessons/plab/command.hpp"
#include "traces/input_error.hpp"

namespace proactor_lab::plab {

void write_output(const std::string& path, std::string_view content) {
  if (path == "-") {
    std::cout.write(content.data(), static_cast<std::streamsize>(content.size()));
    std::cout.flush();
    if (!std::cout) throw InputError("standard output", "", "cannot be written");
    return;
  }
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    // A device or a pipe cannot be replaced: write to it as it is.
    std::ofstream(path, std::ios::binary) << content;
    return;
  }
  const std::string part = path + ".part" + std::to_string(getpid());
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) {
      std::filesystem::remove(part, error);
      throw InputError(path, "", "cannot be written", "does the folder exist, and is there room?");
    }
  }
  std::filesystem::rename(part, path, error);
  if (error) {
    const std::string why = error.message();
    std::filesystem::remove(part, error);
    throw InputError(path, "", "cannot be written: " + why);
  }
}

}  // namespace proactor_lab::plab
