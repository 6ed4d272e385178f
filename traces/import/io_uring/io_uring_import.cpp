// Imports io_uring's tracepoints: sorts their lines by time.
#include <algorithm>
#include <optional>
#include <queue>
#include <vector>

#include "traces/format/input_error.hpp"
#include "traces/format/run_systems.hpp"
#include "traces/import/import.hpp"
#include "traces/import/imported_events.hpp"
#include "traces/import/io_uring/io_uring_events.hpp"
#include "traces/import/io_uring/io_uring_unmatched.hpp"
#include "traces/import/io_uring/tracepoint_line.hpp"

namespace proactor_lab {
namespace {

/// Recorders merge the output of the CPUs piecewise, so a line may be slightly late.
constexpr std::size_t window_lines = 4096;

struct WaitingLine {
  std::int64_t time = 0;
  std::uint64_t number = 0;
  std::string text;

  bool operator>(const WaitingLine& other) const {
    return time != other.time ? time > other.time : number > other.number;
  }
};

class IoUringImport {
 public:
  IoUringImport(const ImportLimits& limits, Trace& trace) : limits_(limits), trace_(trace) {}

  ImportReport run(LogLines& lines) {
    std::string_view text;
    while ((!events_ || !events_->is_full()) && lines.next(text)) {
      ++line_count_;
      take(text, lines);
      if (window_.size() > window_lines) tell_first(lines);
    }
    while (!window_.empty()) tell_first(lines);
    if (!machine_) {
      throw InputError(lines.file(), "", "has no tracepoint of io_uring",
                       "record with the events io_uring:*, as README.md shows");
    }
    return finish();
  }

 private:
  /// Lines without a time keep their position.
  void take(std::string_view text, const LogLines& lines) {
    const TracepointLine line = parse_tracepoint_line(text);
    switch (line.kind) {
      case TracepointLineKind::io_uring:
        ++log_lines_;
        in_ticks_ = in_ticks_ || line.in_ticks;
        last_time_ = line.time;
        [[fallthrough]];
      case TracepointLineKind::lost:
        window_.push({last_time_, lines.number(), std::string(text)});
        break;
      case TracepointLineKind::overwritten:
        overwritten_ += line.number;
        break;
      case TracepointLineKind::other:
        ++others_;
        break;
      case TracepointLineKind::remark:
        break;
      case TracepointLineKind::unreadable:
        if (unreadable_++ == 0) first_unreadable_ = lines.number();
        break;
    }
  }

  void tell_first(const LogLines& lines) {
    const WaitingLine first = window_.top();
    window_.pop();
    const TracepointLine line = parse_tracepoint_line(first.text);
    if (!machine_ && line.kind == TracepointLineKind::io_uring) begin(line, lines);
    if (!machine_) {
      overwritten_ += line.number;  // lost before the first event
      return;
    }
    if (first.time < latest_) {
      events_->count_unmatched(io_uring_unmatched::late_lines, first.number);
    }
    latest_ = std::max(latest_, first.time);
    const std::int64_t time_ns = latest_ - origin_;
    if (line.kind == TracepointLineKind::lost) {
      machine_->see_lost(line.number, time_ns);
    } else {
      machine_->see(line, time_ns, first.number);
    }
  }

  void begin(const TracepointLine& first, const LogLines& lines) {
    if (in_ticks_) {
      throw InputError(lines.file(), "", "its clock counts ticks, not seconds",
                       "record with trace_clock mono (trace-cmd record -C mono)");
    }
    origin_ = latest_ = first.time;
    events_.emplace(trace_, limits_, first.task.empty() ? "unknown" : first.task,
                    name_of(RunSystem::io_uring_tracepoints));
    machine_.emplace(*events_, limits_);
    if (overwritten_ > 0) machine_->see_lost(overwritten_, 0);
  }

  ImportReport finish() {
    machine_->finish();
    ImportReport& report = events_->report();
    report.lines = line_count_;
    report.log_lines = log_lines_;
    report.origin_ns = origin_;
    if (others_ > 0) {
      report.sentences.push_back("lines of tracepoints that are not io_uring's: " +
                                 std::to_string(others_));
    }
    if (unreadable_ > 0) {
      events_->count_unmatched(io_uring_unmatched::unreadable_lines, first_unreadable_,
                               unreadable_);
    }
    return events_->finish(machine_->has_pending() ? "interrupted" : "finished");
  }

  ImportLimits limits_;
  Trace& trace_;
  std::optional<ImportedEvents> events_;
  std::optional<IoUringEvents> machine_;
  std::priority_queue<WaitingLine, std::vector<WaitingLine>, std::greater<>> window_;
  std::int64_t origin_ = 0;
  std::int64_t last_time_ = 0;
  std::int64_t latest_ = 0;
  bool in_ticks_ = false;
  std::uint64_t line_count_ = 0;
  std::uint64_t log_lines_ = 0;
  std::uint64_t others_ = 0;
  std::uint64_t overwritten_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t first_unreadable_ = 0;
};

}  // namespace

bool is_io_uring_line(std::string_view line) {
  return parse_tracepoint_line(line).kind == TracepointLineKind::io_uring;
}

ImportReport import_io_uring(LogLines& lines, const ImportLimits& limits, Trace& trace) {
  return IoUringImport(limits, trace).run(lines);
}

}  // namespace proactor_lab
