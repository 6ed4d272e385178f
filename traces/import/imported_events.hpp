// Where an importer puts its events: numbers them, keeps time from running backwards, stops at the
// limit, and counts what the log's lines could not be matched with.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "traces/import/import.hpp"

namespace proactor_lab {

class ImportedEvents {
 public:
  /// Fills the header and adds `run_started` at time 0.
  ImportedEvents(Trace& trace, const ImportLimits& limits, std::string_view program,
                 std::string_view system);

  /// Bytes that are no UTF-8 are replaced.
  StringId keep(std::string_view text);

  /// Gives the event its `seq`, and its time where that lies before the last event's. `cause` 0
  /// becomes the run's start. Returns the `seq`; past the limit events are counted only, and get 0.
  std::uint32_t add(Event event);

  std::int64_t last_ns() const { return last_ns_; }
  std::uint32_t last_seq() const { return last_seq_; }
  bool is_full() const { return report_.limited; }

  /// A line did not fit. Reasons are few: they are not made of what stands in the log.
  void count_unmatched(std::string_view reason, std::uint64_t line, std::uint64_t count = 1);

  ImportReport& report() { return report_; }

  /// Adds an `events_lost` for each reason and `run_finished`, and hands over the report.
  ImportReport finish(std::string_view how);

 private:
  void put(Event event);
  StringId keep_well_formed(std::string_view text);

  Trace& trace_;
  ImportLimits limits_;
  ImportReport report_;
  std::unordered_map<std::string_view, std::size_t> reasons_;  // places in the report, by literal
  std::uint64_t not_kept_ = 0;
  std::uint64_t string_bytes_ = 0;
  std::int64_t last_ns_ = 0;
  std::uint32_t last_seq_ = 0;
};

}  // namespace proactor_lab
