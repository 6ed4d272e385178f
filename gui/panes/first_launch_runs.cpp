#include <algorithm>
#include <utility>

#include "gui/document/places.hpp"
#include "gui/panes/first_launch.hpp"
#include "lessons/run/runner.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab::gui {
namespace {

struct Way {
  const char* title;
  const char* scenario;
};

constexpr Way ways[] = {
    {"One thread", "three_requests_one_thread.json"},
    {"Three threads", "three_requests_threads.json"},
    {"Proactor", "three_requests_proactor.json"},
};

}  // namespace

FirstLaunchRuns run_three_requests() {
  if (lessons_folder().empty()) {
    throw InputError{"lessons", "", "the program's own lessons are not where they should be",
                     "install it again, or start it from its source tree"};
  }
  FirstLaunchRuns runs;
  for (const Way& way : ways) {
    const auto path = lessons_folder() / "scenarios" / way.scenario;
    const Scenario scenario = read_scenario_file(path.string());
    auto run = std::make_unique<Run>(run_simulated(scenario).trace);
    const auto& handles = run->model().handles();
    runs.requests = static_cast<std::size_t>(std::count_if(
        handles.begin(), handles.end(), [](const HandleRecord& h) { return !h.listener; }));
    runs.entries.push_back({way.title, std::move(run)});
    runs.work = scenario.work;
    if (!scenario.back_ends.empty()) runs.waiting = scenario.back_ends[0].answer_after.least;
  }
  return runs;
}

}  // namespace proactor_lab::gui
