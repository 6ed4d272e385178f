// Splits lesson.md into its parts: title, introduction, and for each step prose, choices, feedback
// and reveal. The Markdown within the parts is parsed later (lesson_text.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab {

struct LessonPassage {
  std::string text;
  std::size_t line = 1;   ///< first line in the file
  std::size_t lines = 0;  ///< number of lines in `text`
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

/// Throws InputError if the text does not have the structure that LESSON.md describes.
LessonSections split_lesson_text(std::string_view markdown, const std::string& file);

/// True for "who-moves-the-bytes", the form of the names of lessons, steps and misconceptions.
bool is_kebab_name(std::string_view name);

}  // namespace proactor_lab
