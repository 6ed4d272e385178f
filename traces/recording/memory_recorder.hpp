// Keeps all facts of a run in memory; they become a trace afterwards.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>

#include "core/recording/recorder.hpp"
#include "traces/format/trace.hpp"
#include "traces/recording/fact_expander.hpp"

namespace proactor_lab {

class MemoryRecorder final : public Recorder {
 public:
  explicit MemoryRecorder(const Instant* virtual_now = nullptr) : Recorder(virtual_now) {}

  const char* keep(std::string_view text) override { return kept_.emplace(text).first->c_str(); }

  /// Discards a simulated run and prepares for another one, which is stamped from `virtual_now`.
  /// Reuses the memory.
  void rewind(const Instant* virtual_now) { forget(virtual_now); }

  /// Number of facts of the loop thread.
  std::size_t fact_count() const { return recorded(); }

  /// Feeds every fact of every thread to `expander`, in the order of their stamps. REQUIRES: no
  /// thread records during the call.
  void replay(FactExpander& expander);

 private:
  void replay_virtual(FactExpander& expander);

  FactClock clock_;
  std::unordered_set<std::string> kept_;  // its nodes do not move
};

/// Appends events to a trace in memory.
class TraceBuilder final : public EventSink {
 public:
  explicit TraceBuilder(Trace& trace) : trace_(trace) {}
  void add(const Event& event) override { trace_.events.push_back(event); }

 private:
  Trace& trace_;
};

}  // namespace proactor_lab
