// Builds a lesson's steps from its JSON and the sections of its text. Only lesson.cpp needs this.
#pragma once

#include <string>
#include <vector>

#include "lessons/player/lesson.hpp"
#include "lessons/player/lesson_sections.hpp"
#include "lessons/scenario/lesson_json.hpp"

namespace proactor_lab {

/// What a step inherits where it does not say otherwise.
struct StepDefaults {
  std::vector<Pane> panes;
  LessonZoom zoom = LessonZoom::participants;
};

std::vector<Pane> read_panes(const JsonNode& node);
LessonZoom read_zoom(const JsonNode& node);
std::string read_sql(const JsonNode& node);

/// Appends the step that `node` describes to `lesson`; its runs and numbers must already stand.
void add_step(Lesson& lesson, const JsonNode& node, const LessonSection& section,
              const StepDefaults& defaults);

/// Blocks of a passage; its `{{...}}` are looked up in, or added to, `lesson.numbers`.
std::vector<TextBlock> read_passage(Lesson& lesson, const LessonPassage& passage);

}  // namespace proactor_lab
