// Collects an importer's events: numbers them, prevents time from running backwards, stops at the
// limit, and counts the log's lines that could not be matched.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "traces/import/import.hpp"

namespace proactor_lab {

class ImportedEvents {
 public:
  /// Fills the header and adds `run_started` at time 0. Keeps a reference to `trace`.
  ImportedEvents(Trace& trace, const ImportLimits& limits, std::string_view program,
                 std::string_view system);

  /// Replaces bytes that are not UTF-8.
  StringId keep(std::string_view text);

  /// Assigns the event's `seq`, and raises its time to the last event's if it is earlier. `cause` 0
  /// becomes the start of the run. Returns the `seq`. Beyond the limit, events are only counted,
  /// and the result is 0.
  std::uint32_t add(Event event);

  std::int64_t last_ns() const { return last_ns_; }
  std::uint32_t last_seq() const { return last_seq_; }
  bool is_full() const { return report_.limited; }

  /// Counts a line that could not be matched. REQUIRES: `reason` is a literal, not text of the log.
  void count_unmatched(std::string_view reason, std::uint64_t line, std::uint64_t count = 1);

  ImportReport& report() { return report_; }

  /// Adds an `events_lost` for each reason and `run_finished`, and returns the report.
  ImportReport finish(std::string_view how);

 private:
  void put(Event event);
  StringId keep_well_formed(std::string_view text);

  Trace& trace_;
  ImportLimits limits_;
  ImportReport report_;
  std::unordered_map<std::string_view, std::size_t> reasons_;  // indices in the report, by literal
  std::uint64_t not_kept_ = 0;
  std::uint64_t string_bytes_ = 0;
  std::int64_t last_ns_ = 0;
  std::uint32_t last_seq_ = 0;
};

}  // namespace proactor_lab
