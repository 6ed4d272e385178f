#include "lessons/capture/live_kernel_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <unordered_set>

#include <fcntl.h>
#include <unistd.h>

#include "core/recording/fact_clock.hpp"
#include "traces/format/input_error.hpp"
#include "traces/import/io_uring/tracepoint_line.hpp"

namespace proactor_lab {
namespace {

constexpr std::chrono::milliseconds read_interval{10};
constexpr const char* buffer_kib = "8192";  // per processor, in the kernel

/// Reads both clocks several times and returns the tightest pair, because a try may be interrupted
/// between the readings.
ClockPair clocks_of_now() {
  ClockPair best;
  std::int64_t best_gap = INT64_MAX;
  for (int i = 0; i < 9; ++i) {
    const std::int64_t before = FactClock::counter();
    const std::int64_t ns = FactClock::monotonic_ns();
    const std::int64_t after = FactClock::counter();
    if (after - before >= best_gap) continue;
    best_gap = after - before;
    best = {before + (after - before) / 2, ns};
  }
  return best;
}

/// Selects the lines about the rings of some processes. A ring belongs to a process that creates
/// it, submits to it or waits on it.
class RingFilter {
 public:
  explicit RingFilter(const std::vector<pid_t>& processes)
      : members_(processes.begin(), processes.end()) {}

  bool wants(const TracepointLine& line) {
    if (line.kind == TracepointLineKind::lost) return true;
    if (line.kind == TracepointLineKind::other) {
      if (line.event == "sched_process_fork") see_fork(line);
      return false;
    }
    if (line.kind != TracepointLineKind::io_uring) return false;
    const auto ring = hexadecimal_in(line.field("ring"));
    if (!ring) return is_member(line);
    const bool uses = line.event == "create" || line.event == "submit_req" ||
                      line.event == "submit_sqe" || line.event == "register" ||
                      line.event == "cqring_wait";
    if (uses && is_member(line)) {
      rings_.insert(*ring);
    } else if (line.event == "create") {
      rings_.erase(*ring);  // this address belonged to one of our rings before
    }
    return rings_.count(*ring) != 0;
  }

 private:
  void see_fork(const TracepointLine& line) {
    const auto child = number_in(line.field("child_pid"));
    if (child && members_.count(line.thread) != 0) members_.insert(static_cast<pid_t>(*child));
  }

  /// The kernel names its threads after the thread that they serve: "iou-sqp-123".
  bool is_member(const TracepointLine& line) const {
    if (line.interrupt) return false;
    if (members_.count(line.thread) != 0) return true;
    if (!line.task.starts_with("iou-")) return false;
    const std::string_view owner = line.task.substr(line.task.rfind('-') + 1);
    pid_t id = 0;
    std::from_chars(owner.data(), owner.data() + owner.size(), id);
    return members_.count(id) != 0;
  }

  std::unordered_set<pid_t> members_;
  std::unordered_set<std::uint64_t> rings_;
};

std::uint64_t sum_of(const std::string& stats, std::string_view key) {
  const std::size_t at = stats.find(key);
  std::uint64_t number = 0;
  if (at == std::string::npos) return 0;
  const char* from = stats.data() + at + key.size();
  std::from_chars(from, stats.data() + stats.size(), number);
  return number;
}

}  // namespace

KernelLog::File KernelLog::make_file() {
  File file(std::tmpfile());
  if (file == nullptr) {
    throw InputError("tracing", "", std::string("no temporary file: ") + std::strerror(errno));
  }
  fcntl(fileno(file.get()), F_SETFD, FD_CLOEXEC);
  return file;
}

KernelLog::KernelLog() : kept_(make_file()), taken_(make_file()) {
  // The recorder's facts use the same counter, at full resolution. With `mono` the kernel prints
  // only microseconds.
  in_ticks_ = FactClock::reads_counter() && instance_.try_write("trace_clock", "x86-tsc");
  if (!in_ticks_) instance_.write("trace_clock", "mono");
  instance_.write("buffer_size_kb", buffer_kib);
  // A polling kernel thread emits an event each time it finds nothing to do.
  instance_.try_write("events/io_uring/io_uring_task_work_run/filter", "count > 0");
  instance_.try_write("events/io_uring/io_uring_local_work_run/filter", "count > 0");
  pipe_ = open((instance_.path() + "/trace_pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (pipe_ < 0) {
    throw InputError("tracing", instance_.path() + "/trace_pipe",
                     std::string("cannot be read: ") + std::strerror(errno));
  }
}

KernelLog::~KernelLog() {
  stop();
  if (pipe_ >= 0) close(pipe_);
}

void KernelLog::start(std::uint64_t lines_max) {
  lines_max_ = lines_max;
  from_ = clocks_of_now();
  instance_.try_write("events/sched/sched_process_fork/enable", "1");
  instance_.write("events/io_uring/enable", "1");
  thread_ = std::thread([this] { read_until_stopped(); });
}

void KernelLog::stop() {
  if (!thread_.joinable()) return;
  instance_.try_write("events/enable", "0");
  to_ = clocks_of_now();
  stopping_ = true;
  thread_.join();
  count_lost();
}

void KernelLog::read_until_stopped() {
  for (;;) {
    const bool last = stopping_;
    while (!full_ && read_some()) {
    }
    if (last) return;
    std::this_thread::sleep_for(read_interval);
  }
}

/// Returns false if there is nothing to read now.
bool KernelLog::read_some() {
  std::array<char, 64 * 1024> chunk;
  const ssize_t got = read(pipe_, chunk.data(), chunk.size());
  if (got <= 0) return got < 0 && errno == EINTR;
  const std::string_view text(chunk.data(), static_cast<std::size_t>(got));
  std::fwrite(text.data(), 1, text.size(), kept_.get());
  lines_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  for (std::size_t at = text.find("[LOST "); at != std::string_view::npos;
       at = text.find("[LOST ", at + 1)) {
    std::uint64_t count = 0;
    std::from_chars(text.data() + at + 6, text.data() + text.size(), count);
    told_lost_ += count;
  }
  if (lines_ >= lines_max_) {
    full_ = true;
    instance_.try_write("events/enable", "0");
  }
  return true;
}

void KernelLog::count_lost() {
  std::error_code ignored;
  for (const auto& cpu :
       std::filesystem::directory_iterator(instance_.path() + "/per_cpu", ignored)) {
    const std::string stats =
        instance_.read("per_cpu/" + cpu.path().filename().string() + "/stats");
    lost_ += sum_of(stats, "\noverrun:") + sum_of(stats, "\ncommit overrun:") +
             sum_of(stats, "\ndropped events:");
  }
  lost_ = std::max(lost_, told_lost_);
}

std::ifstream KernelLog::take(const std::vector<pid_t>& processes) {
  RingFilter filter(processes);
  const auto put = [this](std::string_view part) {
    std::fwrite(part.data(), 1, part.size(), taken_.get());
  };
  const double ns_a_tick = static_cast<double>(to_.ns - from_.ns) /
                           static_cast<double>(std::max<std::int64_t>(to_.ticks - from_.ticks, 1));
  std::rewind(kept_.get());
  char* buffer = nullptr;
  std::size_t size = 0;
  for (ssize_t length = 0; (length = getline(&buffer, &size, kept_.get())) > 0;) {
    const std::string_view text(buffer, static_cast<std::size_t>(length));
    const TracepointLine line = parse_tracepoint_line(text.substr(0, text.find('\n')));
    if (!filter.wants(line)) {
      if (line.kind == TracepointLineKind::io_uring) ++others_;
      continue;
    }
    const std::size_t at = line.in_ticks ? text.find(std::to_string(line.time) + ":") : text.npos;
    if (at == std::string_view::npos) {
      put(text);
      continue;
    }
    // A double represents up to 2^53 ns (more than a hundred days) since `from_` exactly.
    const double since_ns = static_cast<double>(line.time - from_.ticks) * ns_a_tick;
    const auto time_ns = std::max<std::int64_t>(from_.ns + static_cast<std::int64_t>(since_ns), 0);
    std::array<char, 40> time;
    std::snprintf(time.data(), time.size(), "%lld.%09lld",
                  static_cast<long long>(time_ns / 1'000'000'000),
                  static_cast<long long>(time_ns % 1'000'000'000));
    put(text.substr(0, at));
    put(time.data());
    put(text.substr(text.find(':', at)));
  }
  std::free(buffer);
  const std::uint64_t untold = lost_ - told_lost_;
  if (untold > 0) put("CPU:0 [LOST " + std::to_string(untold) + " EVENTS]\n");
  if (full_) put("CPU:0 [LOST EVENTS]\n");
  if (std::fflush(taken_.get()) != 0 || std::ferror(kept_.get()) != 0) {
    throw InputError("tracing", "", "the temporary file cannot be written", "is there room?");
  }
  return std::ifstream("/proc/self/fd/" + std::to_string(fileno(taken_.get())));
}

}  // namespace proactor_lab
