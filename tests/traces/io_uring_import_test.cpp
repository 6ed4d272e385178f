// Logs of io_uring's tracepoints as traces.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "traces/format/event_fields.hpp"
#include "traces/format/input_error.hpp"
#include "traces/import/import.hpp"
#include "traces/model/model.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;
using Catch::Matchers::Contains;

namespace {

struct Imported {
  Trace trace;
  ImportReport report;
};

Imported import_text(const std::string& text, const ImportLimits& limits = {}) {
  std::istringstream input(text);
  LogLines lines(input, "test.log");
  Imported imported;
  imported.report = import_io_uring(lines, limits, imported.trace);
  return imported;
}

Imported import_recording(const std::string& name) {
  std::ifstream file(std::string(PROACTOR_LAB_SOURCE_DIR) + "/tests/traces/imports/io_uring/" +
                     name);
  std::ostringstream text;
  text << file.rdbuf();
  return import_text(text.str());
}

std::map<std::string, int> kinds_of(const Trace& trace) {
  std::map<std::string, int> kinds;
  for (const Event& event : trace.events) ++kinds[std::string(name_of(event.kind))];
  return kinds;
}

/// The report, the kinds of events, and the outcome of each operation.
std::string summary(const Imported& imported) {
  std::string text = to_text(imported.report);
  for (const auto& [kind, count] : kinds_of(imported.trace)) {
    text += kind + " " + std::to_string(count) + "\n";
  }
  const Model model(imported.trace);
  for (const OperationRecord& operation : model.operations()) {
    if (operation.id == 0) continue;
    text += model.name_of_operation(operation.id) + ":";
    for (const Event& event : imported.trace.events) {
      if (event.operation != operation.id) continue;
      text += " " + std::string(name_of(event.kind));
      if (event.kind == EventKind::operation_completed) text += "=" + std::to_string(event.value);
    }
    text += "\n";
  }
  return text;
}

Event only(const Trace& trace, EventKind kind) {
  std::uint32_t found = 0;
  for (const Event& event : trace.events) {
    if (event.kind != kind) continue;
    REQUIRE(found == 0);
    found = event.seq;
  }
  REQUIRE(found != 0);
  return trace.events[found - 1];
}

bool has_note(const Trace& trace, std::string_view part) {
  return std::any_of(trace.events.begin(), trace.events.end(), [&](const Event& event) {
    return event.kind == EventKind::note &&
           trace.text(event.text).find(part) != std::string_view::npos;
  });
}

constexpr const char* submit_one =
    "  fio-7 [001] ..... 10.000001: io_uring_submit_req: ring 000000000000000a, req "
    "000000000000000b, user_data 0xc, opcode RECV, flags 0x0, sq_thread 0\n";
constexpr const char* complete_one =
    "  fio-7 [001] ..... 10.000009: io_uring_complete: ring 000000000000000a, req "
    "000000000000000b, user_data 0xc, result 5, cflags 0x0 extra1 0 extra2 0 \n";

}  // namespace

TEST_CASE("real recordings become traces that keep the rules") {
  for (const char* name :
       {"fio_ftrace", "fio_sqthread_ftrace", "fio_two_jobs_ftrace", "fio_trace_cmd",
        "fio_trace_cmd_latency", "fio_perf_script", "steps_ftrace"}) {
    INFO(name);
    const Imported imported = import_recording(std::string(name) + ".log");
    CHECK(check_rules(imported.trace).empty());
    CHECK(imported.trace.header.system == "io_uring tracepoints");
    const std::string actual = summary(imported);
    CHECK(actual == test::golden("imports/" + std::string(name) + ".txt", actual));
  }
}

TEST_CASE("every completion of fio's recordings finds its operation") {
  for (const char* name : {"fio_ftrace.log", "fio_trace_cmd.log", "fio_perf_script.log"}) {
    INFO(name);
    const Imported imported = import_recording(name);
    CHECK(imported.report.unmatched.empty());
    const Model model(imported.trace);
    for (const OperationRecord& operation : model.operations()) {
      if (operation.id != 0) CHECK(operation.queued != 0);
    }
  }
}

TEST_CASE("an operation is submitted, waits as in a reactor, is ready, and completes") {
  const Imported imported = import_text(
      std::string(submit_one) +
      "  fio-7 [001] ..... 10.000002: io_uring_file_get: ring a, req b, user_data 0xc, fd 4\n"
      "  fio-7 [001] ..... 10.000003: io_uring_poll_arm: ring a, req b, user_data 0xc, opcode "
      "RECV, mask 0x4b, events 0x207b\n"
      "  nc-9 [000] ..s1. 10.000004: io_uring_task_add: ring a, req b, user_data 0xc, opcode RECV, "
      "mask c3\n" +
      complete_one);
  const Trace& trace = imported.trace;
  const Event& armed = only(trace, EventKind::poll_armed);
  CHECK(trace.text(armed.text) == "read");
  CHECK(armed.handle == 1);
  CHECK(trace.events[armed.cause - 1].kind == EventKind::operation_started);
  CHECK(trace.events[armed.cause - 1].certainty == Certainty::observed);
  const Event& ready = only(trace, EventKind::readiness_reported);
  CHECK(ready.cause == armed.seq);
  CHECK(ready.thread == 0);  // the sender is no thread of the program
  CHECK(only(trace, EventKind::bytes_moved).cause == ready.seq);
  CHECK(only(trace, EventKind::bytes_moved).certainty == Certainty::inferred);
  CHECK(only(trace, EventKind::operation_completed).certainty == Certainty::observed);
  CHECK(trace.text(only(trace, EventKind::operation_initiated).opcode) == "receive");
  CHECK(only(trace, EventKind::thread_started).thread == 1);
  CHECK(imported.report.unmatched.empty());
}

TEST_CASE("kernels before 5.19 write numbers, other names and no requests") {
  const Imported imported = import_text(
      "fio-7 [001] .... 10.000001: io_uring_submit_sqe: ring 00000000a, op 22, data 0xc, non block "
      "1, sq_thread 0\n"
      "fio-7 [001] .... 10.000002: io_uring_complete: ring 00000000a, user_data 0xc, result 512, "
      "cflags 0\n"
      "fio-7 [001] .... 10.000003: io_uring_submit_sqe: ring 00000000a, req 00000000b, op 200, "
      "data "
      "0xd, flags 4, non block 1, sq_thread 0\n"
      "fio-7 [001] .... 10.000004: io_uring_queue_async_work: ring 00000000a, request 00000000b, "
      "flags 4, hashed queue, work 00000000e\n"
      "fio-7 [001] .... 10.000005: io_uring_complete: ring 00000000a, req 00000000b, user_data "
      "0xd, "
      "result -22, cflags 0x0\n");
  CHECK(imported.report.unmatched.empty());
  const Model model(imported.trace);
  CHECK(model.name_of_operation(1) == "read #1");
  CHECK(model.name_of_operation(2) == "opcode_200 #2");
  CHECK(model.operation(1)->result == 512);
  CHECK(model.operation(2)->result == -22);
  CHECK(imported.trace.text(only(imported.trace, EventKind::handed_to_worker).text) == "hashed");
}

TEST_CASE("a request's address is used again once it is over") {
  const std::string later_submit =
      "fio-7 [001] ..... 10.000020: io_uring_submit_req: ring a, req b, user_data 0xc, opcode "
      "SEND\n";
  const std::string later_complete =
      "fio-7 [001] ..... 10.000021: io_uring_complete: ring a, req b, user_data 0xc, result -32\n";
  const Imported imported =
      import_text(std::string(submit_one) + complete_one + later_submit + later_complete);
  CHECK(imported.report.unmatched.empty());
  const Model model(imported.trace);
  CHECK(model.operation(1)->result == 5);
  CHECK(model.operation(2)->result == -32);
  // If the end was not seen, that is reported.
  const Imported unfinished = import_text(submit_one + later_submit + later_complete);
  REQUIRE(unfinished.report.unmatched.size() == 1);
  CHECK_THAT(unfinished.report.unmatched[0].reason, Contains("used again"));
}

TEST_CASE("an operation that goes on completes as often as its completions say") {
  const std::string more =
      "fio-7 [001] ..... 10.000002: io_uring_complete: ring a, req 0000000000000000, user_data "
      "0xc, "
      "result 3, cflags 0x2 extra1 0 extra2 0 \n";
  const Imported imported = import_text(std::string(submit_one) + more + more + complete_one);
  CHECK(imported.report.operations == 1);
  CHECK(kinds_of(imported.trace)["operation_completed"] == 3);
  CHECK(imported.report.unmatched.empty());
}

TEST_CASE("a completion without room in its queue is told to be kept aside") {
  const Imported imported = import_text(
      std::string(submit_one) +
      "fio-7 [001] ..... 10.000009: io_uring_cqe_overflow: ring a, user_data 0xc, res 5, cflags "
      "0x0, overflow_cqe 00000000f\n");
  CHECK(imported.report.unmatched.empty());
  CHECK(only(imported.trace, EventKind::operation_completed).value == 5);
  CHECK(kinds_of(imported.trace)["completion_queued"] == 0);
  CHECK(has_note(imported.trace, "queue is full"));
  // Older kernels log the completion, too.
  const Imported both = import_text(
      std::string(submit_one) + complete_one +
      "fio-7 [001] ..... 10.000009: io_uring_cqe_overflow: ring a, user_data 0xc, res 5, cflags "
      "0x0, overflow_cqe 00000000f\n");
  CHECK(both.report.unmatched.empty());
  CHECK(kinds_of(both.trace)["operation_completed"] == 1);
}

TEST_CASE("a wait is over when its thread goes on, and not later than that") {
  const Imported imported = import_text(
      std::string(submit_one) +
      "fio-7 [001] ..... 10.000002: io_uring_cqring_wait: ring a, min_events 1\n" + complete_one +
      "fio-7 [001] ..... 10.000030: io_uring_cqring_wait: ring a, min_events 1\n");
  const Event& returned = only(imported.trace, EventKind::wait_returned);
  CHECK(returned.certainty == Certainty::inferred);
  CHECK(returned.value == 1);
  CHECK(returned.earliest_ns == 8'000);
  CHECK(returned.time_ns == 29'000);
  CHECK(returned.cause == only(imported.trace, EventKind::completion_queued).seq);
}

TEST_CASE("lines of other processors that come a little late are put in their place") {
  const Imported imported = import_text(std::string(complete_one) + submit_one);
  CHECK(imported.report.unmatched.empty());
  CHECK(kinds_of(imported.trace)["operation_completed"] == 1);
}

TEST_CASE("what does not fit is counted by its reason, never dropped in silence") {
  const Imported imported = import_text(
      std::string(complete_one) +
      "fio-7 [001] ..... 10.000010: io_uring_new_thing: ring a, key 1\n" +
      "fio-7 [001] ..... 10.000010: io_uring_complete: ring (____ptrval____), result 1\n" +
      "fio-7 [001] ..... 10.000011: sched_switch: prev_comm=fio\n" + "what is this\n" +
      "fio-7 [001] ..... 10.000011: io_uring_poll_arm: ring a, req 77, user_data 0x88, opcode "
      "RECV\n");
  std::string reasons;
  for (const Unmatched& each : imported.report.unmatched) reasons += each.reason + "; ";
  CHECK_THAT(reasons, Contains("completions of operations whose submission"));
  CHECK_THAT(reasons, Contains("unknown name"));
  CHECK_THAT(reasons, Contains("strange"));
  CHECK_THAT(reasons, Contains("none of a recorder's"));
  CHECK_THAT(reasons, Contains("steps of operations whose submission"));
  CHECK(imported.report.unmatched_count() == 5);
  CHECK_THAT(to_text(imported.report), Contains("not io_uring's: 1"));
}

TEST_CASE("a message of another ring accounts for one completion without a request, not for two") {
  const std::string message =
      "  fio-7 [001] ..... 10.000001: io_uring_submit_req: ring 000000000000000d, req "
      "000000000000000e, user_data 0x1, opcode MSG_RING, flags 0x0, sq_thread 0\n";
  const Imported one = import_text(message + complete_one);
  CHECK(one.report.unmatched.empty());
  CHECK(has_note(one.trace, "another ring may have posted it"));
  CHECK(import_text(message + complete_one + complete_one).report.unmatched_count() == 1);
  CHECK(import_text(complete_one).report.unmatched_count() == 1);
}

TEST_CASE("events that the recorder lost are in the trace") {
  const std::string pipe = std::string(submit_one) + "CPU:1 [LOST 150 EVENTS]\n" + complete_one;
  CHECK(only(import_text(pipe).trace, EventKind::events_lost).value == 150);
  const std::string heading = "# entries-in-buffer/entries-written: 2/9   #P:2\n";
  const Imported overwritten = import_text(heading + submit_one + complete_one);
  CHECK(only(overwritten.trace, EventKind::events_lost).value == 7);
  const std::string perf =
      std::string(submit_one) + "fio 7 [001] 10.000002: PERF_RECORD_LOST lost 12\n";
  CHECK(only(import_text(perf).trace, EventKind::events_lost).value == 12);
}

TEST_CASE("limits of events and of operations alive hold") {
  ImportLimits limits;
  limits.events = 5;
  const Imported cut = import_text(std::string(submit_one) + complete_one, limits);
  CHECK(cut.report.limited);
  CHECK(cut.trace.events.size() <= 8);  // and the events that report the limit
  limits = {};
  limits.alive = 1;
  const std::string other =
      "fio-7 [001] ..... 10.000002: io_uring_submit_req: ring a, req 99, user_data 0xd, opcode "
      "NOP\n";
  const Imported crowded = import_text(std::string(submit_one) + other, limits);
  CHECK(crowded.report.operations == 1);
  CHECK(crowded.report.unmatched_count() == 1);
}

TEST_CASE("a log without such tracepoints, or whose clock counts ticks, is refused") {
  CHECK_THROWS_WITH(import_text("nothing\n"), Contains("no tracepoint of io_uring"));
  CHECK_THROWS_WITH(
      import_text("fio-7 [001] ..... 102761206025766: io_uring_create: ring a, fd 6\n"),
      Contains("trace_clock mono"));
}

TEST_CASE("a line is read whoever printed it and whatever its thread is called") {
  const auto thread_of = [](const std::string& context) {
    const Imported imported = import_text(
        context + " 10.000001: io_uring_create: ring a, fd 6 sq size 4, cq size 8, flags 0x0\n");
    return std::string(imported.trace.text(only(imported.trace, EventKind::thread_started).label));
  };
  CHECK(thread_of("  fio-7 [001] .....") == "fio-7");
  CHECK(thread_of("  fio-7 ( 5) [001] .....") == "fio-7");
  CHECK(thread_of("  fio 7 [001]") == "fio-7");
  CHECK(thread_of("  fio 5/7 [001]") == "fio-7");
  CHECK(thread_of("  fio 7") == "fio-7");
  CHECK(thread_of("  fio-7     1.....") == "fio-7");
  CHECK(thread_of("  a: 1.5: b-c-7 [001] d..1.") == "a: 1.5: b-c-7");
  CHECK(thread_of("  io_uring_x: y 7 [001]") == "io_uring_x: y-7");
}
