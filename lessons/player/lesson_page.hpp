// A lesson as a single HTML page, for computers on which the lab is not installed.
//
// With answers, the page is the whole lesson: it asks, checks, comments and reveals as the window
// does. The file contains the answers, so a reader could find them.
//
// Without answers, it is a handout: what a learner sees who has reached one question and not yet
// answered it. The runs end at that question's moment, and the steps end with that question. The
// file contains nothing later, not the answer, and nothing to test an answer with.
#pragma once

#include <string>

#include "lessons/player/lesson_player.hpp"

namespace proactor_lab {

std::string lesson_page(Lesson lesson, const RunScenario& run = run_for_lesson);

/// `question` counts from 1. Earlier questions are answered and explained in the page. Throws
/// InputError if the lesson has no such question.
std::string lesson_handout(Lesson lesson, int question, const RunScenario& run = run_for_lesson);

}  // namespace proactor_lab
