// Where lessons and scenarios lie. An installed program finds them beside itself, a built one in
// the source tree, and PROACTOR_LAB_LESSONS overrides both.
#pragma once

#include <filesystem>

namespace proactor_lab {

/// `executable` is the running program's own path (from /proc/self/exe or argv[0]); it may be
/// empty. Throws InputError, telling where it looked.
std::filesystem::path lessons_root(const std::filesystem::path& executable = {});

}  // namespace proactor_lab
