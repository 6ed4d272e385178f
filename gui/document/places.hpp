// Where the program's own data lies: lessons, scenarios and the programs that people study.
#pragma once

#include <filesystem>
#include <string_view>

namespace proactor_lab::gui {

/// The folder of the lessons that come with the program; empty where they are missing.
const std::filesystem::path& lessons_folder();

/// Where a source file that a trace names would lie, from its repository-relative path. Empty where
/// the path leads anywhere else: a trace may come from anybody.
std::filesystem::path source_place(std::string_view relative_path);

}  // namespace proactor_lab::gui
