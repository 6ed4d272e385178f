// The eight server models: what they do on the simulated system, and their ranking.
#include <algorithm>

#include "lessons/models/model_runs.hpp"
#include "tests/support/catch.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/model/model.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;

namespace {

constexpr std::uint32_t client_count = 12;
constexpr std::uint32_t request_count = 5;

Scenario world(const std::string& members = R"("cores":2,)") {
  return parse_scenario(R"({"format":1,"program":"thread_pool",)" + members +
                            R"("latency_ms":0.1,"work_ms":0.2,"workers":{"places":4},
      "clients":[{"name":"client","count":12,"requests":5}],
      "back_ends":[{"name":"back end","answer_after_ms":{"min":5,"max":20}}]})",
                        "s.json");
}

const ServerModel& model(const std::string& program) {
  const auto all = server_models();
  return *std::find_if(all.begin(), all.end(),
                       [&](const ServerModel& each) { return each.program == program; });
}

ModelFigures run(const std::string& program, const Scenario& base = world()) {
  return run_model(scenario_for(base, model(program)));
}

constexpr const char* costs =
    R"("syscall_ms":0.001,"operation_ms":0.002,"switch_ms":0.003,"thread_start_ms":0.01,)";

}  // namespace

TEST_CASE("each server model answers every request, on one core and on four, free or at a cost") {
  for (const ServerModel& each : server_models()) {
    for (const char* cores : {R"("cores":1,)", R"("cores":4,)"}) {
      for (const char* cost : {"", costs}) {
        for (const std::uint64_t seed : {1, 2, 3}) {
          Scenario base = world(std::string(cores) + cost);
          base.seed = seed;
          const ModelFigures figures = run_model(scenario_for(base, each));
          INFO(each.program << " " << cores << cost << " seed " << seed);
          CHECK(figures.answers == client_count * request_count);
          CHECK(figures.whole);
        }
      }
    }
  }
}

// If a switch costs nothing, a loop may sleep for a duration of zero, which a trace does not show.
TEST_CASE(
    "the activity diagram counts as many switches as the models' table, whatever a call costs") {
  for (const ServerModel& each : server_models()) {
    for (const char* cores : {R"("cores":1,)", R"("cores":4,)"}) {
      for (const char* cost : {costs, R"("syscall_ms":0.3,)", R"("switch_ms":0.3,)"}) {
        const RunResult result =
            run_simulated(scenario_for(world(std::string(cores) + cost), each));
        const Model looked_at(result.trace);
        std::uint64_t switches = 0;
        for (const ThreadRecord& thread : looked_at.threads()) switches += thread.switches;
        INFO(each.program << " " << cores << cost);
        CHECK(switches == result.measure.usage.switches);
      }
    }
  }
}

TEST_CASE("a back end's long answer arrives whole, however small the buffers") {
  const Scenario base = parse_scenario(R"({"format":1,"program":"proactor","latency_ms":0.1,
      "send_buffer_bytes":1000,"clients":[{"name":"client","count":3,"requests":2}],
      "back_ends":[{"answer_bytes":10000}]})",
                                       "s.json");
  for (const ServerModel& each : server_models()) {
    const RunResult result = run_simulated(scenario_for(base, each));
    std::uint64_t bytes = 0;
    for (const Event& event : result.trace.events) {
      const bool from_back_end = result.trace.text(event.label) == "back end";
      if (event.kind == EventKind::client_sent && from_back_end) bytes += event.bytes;
    }
    INFO(each.program);
    CHECK(result.measure.response_times.size() == 6);
    CHECK(result.measure.unanswered == 0);
    CHECK(bytes == 6 * 10000);
  }
}

TEST_CASE("a run without a trace ends, too, where no time passes, and says at which limit") {
  const Scenario base = parse_scenario(R"({"format":1,"program":"proactor",
      "clients":[{"name":"c","requests":10000000}],"back_ends":[{}],
      "limits":{"run_ms":10,"events":1000}})",
                                       "s.json");
  for (const ServerModel& each : server_models()) {
    const ModelFigures figures = run_model(scenario_for(base, each));
    INFO(each.program);
    CHECK_FALSE(figures.whole);
    CHECK(figures.answers < 1'000'000);
    CHECK(figures.why.find("1000000 steps") != std::string::npos);
  }
}

TEST_CASE("a client that asks and asks, and is not heard, is ended by the limit of steps") {
  for (const char* program : {"proactor", "reactor"}) {
    const Scenario scenario = parse_scenario(R"({"format":1,"program":")" + std::string(program) +
                                                 R"(","work_ms":60000,"limits":{"events":100000},
        "clients":[{"name":"c","requests":10000000,"every_ms":0.000001}],
        "back_ends":[{"answer_after_ms":1000000}]})",
                                             "s.json");
    const RunResult result = run_simulated(scenario);
    INFO(program);
    CHECK(result.end == RunEnd::limit);
    CHECK(result.why.find("2000000 steps") != std::string::npos);
  }
}

TEST_CASE("every model's trace keeps the pattern's rules") {
  for (const ServerModel& each : server_models()) {
    const RunResult result = run_simulated(scenario_for(world(costs), each));
    INFO(each.program);
    CHECK(result.end == RunEnd::finished);
    CHECK(result.standstill.empty());
    const auto violations = check_rules(result.trace);
    if (!violations.empty()) FAIL(violations[0].rule << ": " << violations[0].sentence);
  }
}

TEST_CASE(
    "a model's run is the same with a trace and without, and the event limit cuts no figure") {
  for (const ServerModel& each : server_models()) {
    const Scenario scenario = scenario_for(world(costs), each);
    RunOptions untraced;
    untraced.traced = false;
    const RunMeasure quick = run_simulated(scenario, untraced).measure;
    const RunMeasure told = run_simulated(scenario).measure;
    INFO(each.program);
    CHECK(quick.response_times == told.response_times);
    CHECK(quick.usage.cpu_time == told.usage.cpu_time);
    Scenario cut = scenario;
    cut.event_limit = 50;
    CHECK(run_model(cut).answers == client_count * request_count);
  }
}

TEST_CASE("the same scenario and seed give the same trace of a model") {
  const Scenario scenario = scenario_for(world(costs), model("leader_followers"));
  CHECK(to_json(run_simulated(scenario).trace) == to_json(run_simulated(scenario).trace));
}

TEST_CASE("who waits with one client at a time is slower than a pool, a pool than a thread each") {
  const double iterative = run("iterative").answers_per_second;
  const double each = run("thread_per_connection").answers_per_second;
  for (const char* pool : {"thread_pool", "leader_followers", "active_object"}) {
    const double rate = run(pool).answers_per_second;
    INFO(pool << ": " << rate << " between " << iterative << " and " << each);
    CHECK(rate > 2 * iterative);
    CHECK(each > 1.5 * rate);
  }
  // One thread that never waits for a back end is as fast as one thread per back end.
  for (const char* one : {"reactor", "proactor"}) {
    CHECK(run(one).answers_per_second > 0.85 * each);
    CHECK(run(one).threads == 1);
  }
}

TEST_CASE("threads and memory are those that a model takes") {
  CHECK(run("iterative").threads == 1);
  CHECK(run("thread_per_connection").threads == client_count + 1);
  CHECK(run("thread_pool").threads == 5);
  CHECK(run("leader_followers").threads == 4);
  CHECK(run("active_object").threads == 5);
  CHECK(run("proactor_workers").threads == 5);
  CHECK(run("thread_per_connection").memory_bytes > run("proactor").memory_bytes);
}

TEST_CASE("Leader/Followers hands nothing over: fewer switches than an Active Object") {
  CHECK(run("leader_followers", world(costs)).switches_per_answer <
        run("active_object", world(costs)).switches_per_answer);
}

TEST_CASE("costs cost: CPU time grows with each of them") {
  for (const ServerModel& each : server_models()) {
    const double free = run(each.program).cpu_us_per_answer;
    INFO(each.program);
    CHECK(free == Approx(200));  // only the work
    for (const char* cost :
         {R"("syscall_ms":0.001,)", R"("operation_ms":0.002,)", R"("switch_ms":0.003,)"}) {
      INFO(cost);
      CHECK(run(each.program, world(std::string(R"("cores":2,)") + cost)).cpu_us_per_answer >
            free + 0.5);
    }
  }
}

TEST_CASE(
    "with more work than one core can do, one thread falls behind, workers and threads do not") {
  const Scenario busy = parse_scenario(R"({"format":1,"program":"thread_pool","cores":4,
      "work_ms":4,"workers":{"places":12},
      "clients":[{"name":"client","count":12,"requests":5}],
      "back_ends":[{"name":"back end","answer_after_ms":5}]})",
                                       "s.json");
  const double one = run("proactor", busy).answers_per_second;
  CHECK(one == Approx(250).epsilon(0.1));
  CHECK(run("reactor", busy).answers_per_second == Approx(250).epsilon(0.1));
  for (const char* many : {"proactor_workers", "thread_per_connection", "leader_followers"}) {
    INFO(many);
    CHECK(run(many, busy).answers_per_second > 2 * one);
  }
}

TEST_CASE("workers have no more cores than the scenario has") {
  Scenario busy = parse_scenario(R"({"format":1,"program":"thread_pool","cores":1,"work_ms":4,
      "clients":[{"name":"client","count":12,"requests":5}],
      "back_ends":[{"name":"back end","answer_after_ms":5}]})",
                                 "s.json");
  CHECK(run("proactor_workers", busy).answers_per_second <= 250.1);
  CHECK(run("proactor_workers", busy).cpu_share <= 1.001);
}

TEST_CASE("one who waits for all at once serves the others while no more can be accepted") {
  const Scenario short_of_descriptors = parse_scenario(
      R"({"format":1,"program":"thread_pool","workers":{"places":1},
      "clients":[{"name":"early","requests":5,"think_ms":100},
                 {"name":"late","connect_at_ms":50,"requests":1}],
      "back_ends":[{"name":"back end","answer_after_ms":5}],
      "faults":[{"kind":"no_descriptors","at_ms":40,"for_ms":2000}]})",
      "s.json");
  for (const char* program : {"leader_followers", "active_object", "reactor"}) {
    const RunResult result = run_simulated(scenario_for(short_of_descriptors, model(program)));
    INFO(program);
    std::vector<Duration> times = result.measure.response_times;
    REQUIRE(times.size() == 6);  // the late one was accepted in the end
    std::sort(times.begin(), times.end());
    CHECK(times[4] < std::chrono::milliseconds{50});
    CHECK(times[5] > std::chrono::milliseconds{1900});
    const auto violations = check_rules(result.trace);
    if (!violations.empty()) FAIL(violations[0].rule << ": " << violations[0].sentence);
  }
}

TEST_CASE("a scenario that is none for server models is refused with its place") {
  const auto complaint = [](const std::string& json) -> std::string {
    try {
      scenario_for(parse_scenario(json, "s.json"), server_models()[0]);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::string clients = R"("clients":[{"name":"c","requests":1}])";
  CHECK(complaint(R"({"format":1,"program":"proactor",)" + clients + "}").find("/back_ends") !=
        std::string::npos);
  CHECK(complaint(R"({"format":1,"program":"proactor","back_ends":[{}]})").find("/clients") !=
        std::string::npos);
}
