// The readers of untrusted files, as fuzzers call them: bytes go in, and the reader either succeeds
// or throws an InputError, which is caught here. Anything else is a bug: another exception, a
// broken promise (then `std::abort`), or a sanitizer's report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace proactor_lab::fuzz {

struct Reader {
  std::string_view name;
  void (*read)(std::string_view bytes);
  /// Initial files. Folders are searched for files with this suffix.
  std::vector<std::filesystem::path> seeds;
  std::string_view seed_suffix;
};

const std::vector<Reader>& readers();
const Reader* reader_named(std::string_view name);

/// A lesson is two files. The text before this line is lesson.json, the text after it is lesson.md.
inline constexpr std::string_view lesson_boundary = "\n---- lesson.md ----\n";

}  // namespace proactor_lab::fuzz
