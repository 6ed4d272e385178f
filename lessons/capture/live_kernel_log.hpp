// What the kernel says of io_uring while some processes run: its tracepoints, recorded as text that
// `import_io_uring` reads. Everybody's are recorded, as a completion may happen in anybody's
// context; those of other processes' rings are left out when the log is taken.
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

/// CLOCK_MONOTONIC and the processor's counter at one moment.
struct ClockPair {
  std::int64_t ticks = 0;
  std::int64_t ns = 0;
};

class KernelLog {
 public:
  /// No thread of this program runs yet. Throws InputError as TracefsInstance does.
  KernelLog();
  ~KernelLog();
  KernelLog(const KernelLog&) = delete;
  KernelLog& operator=(const KernelLog&) = delete;

  /// Records from here on. At most `lines_max`; what comes after is counted by the kernel.
  void start(std::uint64_t lines_max);
  void stop();

  /// After `stop`: the lines about rings of `processes` and of those that they started, their times
  /// in CLOCK_MONOTONIC. They are in a file, as they may be many; it must not outlive this.
  std::ifstream take(const std::vector<pid_t>& processes);

  bool is_full() const { return full_; }
  /// Events that the kernel could not keep. After `stop`.
  std::uint64_t lost() const { return lost_; }
  /// Lines about rings of other processes, which were left out. After `take`.
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
  File kept_;   // everybody's lines; has no name
  File taken_;  // those that were asked for; likewise
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
