// Writes a trace as JSON, one event a line: {"header":{...},"events":[ ... ]}. FORMAT.md is the
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

  /// `output` gets chunks of the file, in order, of about 64 KiB. `strings` must know every string
  /// of the events that come.
  TraceWriter(const TraceHeader& header, const StringPool& strings, Output output);

  void add(const Event& event) override;
  /// Hands over what is buffered: a file cut here lacks only its tail.
  void flush();
  /// Closes the array and the object. Nothing may be added any more.
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
  std::string buffer_;                   // always with room for an event that has no long texts
  char* at_ = nullptr;                   // in it: where the next byte goes
  std::int64_t time_ns_ = 0;             // of the event before
  std::string time_;                     // its JSON
  std::vector<std::string> json_texts_;  // by string
  bool first_ = true;
};

/// The whole trace as a string.
std::string to_json(const Trace& trace);

}  // namespace proactor_lab
