// Untrusted files, damaged at random but reproducibly: they are refused with a message or accepted,
// and an accepted file can be examined in every way. Under the sanitizers this is a fuzzer of fixed
// length.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "lessons/run/runner.hpp"
#include "sim/time/choice_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "traces/explain/explanation.hpp"
#include "traces/figures/activity/activity.hpp"
#include "traces/figures/interaction/interaction.hpp"
#include "traces/figures/states/states.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/query/query.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;

namespace {

const std::string scenarios = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/";

/// Random numbers that are the same on every platform.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : choices_(seed) {}
  std::size_t below(std::size_t n) {
    return choices_.draw(n - 1, {QuestionKind::which_first, 0, rolls_++});
  }

 private:
  SeededChoices choices_;
  std::uint32_t rolls_ = 0;
};

std::string spoiled(std::string text, Dice& dice) {
  static const std::vector<std::string> pieces = {"0",
                                                  "-1",
                                                  "4294967295",
                                                  "18446744073709551615",
                                                  "1e308",
                                                  "null",
                                                  "true",
                                                  "\"\"",
                                                  "[",
                                                  "]",
                                                  "{",
                                                  "}",
                                                  ",",
                                                  ":",
                                                  "\"",
                                                  "\\",
                                                  "\xFF",
                                                  "{}",
                                                  "[]",
                                                  "\n",
                                                  "99999999",
                                                  "\"seq\":3",
                                                  "\"cause\":2",
                                                  "\"operation\":1",
                                                  "\"handle\":70000",
                                                  "\"buffer\":9"};
  for (std::size_t edits = 1 + dice.below(4); edits > 0 && !text.empty(); --edits) {
    const std::size_t at = dice.below(text.size());
    switch (dice.below(6)) {
      case 0:
        text.erase(at, 1 + dice.below(20));
        break;
      case 1:
        text.insert(at, pieces[dice.below(pieces.size())]);
        break;
      case 2:
        text[at] = static_cast<char>(dice.below(256));
        break;
      case 3: {  // replaces a number with another one
        const std::size_t digit = text.find_first_of("0123456789", at);
        if (digit == std::string::npos) break;
        const std::size_t end = text.find_first_not_of("0123456789", digit);
        text.replace(digit, end - digit, std::to_string(dice.below(1'000)));
        break;
      }
      case 4: {  // repeats or removes a line
        const std::size_t begin = text.rfind('\n', at);
        const std::size_t end = text.find('\n', at);
        if (begin == std::string::npos || end == std::string::npos || begin >= end) break;
        const std::string line = text.substr(begin, end - begin);
        if (dice.below(2) == 0)
          text.erase(begin, line.size());
        else
          text.insert(end, line);
        break;
      }
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

/// Examines a trace as every part of the program would.
void look_at(const Trace& trace) {
  const Model model(trace);
  check_rules(trace);
  explain_run(model);
  const std::uint32_t count = model.event_count();
  for (std::uint32_t seq = 1; seq <= count; seq += 1 + count / 7) {
    explain_event(model, seq);
    model.sentence(seq);
    figures::InteractionOptions options;
    options.at = {seq, 0.5f};
    options.axis = seq % 2 == 0 ? figures::Axis::order : figures::Axis::time;
    options.zoom = seq % 3 == 0 ? figures::Zoom::roles : figures::Zoom::participants;
    figures::interaction_scene(model, options);
    figures::StatesOptions states;
    states.at = {seq, 0.25f};
    figures::states_scene(model, states);
  }
  figures::interaction_text(model, 100);
  const figures::ActivityGroup group{"spoiled", &model};
  figures::activity_scene({&group, 1}, {});
  figures::activity_text({&group, 1}, 100);
  const TraceDatabase database(model);
  database.query("SELECT count(*) FROM events");
  database.query("SELECT * FROM operations LIMIT 5");
  to_json(trace);
}

}  // namespace

TEST_CASE("a spoiled trace is refused in words, or can be looked at from every side") {
  Dice dice(7);
  std::size_t accepted = 0;
  for (const char* name : {"echo", "three_requests_threads", "timeout_race"}) {
    const std::string good =
        to_json(run_simulated(read_scenario_file(scenarios + name + ".json")).trace);
    for (int i = 0; i < 250; ++i) {
      std::istringstream input(spoiled(good, dice));
      try {
        const Trace trace = read_trace(input, "spoiled.json");
        ++accepted;
        look_at(trace);
      } catch (const InputError& error) {
        CHECK(std::string(error.what()).starts_with("spoiled.json: line "));
      }
    }
  }
  CHECK(accepted > 50);  // otherwise nothing was examined
}

TEST_CASE("a spoiled scenario is refused in words, or runs to its limits") {
  Dice dice(8);
  std::size_t accepted = 0;
  for (const char* name : {"echo", "one_read", "timeout_race", "three_requests_proactor",
                           "three_requests_one_thread", "http_file_server", "file_copy", "chat"}) {
    const std::string good = testing::read_file(scenarios + name + ".json");
    for (int i = 0; i < 200; ++i) {
      try {
        Scenario scenario = parse_scenario(spoiled(good, dice), "spoiled.json");
        ++accepted;
        scenario.run_limit = std::min<Duration>(scenario.run_limit, std::chrono::seconds(2));
        scenario.event_limit = std::min<std::uint64_t>(scenario.event_limit, 20'000);
        look_at(run_simulated(scenario).trace);
      } catch (const InputError& error) {
        CHECK_FALSE(std::string(error.what()).empty());
      }
    }
  }
  CHECK(accepted > 50);
}
