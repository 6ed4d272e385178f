// A program's own trace and the kernel's view of it, merged into one trace.
#include "traces/import/io_uring/kernel_view.hpp"

#include <sstream>
#include <string>

#include "tests/support/catch.hpp"
#include "traces/import/import.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;

namespace {

/// A receive whose start and completion are inferred, and a send that is not over.
constexpr const char* own_text =
    R"({"header":{"format":1,"program":"p","system":"io_uring"},"events":[
{"seq":1,"time_ns":0,"kind":"run_started","program":"p","system":"io_uring"},
{"seq":2,"time_ns":1000,"kind":"operation_initiated","thread":1,"cause":1,"operation":1,"opcode":"receive","bytes":64,"buffer":1,"handler":"h"},
{"seq":3,"time_ns":1000,"kind":"buffer_lent","thread":1,"cause":2,"operation":1,"buffer":1,"bytes":64},
{"seq":4,"time_ns":2000,"kind":"operation_submitted","thread":1,"cause":2,"operation":1},
{"seq":5,"time_ns":2000,"kind":"operation_started","cause":4,"operation":1,"certainty":"inferred","earliest_ns":2000},
{"seq":6,"time_ns":2500,"kind":"wait_entered","thread":1,"cause":1},
{"seq":7,"time_ns":90000,"kind":"bytes_moved","cause":5,"operation":1,"certainty":"inferred","earliest_ns":2000,"bytes":5,"role":"processor","buffer":1},
{"seq":8,"time_ns":90000,"kind":"operation_completed","cause":7,"operation":1,"certainty":"inferred","earliest_ns":2000,"result":5},
{"seq":9,"time_ns":90000,"kind":"completion_queued","cause":8,"operation":1,"certainty":"inferred","earliest_ns":2000,"depth":1},
{"seq":10,"time_ns":90000,"kind":"wait_returned","thread":1,"cause":9,"completions":1},
{"seq":11,"time_ns":90500,"kind":"completion_dequeued","thread":1,"cause":9,"operation":1,"result":5},
{"seq":12,"time_ns":90500,"kind":"buffer_returned","thread":1,"cause":11,"operation":1,"buffer":1,"bytes":5},
{"seq":13,"time_ns":90500,"kind":"handler_entered","thread":1,"cause":11,"operation":1,"handler":"h"},
{"seq":14,"time_ns":90600,"kind":"handler_exited","thread":1,"cause":13,"operation":1,"handler":"h"},
{"seq":15,"time_ns":91000,"kind":"run_finished","cause":14,"how":"finished"}
]})";

std::string kernel_line(int us, const std::string& rest) {
  return "p-7 [000] ..... 10." + std::string(6 - std::to_string(us).size(), '0') +
         std::to_string(us) + ": io_uring_" + rest + "\n";
}

/// The kernel's second 10.000000 is the program's time 0. The backend's own read comes first.
std::string kernel_text(const std::string& verb) {
  return kernel_line(1, "submit_req: ring a, req 1, user_data 0x1, opcode READ, flags 0x0") +
         kernel_line(3, "submit_req: ring a, req 2, user_data 0x1000, opcode " + verb) +
         kernel_line(4, "file_get: ring a, req 2, user_data 0x1000, fd 5") +
         kernel_line(6, "poll_arm: ring a, req 2, user_data 0x1000, opcode RECV, events 0x1") +
         kernel_line(50, "task_add: ring a, req 2, user_data 0x1000, opcode RECV, mask 1") +
         kernel_line(60, "complete: ring a, req 2, user_data 0x1000, result 5, cflags 0x0");
}

struct Merged {
  Trace own;
  Trace kernel;
  Trace trace;
  KernelViewResult result;
};

Merged merge(const std::string& log) {
  Merged merged;
  std::istringstream own(own_text);
  merged.own = read_trace(own, "own.json");
  std::istringstream input(log);
  LogLines lines(input, "kernel.log");
  const ImportReport report = import_io_uring(lines, {}, merged.kernel);
  merged.result =
      add_kernel_view(merged.own, merged.kernel, report.origin_ns - 10'000'000'000, merged.trace);
  return merged;
}

std::uint32_t seq_of(const Trace& trace, EventKind kind) {
  for (const Event& event : trace.events) {
    if (event.kind == kind) return event.seq;
  }
  return 0;
}

}  // namespace

TEST_CASE("what io_uring hides is observed where the kernel told it") {
  const Merged merged = merge(kernel_text("RECV"));
  const Trace& trace = merged.trace;
  CHECK(merged.result.matched == 1);
  CHECK(merged.result.operations == 1);
  CHECK(merged.result.why_not_all.empty());
  CHECK(check_rules(trace).empty());
  CHECK(trace.events.size() == merged.own.events.size() + 2);
  const auto check = [&trace](EventKind kind, std::int64_t time_ns, EventKind cause) {
    const std::uint32_t seq = seq_of(trace, kind);
    REQUIRE(seq != 0);
    const Event& event = trace.events[seq - 1];
    CHECK(event.time_ns == time_ns);
    CHECK(event.certainty == Certainty::observed);
    CHECK(trace.events[event.cause - 1].kind == cause);
  };
  check(EventKind::operation_started, 4'000, EventKind::operation_submitted);
  check(EventKind::poll_armed, 6'000, EventKind::operation_started);
  check(EventKind::readiness_reported, 50'000, EventKind::poll_armed);
  check(EventKind::operation_completed, 60'000, EventKind::bytes_moved);
  check(EventKind::completion_queued, 60'000, EventKind::operation_completed);
  check(EventKind::wait_returned, 90'000, EventKind::completion_queued);
  // Between readiness and completion: the kernel does not log when.
  const Event& moved = trace.events[seq_of(trace, EventKind::bytes_moved) - 1];
  CHECK(moved.certainty == Certainty::inferred);
  CHECK(moved.earliest_ns == 50'000);
  CHECK(moved.time_ns == 60'000);
  CHECK(trace.text(trace.events[1].label) == "h");
}

TEST_CASE("where the kernel took something else, nothing is made of it") {
  const Merged other = merge(kernel_text("SEND"));
  CHECK(other.result.matched == 0);
  CHECK_FALSE(other.result.why_not_all.empty());
  CHECK(other.trace.events.size() == other.own.events.size());
  CHECK(check_rules(other.trace).empty());
  const Merged gap = merge("CPU:0 [LOST 3 EVENTS]\n" + kernel_text("RECV"));
  CHECK(gap.result.matched == 0);
  CHECK(gap.result.why_not_all.find("gap") != std::string::npos);
}

TEST_CASE("no step of the kernel's stands after what shows that it was over") {
  std::string late = kernel_text("RECV");
  late.replace(late.find("10.000060"), 9, "10.000095");  // the clocks differ a little
  const Merged merged = merge(late);
  CHECK(merged.result.matched == 1);
  CHECK(check_rules(merged.trace).empty());
  const std::uint32_t queued = seq_of(merged.trace, EventKind::completion_queued);
  CHECK(queued < seq_of(merged.trace, EventKind::wait_returned));
  CHECK(merged.trace.events[queued - 1].time_ns == 90'000);
}
