// A lesson's texts and questions as JSON for lesson_page.cpp. Not used elsewhere.
#pragma once

#include <string>
#include <vector>

#include "lessons/player/lesson_player.hpp"
#include "traces/figures/page/page_json.hpp"

namespace proactor_lab {

/// One [kind, level, ordinal, style, words, style, words...] per block.
std::string blocks_text(const std::vector<TextBlock>& blocks);

/// The question of the player's step. `model` is the visible part of its run. With `judged`, the
/// result includes what is right and the feedback for each answer; the question must be answered.
/// Without it, an answered question includes only what is right.
std::string question_text(const LessonPlayer& player, const Model& model, bool judged);

/// The values that may be changed; with `solved`, also one solution.
std::string exercise_text(const LessonPlayer& player, bool solved);

}  // namespace proactor_lab
