// Builds a lesson's steps from its JSON and the sections of its text. Used only by lesson.cpp.
#pragma once

#include <string>
#include <vector>

#include "lessons/player/lesson.hpp"
#include "lessons/player/lesson_sections.hpp"
#include "lessons/scenario/lesson_json.hpp"

namespace proactor_lab {

/// Values for steps that do not give their own.
struct StepDefaults {
  std::vector<Pane> panes;
  LessonZoom zoom = LessonZoom::participants;
};

std::vector<Pane> read_panes(const JsonNode& node);
LessonZoom read_zoom(const JsonNode& node);
std::string read_sql(const JsonNode& node);

/// Appends the step that `node` describes to `lesson`. REQUIRES that the lesson's runs and numbers
/// have been read.
void add_step(Lesson& lesson, const JsonNode& node, const LessonSection& section,
              const StepDefaults& defaults);

/// The blocks of a passage. Each `{{...}}` is looked up in, or added to, `lesson.numbers`.
std::vector<TextBlock> read_passage(Lesson& lesson, const LessonPassage& passage);

}  // namespace proactor_lab
