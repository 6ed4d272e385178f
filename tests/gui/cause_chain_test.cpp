// Why an event happened when it did, as the window explains it.
#include "gui/view/cause_chain.hpp"

#include "lessons/run/runner.hpp"
#include "lessons/scenario/scenario.hpp"
#include "tests/support/catch.hpp"

using namespace proactor_lab;

namespace {

Trace echo() {
  const std::string folder = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/";
  return run_simulated(read_scenario_file(folder + "echo.json")).trace;
}

}  // namespace

TEST_CASE("a chain of causes says why time passed where it did, in plab explain's words") {
  const Trace trace = echo();
  const Model model(trace);
  const WaitingWords words(model);
  gui::CauseChain causes;
  for (std::uint32_t seq = 1; seq <= model.event_count(); ++seq) {
    const auto& chain = causes.of(model, seq);
    REQUIRE(chain.front().seq == seq);
    CHECK(chain.front().passed.empty());
    for (std::size_t i = 1; i < chain.size(); ++i) {
      const std::uint32_t effect = chain[i - 1].seq;
      CHECK(chain[i].seq == model.event(effect).cause);
      const std::int64_t ns = model.event(effect).time_ns - model.event(chain[i].seq).time_ns;
      CHECK(chain[i].passed.empty() == (ns == 0));
      const std::string why = words.between(chain[i].seq, effect);
      CHECK(chain[i].passed.find(why) != std::string::npos);
    }
    CHECK(causes.is_cut() == (chain.back().seq != 1));
  }
}

TEST_CASE("another run's chain is not the last one's") {
  const Trace trace = echo();
  gui::CauseChain causes;
  std::size_t length = 0;
  {
    const Model model(trace);
    length = causes.of(model, 60).size();
    causes.forget();
  }
  const Model again(trace);
  CHECK(causes.of(again, 60).size() == length);
  CHECK(causes.of(again, 1).size() == 1);
}
