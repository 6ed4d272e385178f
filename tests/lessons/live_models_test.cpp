// The server models on the live system: real threads, epoll, io_uring; and predictions compared
// with measurements. No time is judged here.
#include "lessons/live/live_models.hpp"

#include <chrono>
#include <string>

#include "lessons/live/live_costs.hpp"
#include "lessons/live/live_runner.hpp"
#include "lessons/models/model_ranking.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;
using proactor_lab::testing::Command;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;
constexpr std::size_t answer_count = 4 * 3;

Scenario world() {
  return parse_scenario(R"({"format":1,"program":"thread_pool","cores":2,"workers":{"places":3},
      "clients":[{"name":"client","count":4,"requests":3}],
      "back_ends":[{"name":"back end","answer_after_ms":{"min":1,"max":3}}]})",
                        "s.json");
}

/// The scenario on the system on which the model is measured; on threads if it is measured on none.
Scenario live(const ServerModel& model) {
  Scenario scenario = scenario_for(world(), model);
  scenario.system = model.live.value_or(RunSystem::threads);
  return scenario;
}

bool io_uring_is_refused(const InputError& error) {
  return std::string(error.what()).find("the kernel refuses it") != std::string::npos;
}

ModelFigures figures(double answers_per_second, double cpu_us) {
  ModelFigures result;
  result.answers_per_second = answers_per_second;
  result.cpu_us_per_answer = cpu_us;
  return result;
}

}  // namespace

TEST_CASE("every model serves real clients, ends when they have left, and keeps the rules") {
  const TemporaryFolder folder;
  for (const ServerModel& model : server_models()) {
    for (const bool emulated : {false, true}) {
      Scenario scenario = live(model);
      if (emulated && scenario.system != RunSystem::io_uring) continue;
      if (emulated) scenario.system = RunSystem::epoll;
      LiveRunOptions options;
      options.out = folder.file(std::string(model.program) + ".json");
      options.time_limit = std::chrono::seconds{20};
      INFO(model.program << " on " << name_of(scenario.system));
      try {
        const LiveRunResult result = run_live(scenario, options);
        CHECK(result.end == RunEnd::finished);
        CHECK(result.client_failures == 0);
      } catch (const InputError& error) {
        REQUIRE(io_uring_is_refused(error));
        continue;
      }
      const Trace trace = read_trace_file(options.out);
      const auto violations = check_rules(trace, {.handler_ns = 60'000'000'000});
      if (!violations.empty()) FAIL(violations[0].rule << ": " << violations[0].sentence);
    }
  }
}

TEST_CASE("measuring a model counts all its answers, its threads and its switches") {
  for (const ServerModel& model : server_models()) {
    if (!model.live) continue;
    INFO(model.program);
    try {
      const ModelFigures measured = measure_model_live(live(model), std::chrono::seconds{10});
      CHECK(measured.answers == answer_count);
      CHECK(measured.whole);
      CHECK(measured.switches_per_answer > 0);
      // A connection may end before the last one has begun.
      CHECK(measured.threads >= 1);
      CHECK(measured.threads <= run_model(live(model)).threads);
    } catch (const InputError&) {
      CHECK(model.live == RunSystem::io_uring);  // refused here: reported, not replaced
    }
  }
}

TEST_CASE("a measurement ends with its window, however long the clients would go on") {
  const Scenario endless = parse_scenario(
      R"({"format":1,"program":"iterative","clients":[{"name":"c","count":3,"requests":1000000}],
        "back_ends":[{"answer_after_ms":1}]})",
      "s.json");
  const ModelFigures measured = measure_model_live(endless, std::chrono::milliseconds{100});
  CHECK_FALSE(measured.whole);
}

TEST_CASE("this machine's costs make a scenario of its own") {
  const MachineCosts costs = measure_costs();
  CHECK(costs.syscall > Duration::zero());
  CHECK(costs.context_switch > Duration::zero());
  CHECK(costs.thread_start > Duration::zero());
  const Scenario machine = with_costs(world(), costs);
  CHECK(machine.syscall_cost == costs.syscall);
  CHECK(machine.cores == costs.cores);
  CHECK(run_model(scenario_for(machine, server_models()[0])).answers == answer_count);
}

TEST_CASE("models are ranked by answers, then by CPU time; within the tolerance they tie") {
  CHECK(compare(figures(1000, 90), figures(100, 10)) > 0);
  CHECK(compare(figures(100, 10), figures(1000, 90)) < 0);
  CHECK(compare(figures(1000, 50), figures(1050, 90)) > 0);
  CHECK(compare(figures(1000, 50), figures(1050, 55)) == 0);
}

TEST_CASE("rankings contradict where a pair stands in opposite orders, not where one is a tie") {
  std::vector<ModelComparison> models{{"a", figures(1000, 50), figures(900, 50)},
                                      {"b", figures(100, 50), figures(120, 50)},
                                      {"c", figures(1010, 80), figures(905, 52)}};
  RankingAgreement agreement = compare_rankings(models);
  CHECK(agreement.contradictions.empty());
  CHECK(agreement.alike == 2);
  CHECK(agreement.tied == 1);
  models[1].measured = figures(2000, 50);
  agreement = compare_rankings(models);
  CHECK(agreement.contradictions.find("a was predicted to be better than b") != std::string::npos);
  CHECK(comparison_text(models).find("they disagree") != std::string::npos);
}

TEST_CASE("plab run: a deadlock exits 1 and is named, a livelock 4, both with their traces") {
  const TemporaryFolder folder;
  Command deadlock(folder, {plab, "run", "opposite_locks", "--out", folder.file("d.json")});
  CHECK(deadlock.wait() == 1);
  CHECK(deadlock.err().find("plab: deadlock: first waits for lock B, held by second, which") == 0);
  CHECK(read_trace_file(folder.file("d.json")).events.size() > 10);
  Command livelock(folder, {plab, "run", "polite_locks", "--out", folder.file("l.json")});
  CHECK(livelock.wait() == 4);
  CHECK(livelock.err().find("plab: livelock: ") == 0);
  CHECK(read_trace_file(folder.file("l.json")).events.size() > 1000);
}

TEST_CASE("plab models prints all eight, and writes traces and pictures") {
  const TemporaryFolder folder;
  Command models(folder, {plab, "models", "server_models_small", "--out", folder.file("traces"),
                          "--activity", folder.file("a.txt")});
  CHECK(models.wait() == 0);
  CHECK(models.err().empty());
  for (const ServerModel& model : server_models()) {
    CHECK(models.out().find(model.title) != std::string::npos);
    const Trace trace = read_trace_file(folder.file("traces") + "/" + model.program + ".json");
    CHECK(check_rules(trace, {.handler_ns = 60'000'000'000}).empty());
  }
  Command refused(folder, {plab, "models", "echo"});
  CHECK(refused.wait() == 2);
  CHECK(refused.err().find("/back_ends") != std::string::npos);
}
