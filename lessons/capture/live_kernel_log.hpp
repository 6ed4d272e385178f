// Records the kernel's io_uring tracepoints while some processes run, as text that
// `import_io_uring` reads. Records events of all processes, because a completion may happen in the
// context of any of them. Events of other processes' rings are filtered out by `take`.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "lessons/capture/live_tracefs.hpp"

namespace proactor_lab {

/// CLOCK_MONOTONIC and the processor's time-stamp counter, read at the same moment.
struct ClockPair {
  std::int64_t ticks = 0;
  std::int64_t ns = 0;
};

class KernelLog {
 public:
  /// REQUIRES that the calling process has no other threads. Throws InputError as TracefsInstance
  /// does.
  KernelLog();
  ~KernelLog();
  KernelLog(const KernelLog&) = delete;
  KernelLog& operator=(const KernelLog&) = delete;

  /// Starts recording. Recording stops once `lines_max` lines have been read (see `is_full`).
  void start(std::uint64_t lines_max);
  void stop();

  /// Call after `stop`. Returns the lines about rings of `processes` and their children, with times
  /// in CLOCK_MONOTONIC. The lines are in a temporary file, because there may be many. The stream
  /// must not outlive this object.
  std::ifstream take(const std::vector<pid_t>& processes);

  bool is_full() const { return full_; }
  /// Number of events that the kernel dropped. Call after `stop`.
  std::uint64_t lost() const { return lost_; }
  /// Number of lines left out because they concern other processes' rings. Call after `take`.
  std::uint64_t others() const { return others_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void read_until_stopped();
  bool read_some();
  void count_lost();

  TracefsInstance instance_;
  bool in_ticks_ = false;
  ClockPair from_;
  ClockPair to_;
  using File = std::unique_ptr<std::FILE, CloseFile>;
  static File make_file();
  File kept_;   // lines of all processes; unnamed temporary file
  File taken_;  // lines returned by `take`; unnamed temporary file
  int pipe_ = -1;
  std::uint64_t lines_ = 0;
  std::uint64_t lines_max_ = 0;
  std::uint64_t told_lost_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t others_ = 0;
  std::atomic<bool> full_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace proactor_lab
