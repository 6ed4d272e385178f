#include "lessons/plab/output_file.hpp"

#include <filesystem>
#include <iostream>
#include <utility>

#include <unistd.h>

#include "traces/format/input_error.hpp"

namespace proactor_lab::plab {

namespace fs = std::filesystem;

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (is_stdout()) return;
  std::error_code error;
  if (fs::is_directory(path_, error)) throw InputError(path_, "", "is a folder, not a file");
  // A device or a pipe cannot be replaced.
  const bool replaced = !fs::exists(path_, error) || fs::is_regular_file(path_, error);
  if (replaced) part_ = path_ + ".part" + std::to_string(getpid());
  if (!file_.open(replaced ? part_ : path_, has_packed_name(path_))) fail();
}

OutputFile::~OutputFile() {
  if (part_.empty()) return;
  std::error_code ignored;
  fs::remove(part_, ignored);
}

void OutputFile::write(std::string_view content) {
  if (is_stdout()) {
    std::cout.write(content.data(), static_cast<std::streamsize>(content.size()));
  } else {
    file_.write(content);
  }
}

void OutputFile::commit() {
  if (is_stdout()) return;
  if (!file_.close()) fail();  // buffered write errors appear only here
  if (part_.empty()) return;
  std::error_code error;
  fs::rename(part_, path_, error);
  if (error) throw InputError(path_, "", "cannot be written: " + error.message());
  part_.clear();
}

void OutputFile::fail() const {
  throw InputError(path_, "", "cannot be written", "does the folder exist, and is there room?");
}

void write_output(const std::string& path, std::string_view content) {
  OutputFile file(path);
  file.write(content);
  file.commit();
}

}  // namespace proactor_lab::plab
