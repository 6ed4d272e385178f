// Writes a trace while the program runs. The program's threads record facts in memory. A separate
// thread expands them into events and writes them at least every 50 ms, so that even kill -9 loses
// only what was recorded since. Facts beyond the event limit are counted and dropped; the program
// continues.
//
// With several threads, a fact is written `merge_window` after it was recorded: until then another
// thread may still publish an earlier one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

#include "core/recording/recorder.hpp"
#include "traces/format/text_output.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/recording/fact_expander.hpp"
#include "traces/recording/fact_merge.hpp"

namespace proactor_lab {

struct LiveTraceConfig {
  std::string path;
  TraceHeader header;
  bool infers = true;  ///< see ExpanderConfig: true for io_uring, false for epoll
  std::uint64_t event_limit = 5'000'000;
  std::string source_root;
};

class LiveTrace final : public Recorder {
 public:
  /// Creates the file, compressed if its name ends in .gz. Throws InputError if that fails.
  /// REQUIRES: called on the loop thread, which will record.
  explicit LiveTrace(const LiveTraceConfig& config);
  ~LiveTrace() override;

  const char* keep(std::string_view text) override;

  /// Writes the remaining facts and closes the file. Nothing may be recorded afterwards. Returns
  /// false if writing failed (a full disk): the file then ends early.
  bool finish(std::string_view how);

  /// The trace's time 0, in nanoseconds of CLOCK_MONOTONIC.
  std::int64_t start_ns() const { return start_ns_; }

  /// Valid after `finish`.
  std::uint64_t events_written() const { return expander_.events_written(); }
  std::uint64_t events_lost() const { return expander_.events_lost(); }

 private:
  void write_until_stopped();
  void write_published(bool all);

  std::int64_t start_ns_;
  TextOutput file_;
  StringPool strings_;
  TraceWriter writer_;
  FactExpander expander_;
  std::unordered_set<std::string> kept_;

  // Used by the writing thread, and by `finish` after that thread has ended.
  FactClock clock_;
  FactMerge merge_;
  FactIndex loop_facts_ = 0;

  std::mutex mutex_;  // guards the members below
  bool stopping_ = false;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace proactor_lab
