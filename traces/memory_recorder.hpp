// Keeps all facts of a run in memory, page by page; they become a trace afterwards.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/recorder.hpp"
#include "traces/fact_expander.hpp"
#include "traces/trace.hpp"

namespace proactor_lab {

class MemoryRecorder final : public Recorder {
 public:
  explicit MemoryRecorder(const Instant* virtual_now = nullptr) : Recorder(virtual_now) {}

  const char* keep(std::string_view text) override { return kept_.emplace(text).first->c_str(); }

  std::size_t fact_count() const { return count_; }
  /// Feeds every fact to `expander`, in order.
  void replay(FactExpander& expander) const;

 private:
  static constexpr std::size_t facts_a_page = 4096;

  void make_room() override;

  std::vector<std::unique_ptr<Fact[]>> pages_;
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
