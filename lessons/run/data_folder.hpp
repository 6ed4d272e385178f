// Locates lessons and scenarios: beside the program, in ../share/proactor_lab/lessons. In a build
// folder that is a link into the source tree. PROACTOR_LAB_LESSONS overrides it.
#pragma once

#include <filesystem>

namespace proactor_lab {

/// `executable` is the running program's path (from /proc/self/exe or argv[0]); it may be empty.
/// Throws InputError naming the folder that was looked for.
std::filesystem::path lessons_root(const std::filesystem::path& executable = {});

}  // namespace proactor_lab
