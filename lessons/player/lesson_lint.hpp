// Proves a lesson: every scenario is run, every query asked, every answer shown to depend on the
// run, every prediction shown to hide the future.
#pragma once

#include <string>
#include <vector>

#include "lessons/player/lesson.hpp"
#include "lessons/player/lesson_world.hpp"

namespace proactor_lab {

inline constexpr int questions_min = 2;
inline constexpr std::uint64_t lint_seeds = 100;  ///< an `always` must survive them all

struct LintFinding {
  std::string place;  ///< "step 'guess'"; empty: the whole lesson
  std::string problem;
};

struct LintReport {
  std::vector<LintFinding> findings;
  int questions = 0;
  int queries = 0;
  int runs = 0;  ///< how many scenarios were run for the proof
  bool passed() const { return findings.empty(); }
};

LintReport lint_lesson(const Lesson& lesson, const RunScenario& run = run_for_lesson);

}  // namespace proactor_lab
