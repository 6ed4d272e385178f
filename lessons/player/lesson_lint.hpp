// Verifies a lesson: runs every scenario and every query, and checks that every answer depends on
// the run and that every question hides what happens later.
#pragma once

#include <string>
#include <vector>

#include "lessons/player/lesson.hpp"
#include "lessons/player/lesson_world.hpp"

namespace proactor_lab {

inline constexpr int questions_min = 2;
inline constexpr std::uint64_t lint_seeds = 100;  ///< an `always` answer must hold for all of them

struct LintFinding {
  std::string place;  ///< "step 'guess'"; empty: the whole lesson
  std::string problem;
};

struct LintReport {
  std::vector<LintFinding> findings;
  int questions = 0;
  int queries = 0;
  int runs = 0;  ///< number of scenarios that were run
  bool passed() const { return findings.empty(); }
};

LintReport lint_lesson(const Lesson& lesson, const RunScenario& run = run_for_lesson);

}  // namespace proactor_lab
