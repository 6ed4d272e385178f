// A trace that grows while the program runs. The program's threads leave facts in memory; a thread
// of our own turns them into events and writes them at least every 50 ms, so that even kill -9
// costs no more than what was recorded since. Past the event limit facts are counted and dropped;
// the program goes on.
//
// With several threads a fact is written once `merge_window` has passed since: until then another
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
  bool infers = true;  ///< as ExpanderConfig has it: io_uring does, epoll does not
  std::uint64_t event_limit = 5'000'000;
  std::string source_root;
};

class LiveTrace final : public Recorder {
 public:
  /// Creates the file, packed where its name ends in .gz; throws InputError where that fails. The
  /// calling thread is the one that will record.
  explicit LiveTrace(const LiveTraceConfig& config);
  ~LiveTrace() override;

  const char* keep(std::string_view text) override;

  /// Writes the rest and closes the file. Nothing may be recorded any more. False where writing
  /// failed (a full disk): the file then ends early.
  bool finish(std::string_view how);

  /// The trace's moment 0 in CLOCK_MONOTONIC.
  std::int64_t start_ns() const { return start_ns_; }

  /// After `finish`.
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

  // The writing thread's, and after it `finish`'s.
  FactClock clock_;
  FactMerge merge_;
  FactIndex loop_facts_ = 0;

  std::mutex mutex_;  // guards what follows
  bool stopping_ = false;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace proactor_lab
