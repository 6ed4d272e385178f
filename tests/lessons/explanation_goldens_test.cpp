// What plab explain prints for three shipped scenarios, byte for byte.
#include <string>

#include "lessons/run/runner.hpp"
#include "sim/time/choice_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "traces/explain/explanation.hpp"
#include "traces/model/choice_words.hpp"

using namespace proactor_lab;

TEST_CASE("the explanations of shipped runs are those that were last read and found good") {
  struct Case {
    std::string scenario;
    std::uint32_t event;
  };
  const std::string folder = PROACTOR_LAB_SOURCE_DIR "/lessons/scenarios/";
  for (const Case& each :
       {Case{"echo", 74}, Case{"timeout_race", 47}, Case{"opposite_locks", 31}}) {
    const RunResult run = run_simulated(read_scenario_file(folder + each.scenario + ".json"));
    const Model model(run.trace);
    const std::string text = explain_run(model) + "\n" + explain_event(model, each.event);
    CHECK(text == test::golden("explain_" + each.scenario + ".txt", text));
  }
}

TEST_CASE("every question of the simulated system that a trace tells has words") {
  for (const QuestionKind kind :
       {QuestionKind::which_first, QuestionKind::bytes_transferred, QuestionKind::which_receiver,
        QuestionKind::completion_order, QuestionKind::cancel_reach, QuestionKind::timeout_result,
        QuestionKind::drain_end}) {
    INFO(name_of(kind));
    CHECK_FALSE(words_of_question(name_of(kind)).empty());
  }
}
