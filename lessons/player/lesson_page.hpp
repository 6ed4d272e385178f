// A lesson as one page for a browser, so that a laptop without the lab takes part.
//
// With answers the page is the whole lesson: it asks, judges, remarks and reveals like the window.
// Its answers are in the file, for who looks.
//
// Without, it is a handout: what a learner sees who has come to one question and not yet answered
// it. The runs end at that question's moment, the steps with that question. Nothing later is in the
// file in any form, and neither is the answer, nor anything to test an answer with.
#pragma once

#include <string>

#include "lessons/player/lesson_player.hpp"

namespace proactor_lab {

std::string lesson_page(Lesson lesson, const RunScenario& run = run_for_lesson);

/// `question` counts from 1; those before it are answered and explained in the page. Throws
/// InputError where the lesson has no such question.
std::string lesson_handout(Lesson lesson, int question, const RunScenario& run = run_for_lesson);

}  // namespace proactor_lab
