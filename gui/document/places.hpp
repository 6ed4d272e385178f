// Locations of the program's own data: lessons, scenarios and the source of the programs to study.
#pragma once

#include <filesystem>
#include <string_view>

namespace proactor_lab::gui {

/// The folder of the shipped lessons; empty if it is missing.
const std::filesystem::path& lessons_folder();

/// The location of a source file that a trace names by its repository-relative path. Empty if the
/// path leads anywhere else, because traces are untrusted.
std::filesystem::path source_place(std::string_view relative_path);

}  // namespace proactor_lab::gui
