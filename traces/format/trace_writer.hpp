// Writes a trace as JSON, one event per line: {"header":{...},"events":[ ... ]}. FORMAT.md is the
// contract. The same events give the same bytes on every machine.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/format/event_fields.hpp"
#include "traces/format/event_sink.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab {

class TraceWriter final : public EventSink {
 public:
  using Output = std::function<void(std::string_view)>;

  /// `output` receives the file in order, in chunks of about 64 KiB. `strings` must contain every
  /// string of the events added, and must outlive the writer.
  TraceWriter(const TraceHeader& header, const StringPool& strings, Output output);

  void add(const Event& event) override;
  /// Passes the buffered text to `output`. A file cut at this point lacks only its end.
  void flush();
  /// Closes the array and the object. No event may be added afterwards.
  void finish();

 private:
  void put(std::string_view text);
  void put(std::int64_t number);
  void put_time(std::int64_t time_ns);
  void put_id(std::string_view key, std::uint32_t id);
  void put_text(std::string_view key, StringId id);
  void put_member(Field field, std::string_view key, const Event& event);
  std::string_view json_of(StringId id);

  const StringPool& strings_;
  Output output_;
  std::string buffer_;                   // always has room for an event without long texts
  char* at_ = nullptr;                   // next byte to write in `buffer_`
  std::int64_t time_ns_ = 0;             // of the previous event
  std::string time_;                     // its JSON text
  std::vector<std::string> json_texts_;  // by StringId
  bool first_ = true;
};

/// The whole trace as a string.
std::string to_json(const Trace& trace);

}  // namespace proactor_lab
