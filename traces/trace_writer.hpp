// Writes a trace as JSON, one event a line: {"header":{...},"events":[ ... ]}. FORMAT.md is the
// contract. The same events give the same bytes on every machine.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "traces/fact_expander.hpp"
#include "traces/trace.hpp"

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
  void text(std::string_view value);
  void number(std::int64_t value);
  void key(std::string_view name);

  const StringPool& strings_;
  Output output_;
  std::string buffer_;
  bool first_ = true;
};

/// The whole trace as a string.
std::string to_json(const Trace& trace);

}  // namespace proactor_lab
