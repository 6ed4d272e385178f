// Where in a program an operation was initiated; a default argument fills it in. The build maps
// paths so that `file` is relative to the repository (-ffile-prefix-map). clang 14 with this
// libstdc++ has no std::source_location, but both compilers have the builtins it is based on. Keep
// initiating calls on one line: compilers differ in which line of a longer call they report.
#pragma once

#include <cstdint>

namespace proactor_lab {

struct CallSite {
  const char* file = "";
  std::uint32_t line = 0;

  static constexpr CallSite here(const char* file = __builtin_FILE(),
                                 std::uint32_t line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace proactor_lab
