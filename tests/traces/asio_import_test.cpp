// Logs of Asio's handler tracking become traces: recorded logs against goldens, and the contents of
// such logs line by line.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/import/import.hpp"
#include "traces/model/model.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;

namespace {

namespace fs = std::filesystem;

const fs::path logs = fs::path(PROACTOR_LAB_SOURCE_DIR) / "tests/traces/imports/asio";

struct Imported {
  Trace trace;
  ImportReport report;

  std::size_t count(EventKind kind) const {
    std::size_t sum = 0;
    for (const Event& event : trace.events) sum += event.kind == kind ? 1 : 0;
    return sum;
  }
  /// The event number `n` of this kind, from 0.
  Event find(EventKind kind, int n = 0) const {
    for (const Event& event : trace.events) {
      if (event.kind == kind && n-- == 0) return event;
    }
    FAIL("no such event: " << name_of(kind));
    return {};
  }
  std::string_view text(StringId id) const { return trace.text(id); }
  std::uint64_t unmatched(std::string_view reason) const {
    for (const Unmatched& each : report.unmatched) {
      if (each.reason.find(reason) != std::string::npos) return each.count;
    }
    return 0;
  }
};

Imported import(std::istream& stream, const std::string& name, const ImportLimits& limits = {}) {
  LogLines lines(stream, name);
  Imported imported;
  imported.report = import_asio(lines, limits, imported.trace);
  return imported;
}

Imported import(const std::string& text, const ImportLimits& limits = {}) {
  std::istringstream stream(text);
  return import(stream, "test.log", limits);
}

/// Lines that are a microsecond apart. `actions` are the texts after the time.
std::string log_of(const std::vector<std::string>& actions) {
  std::string text;
  int microseconds = 100;
  for (const std::string& action : actions) {
    text += "@asio|1795346064.000" + std::to_string(microseconds++) + "|" + action + "\n";
  }
  return text;
}

Imported import(const std::vector<std::string>& actions) { return import(log_of(actions)); }

void check_keeps_rules(const Trace& trace) {
  for (const Violation& violation : check_rules(trace)) {
    FAIL_CHECK("event " << violation.event << ": " << violation.rule << ": " << violation.sentence);
  }
}

}  // namespace

TEST_CASE("recorded Asio logs give their traces, which keep the rules and can be read again") {
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(logs)) {
    if (entry.path().extension() != ".log") continue;
    ++seen;
    const std::string name = entry.path().stem().string();
    INFO(name);
    std::ifstream stream(entry.path(), std::ios::binary);
    const Imported imported = import(stream, entry.path().string());
    const std::string json = to_json(imported.trace);
    CHECK(json == test::golden("imports/asio_" + name + ".json", json));
    check_keeps_rules(imported.trace);
    std::istringstream again(json);
    CHECK(to_json(read_trace(again, name)) == json);
  }
  CHECK(seen >= 11);
}

TEST_CASE("of whole recorded Asio logs every line is matched") {
  for (const char* name : {"echo_server", "echo_server_boost", "echo_server_io_uring",
                           "echo_server_coroutines", "strand_timers", "http_server", "chat_client",
                           "udp_echo_server", "file_copy_io_uring", "timeouts_client"}) {
    INFO(name);
    std::ifstream stream(logs / (std::string(name) + ".log"), std::ios::binary);
    const Imported imported = import(stream, name);
    CHECK(imported.report.log_lines == imported.report.lines);
    CHECK(imported.report.unmatched.empty());
    CHECK(imported.count(EventKind::events_lost) == 0);
  }
}

TEST_CASE("the same program gives the same operations from Asio, Boost.Asio and io_uring") {
  const auto operations = [](const char* name) {
    std::ifstream stream(logs / name, std::ios::binary);
    const Imported imported = import(stream, name);
    const Model model(imported.trace);
    std::vector<std::string> all;
    for (const OperationRecord& operation : model.operations()) {
      all.push_back(model.name_of_operation(operation.id) + " for " +
                    std::string(imported.text(operation.handler)) + ": " +
                    std::to_string(operation.result));
    }
    return all;
  };
  const auto expected = operations("echo_server.log");
  CHECK(expected.size() == 11);
  CHECK(expected[1] == "receive #2 on A for do_read's handler: 8");
  CHECK(operations("echo_server_boost.log") == expected);
  CHECK(operations("echo_server_io_uring.log") == expected);
}

TEST_CASE("an Asio operation is initiated where its line says, by the handler that it says") {
  const Imported it = import({"0^1|in 'do_accept' (server.cpp:94)",  //
                              "0*1|socket@0x7ffc.async_accept",      //
                              ">1|ec=system:0,...",                  //
                              "1^2|in 'async_read' (/usr/include/asio/impl/read.hpp:379)",
                              "1^2|called from 'void session::do_read()' (session.cpp:45)",
                              "1^2|called from 'start' (session.cpp:37)",
                              "1*2|socket@0x55d8.async_receive",  //
                              "<1|"});
  const Event accept = it.find(EventKind::operation_initiated);
  CHECK(it.text(accept.opcode) == "accept");
  CHECK(it.text(accept.file) == "server.cpp");
  CHECK(accept.line == 94);
  CHECK(it.text(accept.label) == "do_accept's handler");
  const Event receive = it.find(EventKind::operation_initiated, 1);
  CHECK(it.text(receive.opcode) == "receive");
  CHECK(it.text(receive.file) == "session.cpp");  // the program's own source location, not Asio's
  CHECK(receive.line == 45);
  CHECK(it.text(receive.label) == "session::do_read's handler");
  CHECK(receive.cause == it.find(EventKind::handler_entered).seq);
  CHECK(receive.thread == 1);
  CHECK(receive.time_ns == 6'000);
  CHECK(receive.certainty == Certainty::observed);
  CHECK(it.report.unmatched.empty());
}

TEST_CASE("what Asio's log does not show is inferred within bounds") {
  const Imported it =
      import({"0*1|socket@0x1.async_receive", ">1|ec=system:0,bytes_transferred=5", "<1|"});
  const Event completed = it.find(EventKind::operation_completed);
  CHECK(completed.certainty == Certainty::inferred);
  CHECK(completed.earliest_ns == 0);
  CHECK(completed.time_ns == 1'000);
  CHECK(completed.value == 5);
  const Event moved = it.find(EventKind::bytes_moved);
  CHECK(moved.certainty == Certainty::inferred);
  CHECK(moved.role == Role::none);  // old reactors log as little as new proactors
  CHECK(it.find(EventKind::handler_entered).certainty == Certainty::observed);
  CHECK(it.find(EventKind::handler_exited).time_ns == 2'000);
  CHECK(it.find(EventKind::wait_returned).earliest_ns == 0);
  CHECK(it.text(it.trace.events.back().text) == "finished");
  check_keeps_rules(it.trace);
}

TEST_CASE("a system call that Asio's reactor tried with success completes the operation") {
  const Imported it = import({"0*1|socket@0x1.async_receive",
                              ".1|non_blocking_recv,ec=system:11,bytes_transferred=0",
                              ".1|non_blocking_recv,ec=system:0,bytes_transferred=5",
                              ">1|ec=system:0,bytes_transferred=5", "<1|"});
  CHECK(it.count(EventKind::readiness_reported) == 1);  // not for the first attempt
  CHECK(it.text(it.find(EventKind::readiness_reported).text) == "read");
  CHECK(it.find(EventKind::bytes_moved).role == Role::application);
  const Event completed = it.find(EventKind::operation_completed);
  CHECK(completed.certainty == Certainty::observed);
  CHECK(completed.time_ns == 2'000);
  CHECK(it.count(EventKind::operation_completed) == 1);
  check_keeps_rules(it.trace);
}

TEST_CASE("Asio's errors become results; those that are no number of the system are told") {
  const auto result_of = [](const std::string& error) {
    const Imported it = import({"0*1|socket@0x1.async_receive", ">1|" + error, "<1|"});
    CHECK(it.report.unmatched.empty());
    return it.find(EventKind::operation_completed).value;
  };
  CHECK(result_of("ec=system:0,bytes_transferred=7") == 7);
  CHECK(result_of("ec=asio.system:125") == -125);
  CHECK(result_of("ec=generic:104,bytes_transferred=0") == -104);
  CHECK(result_of("ec=asio.misc:2,bytes_transferred=0") == 0);    // the end of the stream
  CHECK(result_of("ec=system:995,bytes_transferred=0") == -125);  // Windows: aborted
  CHECK(result_of("") == 0);
  CHECK(result_of("ec=system:0,...") == 0);
  CHECK(result_of("ec=asio.ssl:337047686") == -5);
  const Imported it = import({"0*1|resolver@0x1.async_resolve", ">1|ec=asio.netdb:1,...", "<1|"});
  CHECK(it.text(it.find(EventKind::note).text).find("asio.netdb:1") != std::string_view::npos);
}

TEST_CASE("an address that Asio's objects share is a handle each") {
  const Imported it =
      import({"0*1|socket@0x1.async_receive", "0|socket@0x1.close",
              ">1|ec=system:125,bytes_transferred=0", "<1|", "0*2|socket@0x1.async_send",
              "0*3|socket@0x1.async_accept", "0*4|deadline_timer@0x1.async_wait"});
  REQUIRE(it.count(EventKind::handle_opened) == 3);
  CHECK(it.text(it.find(EventKind::handle_opened, 2).text) == "listener");
  CHECK(it.find(EventKind::cancel_requested).target == 1);
  REQUIRE(it.count(EventKind::handle_closed) == 3);
  CHECK(it.find(EventKind::handle_closed).certainty == Certainty::observed);
  CHECK(it.find(EventKind::handle_closed, 1).certainty == Certainty::inferred);
  CHECK(it.find(EventKind::handle_closed, 2).certainty == Certainty::inferred);
  CHECK(it.find(EventKind::operation_initiated, 3).handle == 0);
  check_keeps_rules(it.trace);
}

TEST_CASE("a cancel on an Asio object aims at what is pending there") {
  const Imported it = import({"0*1|deadline_timer@0x1.async_wait",
                              "0*2|deadline_timer@0x2.async_wait", "0|deadline_timer@0x1.cancel",
                              "0|deadline_timer@0x3.cancel", ">1|ec=system:125", "<1|"});
  REQUIRE(it.count(EventKind::cancel_requested) == 1);
  CHECK(it.find(EventKind::cancel_requested).target == 1);
  const Model model(it.trace);
  CHECK(model.operation(1)->cancel_requested != 0);
  CHECK(model.operation(2)->cancel_requested == 0);
  CHECK(model.outcome(*model.operation(1)) == Outcome::cancelled);
  CHECK(it.report.sentences.size() == 2);  // one is pending, and one cancel found nothing
}

TEST_CASE("a strand's handler runs within another one, on its thread") {
  // Immediately, within the handler that asked for it.
  const Imported at_once = import({"0*1|deadline_timer@0x1.async_wait", ">1|ec=system:0",
                                   "1*2|strand_executor@0x2.execute", ">2|",
                                   "2*3|deadline_timer@0x1.async_wait", "<2|", "<1|"});
  CHECK(at_once.count(EventKind::thread_started) == 1);
  CHECK(at_once.find(EventKind::handler_entered, 1).thread == 1);
  // In a separate job of the strand.
  const Imported in_job =
      import({"0*1|strand_executor@0x2.execute", "0*2|io_context@0x3.execute",
              "0*3|strand_executor@0x2.execute", ">2|", ">1|", "<1|", ">3|", "<3|", "<2|"});
  CHECK(in_job.count(EventKind::thread_started) == 1);
  check_keeps_rules(at_once.trace);
  check_keeps_rules(in_job.trace);
}

TEST_CASE("handlers that run at once run on several threads") {
  const Imported it = import({"0*1|io_context@0x1.execute", "0*2|io_context@0x1.execute", ">1|",
                              ">2|", "1*3|io_context@0x1.execute", "<1|", "<2|", ">3|", "<3|"});
  CHECK(it.count(EventKind::thread_started) == 2);
  CHECK(it.find(EventKind::handler_entered).thread == 1);
  CHECK(it.find(EventKind::handler_entered, 1).thread == 2);
  CHECK(it.find(EventKind::operation_initiated, 2).thread == 1);
  CHECK(it.find(EventKind::handler_entered, 2).thread == 1);
  check_keeps_rules(it.trace);
}

TEST_CASE("an Asio handler left by an exception is left; one destroyed is abandoned") {
  const Imported it =
      import({"0*1|io_context@0x1.post", "0*2|socket@0x2.async_receive", ">1|", "!1|", "~2|"});
  CHECK(it.count(EventKind::handler_exited) == 1);
  CHECK(it.text(it.find(EventKind::note).text).find("exception") != std::string_view::npos);
  CHECK(it.find(EventKind::operation_abandoned).operation == 2);
  CHECK(it.text(it.trace.events.back().text) == "finished");
  check_keeps_rules(it.trace);
}

TEST_CASE("parts of a composed Asio operation name its first") {
  const std::string write = "in 'async_write' (/usr/include/asio/impl/write.hpp:344)";
  const Imported it = import(
      {"0^1|" + write, "0^1|called from 'do_write' (server.cpp:62)", "0*1|socket@0x1.async_send",
       ">1|ec=system:0,bytes_transferred=9", "1^2|" + write, "1*2|socket@0x1.async_send", "<1|",
       ">2|ec=system:0,bytes_transferred=1", "2^3|" + write,
       "2^3|called from 'do_write' (server.cpp:62)", "2*3|socket@0x1.async_send", "<2|"});
  CHECK(it.find(EventKind::operation_initiated, 0).parent == 0);
  CHECK(it.find(EventKind::operation_initiated, 1).parent == 1);
  CHECK(it.find(EventKind::operation_initiated, 2).parent == 0);
  CHECK(it.text(it.find(EventKind::operation_initiated, 1).label) == "do_write's handler");
}

TEST_CASE("what of an Asio log cannot be matched is counted, with its first line") {
  const Imported it = import(
      "the program's own words\n" +  //
      log_of({"7*8|socket@0x1.async_receive", ">5|ec=system:0", "<5|", "<6|", "~9|",
              ".4|non_blocking_recv,ec=system:0", "0*8|socket@0x1.async_send", "no action", ">"}) +
      "no end of line@asio|1795346064.000300|>8|ec=system:0,bytes_trans");
  CHECK(it.report.lines == 11);
  CHECK(it.report.log_lines == 10);
  CHECK(it.unmatched("lines of handlers that the log does not show entered") == 1);
  CHECK(it.unmatched("handlers left that the log does not show entered") == 1);
  CHECK(it.unmatched("whose creation") == 1);
  CHECK(it.unmatched("does not show waiting") == 1);
  CHECK(it.unmatched("system calls for operations") == 1);
  CHECK(it.unmatched("created a second time") == 1);
  CHECK(it.unmatched("cannot be read") == 2);
  CHECK(it.unmatched("cut off") == 1);
  CHECK(it.report.unmatched.front().first_line == 2);
  CHECK(it.count(EventKind::events_lost) == it.report.unmatched.size());
  const std::string text = to_text(it.report);
  CHECK(text.find("lines that cannot be read: 2, first at line 9") != std::string::npos);
  CHECK(it.text(it.trace.events.back().text) == "interrupted");
}

TEST_CASE("lines of Asio that share a line, or follow other words on it, are taken apart") {
  const Imported it = import(
      "hello @asio|1.000000|0*1|io_context@0x1.post\r\n"
      "@asio|1.000001|>1@asio|1.000002|>1|\n"
      "@asio|1.000003|<1|@asio|1.000004|0|socket@0x2.close\n");
  CHECK(it.count(EventKind::handler_entered) == 1);
  CHECK(it.count(EventKind::handler_exited) == 1);
  CHECK(it.count(EventKind::handle_closed) == 1);
  CHECK(it.unmatched("cut off") == 1);
}

TEST_CASE("an Asio log whose time runs backwards is held, and says so") {
  const Imported it = import(
      "@asio|100.000005|0*1|io_context@0x1.post\n"
      "@asio|99.000004|>1|\n"
      "@asio|18446744073709551615.999999|<1|\n"
      "@asio|100.000009|0|io_context@0x1.stop\n");
  std::int64_t last_ns = 0;
  for (const Event& event : it.trace.events) {
    CHECK(event.time_ns >= last_ns);
    CHECK(event.earliest_ns <= event.time_ns);
    last_ns = event.time_ns;
  }
  CHECK(last_ns == 4'000);
  CHECK(it.unmatched("times too far") == 1);
  const std::string text = to_text(it.report);
  CHECK(text.find("time runs backwards") != std::string::npos);
}

TEST_CASE("pointers, numbers and names of any system are read") {
  const Imported it = import({"0*18446744073709551615|handle@00000000FFEEDDCC.async_read_some_at",
                              ">18446744073709551615|ec=system:0,bytes_transferred="
                              "18446744073709551615",
                              "<18446744073709551615|", "0*2|socket@(nil).async_wait",
                              "0*3|thread_pool@0x1.execute(blk=never,rel=fork)"});
  CHECK(it.report.unmatched.empty());
  CHECK(it.text(it.find(EventKind::handle_opened).text) == "file");
  CHECK(it.text(it.find(EventKind::operation_initiated).opcode) == "read");
  CHECK(it.find(EventKind::bytes_moved).bytes == INT64_MAX);
  CHECK(it.text(it.find(EventKind::operation_initiated, 1).opcode) == "poll");
  CHECK(it.text(it.find(EventKind::operation_initiated, 2).opcode) == "no_op");
  std::istringstream again(to_json(it.trace));
  CHECK(read_trace(again, "again").events.size() == it.trace.events.size());
}

TEST_CASE("an Asio log's bytes that are no UTF-8 do not get into the trace") {
  const std::vector<std::string> actions{"0^1|in '\xff\xc3\xa9' (a\x80.cpp:1)",
                                         "0*1|so\xc3@0x1.async_\xf5x"};
  const Imported it = import(actions);
  const Event initiated = it.find(EventKind::operation_initiated);
  CHECK(it.text(initiated.label) == "\uFFFD\u00e9's handler");
  CHECK(it.text(initiated.file) == "a\uFFFD.cpp");
  std::istringstream again(to_json(it.trace));
  CHECK(to_json(read_trace(again, "again")) == to_json(it.trace));
}

TEST_CASE("an Asio import keeps to its limits and tells what they cost") {
  std::vector<std::string> actions;
  for (int i = 1; i <= 100; ++i)
    actions.push_back("0*" + std::to_string(i) + "|socket@0x1.async_receive");
  ImportLimits limits;
  limits.events = 50;
  const Imported few = import(log_of(actions), limits);
  CHECK(few.report.limited);
  CHECK(few.trace.events.size() < 60);
  CHECK(few.text(few.trace.events.back().text) == "limit");
  limits = {};
  limits.alive = 10;
  const Imported alive = import(log_of(actions), limits);
  CHECK(alive.report.operations == 10);
  CHECK(alive.unmatched("past the limit of those under way") == 90);
  // Handlers that are entered and never left.
  std::string text;
  for (int i = 1; i <= 2000; ++i) text += "@asio|1.000000|>" + std::to_string(i) + "|\n";
  const Imported deep = import(text);
  CHECK(deep.count(EventKind::thread_started) == 256);
  CHECK(deep.count(EventKind::handler_entered) == 2000);
}

TEST_CASE("a file without a line of Asio's tracking is refused with a remedy") {
  CHECK_THROWS_WITH(import(std::string("hello\n")),
                    Catch::Contains("ASIO_ENABLE_HANDLER_TRACKING"));
}
