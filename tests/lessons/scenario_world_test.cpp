// The world that a scenario describes, and what happens in it: links, crowds, loads, faults.
#include <algorithm>
#include <set>

#include "lessons/run/runner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scenario_complaint.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;

namespace {

RunResult echo(const std::string& members) {
  const std::string json =
      R"({"format":1,"program":"echo_server","limits":{"run_ms":300000},)" + members + "}";
  return run_simulated(parse_scenario(json, "s.json"));
}

bool says(const std::string& members, const std::string& part) {
  return complains("echo_server", members, part);
}

std::vector<Event> all(const Trace& trace, EventKind kind) {
  std::vector<Event> found;
  for (const Event& event : trace.events) {
    if (event.kind == kind) found.push_back(event);
  }
  return found;
}

Duration longest(const RunResult& result) {
  const auto& times = result.measure.response_times;
  return times.empty() ? Duration{0} : *std::max_element(times.begin(), times.end());
}

void require_rules_kept(const RunResult& result) {
  for (const Violation& each : check_rules(result.trace, {.pattern_only = true})) {
    FAIL_CHECK("#" << each.event << " " << each.rule << ": " << each.sentence);
  }
}

}  // namespace

TEST_CASE("a narrow line lets bytes pass one after the other") {
  // 1,000 bytes at 10,000 bytes per second take 100 ms each way.
  const RunResult result = echo(
      R"("bandwidth_bytes_s":10000,"clients":[{"name":"A","requests":3,"request_bytes":1000}])");
  REQUIRE(result.measure.response_times.size() == 3);
  for (const Duration time : result.measure.response_times) CHECK(time == 200ms);
}

TEST_CASE("a client's own link is its own") {
  const RunResult result = echo(
      R"("latency_ms":1,"clients":[{"name":"near","requests":1},
         {"name":"far","requests":1,"link":{"latency_ms":50}}])");
  REQUIRE(result.measure.response_times.size() == 2);
  CHECK(result.measure.response_times[0] == 2ms);
  CHECK(result.measure.response_times[1] == 100ms);
}

TEST_CASE("what is lost is sent again later, in order, and told as a fault") {
  const RunResult result =
      echo(R"("latency_ms":1,"loss":0.2,"clients":[{"name":"A","requests":100}])");
  CHECK(result.measure.response_times.size() == 100);
  CHECK(longest(result) >= 200ms);
  const auto faults = all(result.trace, EventKind::fault_injected);
  CHECK(faults.size() > 10);
  for (const Event& fault : faults) CHECK(result.trace.text(fault.label) == "segment lost");
  require_rules_kept(result);
}

TEST_CASE("a connection that the network breaks is told to both ends") {
  const RunResult result =
      echo(R"("latency_ms":1,"breaks":1,"clients":[{"name":"A","requests":5}])");
  CHECK(result.measure.response_times.empty());
  CHECK(all(result.trace, EventKind::fault_injected).size() == 1);
  CHECK(all(result.trace, EventKind::handle_closed).size() == 1);
  require_rules_kept(result);
}

TEST_CASE("a crowd sets out as it is told: evenly, in bursts, or by chance") {
  const auto departures = [](const std::string& members) {
    const RunResult result =
        echo(R"("clients":[{"name":"c","requests":1,"connect_at_ms":5,)" + members + "}]");
    std::vector<std::int64_t> times;
    for (const Event& event : all(result.trace, EventKind::client_connected)) {
      times.push_back(event.time_ns / 1'000'000);
    }
    return times;
  };
  CHECK(departures(R"("count":3,"gap_ms":2)") == std::vector<std::int64_t>{5, 7, 9});
  CHECK(departures(R"("count":5,"gap_ms":10,"burst":2)") ==
        std::vector<std::int64_t>{5, 5, 15, 15, 25});
  const auto by_chance = departures(R"("count":1000,"gap_ms":{"mean":2})");
  REQUIRE(by_chance.size() == 1000);
  // The mean of a thousand gaps; its own deviation is about three percent.
  CHECK(by_chance.back() - by_chance.front() > 1700);
  CHECK(by_chance.back() - by_chance.front() < 2300);
}

TEST_CASE("a crowd whose last member would set out after the end of time sets out in order") {
  const RunResult result =
      echo(R"("clients":[{"name":"c","requests":1,"count":10000,"gap_ms":1e9}])");
  CHECK(all(result.trace, EventKind::client_connected).size() == 1);
}

TEST_CASE("where the program takes any port its clients find it there") {
  const RunResult answered = echo(R"("port":0,"clients":[{"name":"c","count":3,"requests":1}])");
  CHECK(answered.measure.response_times.size() == 3);
  const Scenario threads = parse_scenario(
      R"({"format":1,"program":"thread_pool","port":0,"limits":{"run_ms":1000},
          "back_ends":[{"port":40000}],"clients":[{"name":"c","count":3,"requests":1}]})",
      "s.json");
  CHECK(run_simulated(threads).measure.response_times.size() == 3);
}

TEST_CASE("a member of a crowd has a name of its own") {
  const RunResult result = echo(R"("clients":[{"name":"c","count":2,"requests":1}])");
  const auto departures = all(result.trace, EventKind::client_connected);
  REQUIRE(departures.size() == 2);
  std::set<std::string_view> names;
  for (const Event& each : departures) names.insert(result.trace.text(each.label));
  CHECK(names == std::set<std::string_view>{"c 1", "c 2"});
}

TEST_CASE("a closed loop waits for its answers, an open one does not") {
  const std::string slow = R"("work_ms":10,"clients":[{"name":"A","requests":10,)";
  const RunResult closed = echo(slow + R"("think_ms":1}])");
  const RunResult open = echo(slow + R"("every_ms":1}])");
  CHECK(closed.measure.response_times.size() == 10);
  CHECK(longest(closed) < 11ms);
  // Requests queue up before the server: the last one waits longest.
  CHECK(open.measure.response_times.size() == 10);
  CHECK(longest(open) > 15ms);
}

TEST_CASE("response times are those of the trace, however many requests are open") {
  for (const char* loop : {R"("think_ms":0.4)", R"("every_ms":0.3)", R"("every_ms":7)"}) {
    const RunResult result = echo(
        R"("latency_ms":{"min":1,"max":2},"work_ms":2,
           "clients":[{"name":"A","send":[{"text":"first"}],"requests":20,)" +
        std::string(loop) + "}]");
    std::vector<std::int64_t> asked;
    std::vector<Duration> times;
    std::size_t received = 0;
    for (const Event& event : result.trace.events) {
      if (event.kind == EventKind::client_sent) asked.push_back(event.time_ns);
      if (event.kind == EventKind::client_received) received += event.bytes;
      // The text that it sent first is no request.
      while (received >= 5 + 64 * (times.size() + 1)) {
        times.emplace_back(event.time_ns - asked.at(times.size() + 1));
      }
    }
    INFO(loop);
    CHECK(times.size() == 20);
    CHECK(times == result.measure.response_times);
  }
}

TEST_CASE("a slow reader takes its time, and hears everything") {
  const RunResult result =
      echo(R"("clients":[{"name":"A","requests":1,"request_bytes":2000,"read_bytes_s":10000}])");
  REQUIRE(result.measure.response_times.size() == 1);
  CHECK(longest(result) >= 190ms);
  CHECK(longest(result) <= 210ms);
}

TEST_CASE("who was cut off says nothing more, and leaves once") {
  const std::string broken = R"(,"faults":[{"kind":"break","client":"A","at_ms":50}])";
  for (const char* leaves : {R"("end":"stay")", R"("end_at_ms":100)"}) {
    const RunResult result =
        echo(R"("clients":[{"name":"A","send":[{"at_ms":1,"text":"first"},{"at_ms":90,
                "text":"later"}],)" +
             std::string(leaves) + "}]" + broken);
    INFO(leaves);
    CHECK(all(result.trace, EventKind::client_sent).size() == 1);
    CHECK(all(result.trace, EventKind::client_closed).size() <= 1);
    require_rules_kept(result);
  }
}

TEST_CASE("delays have the shape that was asked for") {
  const auto latencies = [](const std::string& shape) {
    const RunResult result =
        echo(R"("latency_ms":)" + shape + R"(,"clients":[{"name":"A","requests":2000}])");
    std::vector<std::int64_t> times;
    for (const Duration time : result.measure.response_times) times.push_back(time / 2us);
    std::sort(times.begin(), times.end());
    return times;  // half of the round trip, in microseconds
  };
  const auto even = latencies(R"({"min":10,"max":20})");
  const auto bell = latencies(R"({"min":10,"max":20,"shape":"bell"})");
  const auto heavy = latencies(R"({"min":1,"max":1000,"shape":"heavy"})");
  REQUIRE(even.size() == 2000);
  for (const auto* times : {&even, &bell}) {
    CHECK(times->front() >= 10'000);
    CHECK(times->back() <= 20'000);
    CHECK(std::abs((*times)[1000] - 15'000) < 500);
  }
  // The middle half of a bell is narrower.
  CHECK(bell[1500] - bell[500] < (even[1500] - even[500]) * 3 / 4);
  // Half of the draws of one latency are below twice the minimum; a few are a hundred times it.
  CHECK(heavy.front() >= 1'000);
  CHECK(heavy[1000] < 5'000);
  CHECK(heavy.back() > 50'000);
}

TEST_CASE("what is cut comes late, what is broken never") {
  const std::string client =
      R"("latency_ms":1,"clients":[{"name":"A","requests":20,"think_ms":1}],)";
  const RunResult cut =
      echo(client + R"("faults":[{"kind":"cut","client":"A","at_ms":10,"for_ms":100}])");
  CHECK(cut.measure.response_times.size() == 20);
  CHECK(longest(cut) > 90ms);
  const RunResult broken = echo(client + R"("faults":[{"kind":"break","client":"A","at_ms":10}])");
  CHECK(broken.measure.response_times.size() < 10);
  CHECK(all(broken.trace, EventKind::fault_injected).size() == 1);
  require_rules_kept(cut);
  require_rules_kept(broken);
}

TEST_CASE("without descriptors nobody is accepted, and with them everybody") {
  const RunResult result = echo(
      R"("clients":[{"name":"early","requests":1,"end_at_ms":40},
         {"name":"late","requests":1,"connect_at_ms":5},
         {"name":"later","requests":1,"connect_at_ms":30}],
         "faults":[{"kind":"no_descriptors","at_ms":2,"for_ms":20}])");
  CHECK(all(result.trace, EventKind::fault_injected).size() == 2);
  // Clients that connect meanwhile wait in the backlog until a connection ends and the server tries
  // again.
  CHECK(result.measure.response_times.size() == 3);
  bool refused = false;
  for (const Event& each : all(result.trace, EventKind::operation_completed)) {
    refused = refused || each.value == -EMFILE;
  }
  CHECK(refused);
  require_rules_kept(result);
}

TEST_CASE("a failing disk fails the operation, and the program hears why") {
  const std::string json =
      R"({"format":1,"program":"file_copy","disk_ms":1,"files":[{"path":"a","bytes":20000}],
          "copy":{"source":"a","target":"b"},
          "faults":[{"kind":"disk_error","error":"EIO","at_ms":3,"for_ms":50}]})";
  const RunResult result = run_simulated(parse_scenario(json, "s.json"));
  CHECK(result.failure.find("Input/output error") != std::string::npos);
}

TEST_CASE("each failing file fails for as long as was said, whatever else fails meanwhile") {
  const auto copy = [](const std::string& faults) {
    const std::string json =
        R"({"format":1,"program":"file_copy","disk_ms":10,
            "files":[{"path":"a","bytes":100},{"path":"b"}],
            "copy":{"source":"a","target":"b"},"faults":[)" +
        faults + "]}";
    return run_simulated(parse_scenario(json, "s.json")).failure;
  };
  const auto fault = [](const char* path, const char* error, const char* when) {
    return R"({"kind":"disk_error","path":")" + std::string(path) + R"(","error":")" + error +
           "\"," + when + "}";
  };
  const std::string full = fault("b", "ENOSPC", R"("at_ms":0,"for_ms":500)");
  const std::string passing = fault("a", "EIO", R"("at_ms":1,"for_ms":1)");
  CHECK(copy(passing) == "");
  CHECK(copy(full).find("No space left on device") != std::string::npos);
  CHECK(copy(full + "," + passing).find("No space left on device") != std::string::npos);
}

TEST_CASE("a file that is created while its path fails, fails") {
  const std::string json =
      R"({"format":1,"program":"file_copy","disk_ms":1,"files":[{"path":"a","bytes":100}],
          "copy":{"source":"a","target":"b"},
          "faults":[{"kind":"disk_error","error":"ENOSPC","path":"b","at_ms":0,"for_ms":1000}]})";
  const RunResult result = run_simulated(parse_scenario(json, "s.json"));
  CHECK(result.failure.find("No space left on device") != std::string::npos);
}

TEST_CASE("a world that cannot be is refused with its place") {
  CHECK(says(R"("loss":1.5)", "/loss"));
  CHECK(says(R"("loss":-0.1)", "/loss"));
  CHECK(says(R"("bandwidth_bytes_s":0)", "/bandwidth_bytes_s"));
  CHECK(says(R"("latency_ms":{"min":2,"max":1})", "/latency_ms"));
  CHECK(says(R"("latency_ms":{"min":0,"max":1,"shape":"heavy"})", "/latency_ms/min"));
  CHECK(says(R"("latency_ms":{"min":0,"max":1,"shape":"round"})", "/latency_ms/shape"));
  CHECK(says(R"("latency_ms":{"mean":1,"max":2})", "/latency_ms"));
  CHECK(says(R"("limits":{"run_ms":0})", "/limits/run_ms"));
  const auto client = [](const std::string& members) {
    return R"("clients":[{"name":"A",)" + members + "}]";
  };
  CHECK(says(client(R"("count":0)"), "/clients/0/count"));
  CHECK(says(client(R"("count":2000000)"), "/clients/0/count"));
  CHECK(says(client(R"("gap_ms":1)"), "/clients/0/gap_ms"));
  CHECK(says(client(R"("think_ms":1)"), "/clients/0/think_ms"));
  CHECK(says(client(R"("requests":1,"every_ms":0)"), "/clients/0/every_ms"));
  CHECK(says(client(R"("requests":1,"every_ms":1,"think_ms":1)"), "/clients/0/every_ms"));
  CHECK(says(client(R"("requests":1,"reads":false,"end_at_ms":1)"), "/clients/0/reads"));
  CHECK(says(client(R"("read_bytes_s":0)"), "/clients/0/read_bytes_s"));
  CHECK(says(client(R"("link":{"latency":1})"), "/clients/0/link"));
  // Each client of a crowd has its own bytes, but at most its buffer's size in flight.
  const std::string much = R"("count":100000,"requests":1,"request_bytes":65536)";
  CHECK(says(client(much), "/clients/0"));
  CHECK_FALSE(says(R"("send_buffer_bytes":4096,)" + client(much), "/clients/0"));
  CHECK(says(client(R"("count":100000,"requests":1000,"every_ms":1)"), "/clients/0"));
  CHECK(says(client(R"("count":1000000,"send":[{"bytes":2000}])"), "/clients/0"));
}

TEST_CASE("nothing happens past a run's limit, whoever computes, on however many cores") {
  for (const char* cores : {"1", "2", "8"}) {
    for (const char* workers : {"", R"("workers":{"places":3},)"}) {
      INFO(cores << " cores, " << workers);
      const RunResult result = run_simulated(
          parse_scenario(R"({"format":1,"program":"echo_server","work_ms":100000,"cores":)" +
                             std::string(cores) + "," + workers + R"("limits":{"run_ms":1000},
          "clients":[{"name":"c","count":5,"requests":3,"think_ms":1}]})",
                         "s.json"));
      CHECK(result.end == RunEnd::limit);
      std::int64_t before = 0;
      for (const Event& event : result.trace.events) {
        CHECK(event.time_ns >= before);
        before = event.time_ns;
      }
      CHECK(before <= 1'000'000'000);
      require_rules_kept(result);
    }
  }
}

TEST_CASE("the limit of events also holds while the program computes") {
  const RunResult result = run_simulated(parse_scenario(
      R"({"format":1,"program":"echo_server","work_ms":1000000,"limits":{"events":2000},
      "clients":[{"name":"c","count":50,"requests":1000,"request_bytes":1,"every_ms":0.01}]})",
      "s.json"));
  CHECK(result.end == RunEnd::limit);
  const Event& last = result.trace.events[result.trace.events.size() - 2];
  INFO(name_of(last.kind));
  if (last.kind == EventKind::events_lost) CHECK(last.value < 2000);
}

TEST_CASE("a fault that contradicts the scenario is refused with its place") {
  const auto fault = [](const std::string& faults) {
    return R"("clients":[{"name":"A","connect_at_ms":5,"requests":1,"end_at_ms":50},
              {"name":"c","count":2}],"faults":[)" +
           faults + "]";
  };
  const std::string cut = R"({"kind":"cut","client":"A","at_ms":10,"for_ms":10})";
  CHECK(complaint("echo_server", fault(cut)) == "accepted");
  CHECK(complaint("echo_server", fault(R"({"kind":"break","client":"c 2","at_ms":1})")) ==
        "accepted");
  for (const char* nobody : {"c 0", "c 02", "c 3", "c 1x", "c 4294967298", "c ", "A 1"}) {
    INFO(nobody);
    CHECK(says(fault(R"({"kind":"break","at_ms":1,"client":")" + std::string(nobody) + "\"}"),
               "/faults/0/client"));
  }
  CHECK(says(fault(R"({"kind":"flood","at_ms":1})"), "/faults/0/kind"));
  CHECK(says(fault(R"({"kind":"break","client":"B","at_ms":10})"), "/faults/0/client"));
  CHECK(says(fault(R"({"kind":"break","client":"c","at_ms":10})"), "/faults/0/client"));
  CHECK(says(fault(R"({"kind":"break","client":"A","at_ms":1})"), "/faults/0/at_ms"));
  CHECK(says(fault(R"({"kind":"break","client":"A","at_ms":60})"), "/faults/0/at_ms"));
  CHECK(says(fault(R"({"kind":"break","client":"A","at_ms":10,"for_ms":1})"), "/faults/0"));
  CHECK(says(fault(R"({"kind":"cut","client":"A","at_ms":10,"for_ms":0})"), "/faults/0/for_ms"));
  CHECK(says(fault(cut + "," + cut), "/faults/1"));
  CHECK(says(fault(R"({"kind":"break","client":"A","at_ms":10},)" + cut), "/faults/1"));
  CHECK(says(fault(R"({"kind":"disk_error","error":"EBAD","at_ms":1,"for_ms":1})"),
             "/faults/0/error"));
}
