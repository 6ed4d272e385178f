// A lesson's words and questions as JSON for its page. Private to the page.
#pragma once

#include <string>
#include <vector>

#include "lessons/player/lesson_player.hpp"
#include "traces/figures/page/page_json.hpp"

namespace proactor_lab {

/// [kind, level, ordinal, style, words, style, words...], one a block.
std::string blocks_text(const std::vector<TextBlock>& blocks);

/// The question of the player's step; `model` is what is shown of its run. With `judged` (it must
/// be answered) also what is right and what is said to each answer; else, where it is answered,
/// only what is right.
std::string question_text(const LessonPlayer& player, const Model& model, bool judged);

/// What may be changed; with `solved` also one way to reach the goal.
std::string exercise_text(const LessonPlayer& player, bool solved);

}  // namespace proactor_lab
