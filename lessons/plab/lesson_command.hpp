// plab lesson list | lint | run | export: lessons without the window.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "lessons/plab/command.hpp"
#include "lessons/player/lesson.hpp"

namespace proactor_lab::plab {

void add_lesson(CLI::App& app, Action& action);

int list_lessons(const std::filesystem::path& root, std::ostream& out);

/// `names` are ids or folders; if empty, every lesson beneath `root`. Returns 0: all pass; 1: a
/// lesson fails; 2: a lesson cannot be read (reported on `errors`).
int lint_lessons(const std::filesystem::path& root, const std::vector<std::string>& names,
                 std::ostream& out, std::ostream& errors);

/// How a lesson is played in a terminal.
struct TerminalOptions {
  std::optional<std::vector<std::string>> answers;  ///< instead of reading `in`
  bool pause = false;                               ///< wait for Enter between steps
  std::size_t columns = 78;
};

int play_lesson(const Lesson& lesson, const TerminalOptions& options, std::istream& in,
                std::ostream& out);

struct LessonExport {
  std::string name;
  std::string out = "-";
  bool answers = false;  ///< false: a handout that ends at `question`
  int question = 1;
};

int export_lesson(const std::filesystem::path& root, const LessonExport& wanted);

/// The folder of the lesson with this id or path. Throws InputError.
std::filesystem::path find_lesson(const std::filesystem::path& root, const std::string& name);

}  // namespace proactor_lab::plab
