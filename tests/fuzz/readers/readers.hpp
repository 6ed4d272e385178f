// What reads files of strangers, as fuzzers want it: bytes in, and either all is well, or an
// InputError was thrown and caught here. Whatever else happens is a fault: another exception, a
// promise broken (then `std::abort`), or what a sanitizer finds.
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
  /// Files to begin with; folders are searched for those that end so.
  std::vector<std::filesystem::path> seeds;
  std::string_view seed_suffix;
};

const std::vector<Reader>& readers();
const Reader* reader_named(std::string_view name);

/// A lesson is two files: what stands before this line is lesson.json, what follows is lesson.md.
inline constexpr std::string_view lesson_boundary = "\n---- lesson.md ----\n";

}  // namespace proactor_lab::fuzz
