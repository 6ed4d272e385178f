// lesson.md cut into its parts: title, introduction, and for each step its prose, choices, feedback
// and what is revealed. Markdown within the parts is read later (lesson_text.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab {

struct LessonPassage {
  std::string text;
  std::size_t line = 1;   ///< where it begins in the file
  std::size_t lines = 0;  ///< how many `text` has
};

struct LessonOption {
  std::string value;  ///< between the brackets
  LessonPassage passage;
};

struct LessonSection {
  std::string id;
  std::string title;
  std::size_t line = 1;
  LessonPassage body;
  LessonPassage reveal;
  std::vector<LessonOption> choices;   ///< `- [value] text`
  std::vector<LessonOption> feedback;  ///< `> [value] text`
};

struct LessonSections {
  std::string title;
  LessonPassage introduction;
  std::vector<LessonSection> steps;
};

/// Throws InputError.
LessonSections split_lesson_text(std::string_view markdown, const std::string& file);

/// "who-moves-the-bytes": what lessons, steps and misconceptions are called.
bool is_kebab_name(std::string_view name);

}  // namespace proactor_lab
