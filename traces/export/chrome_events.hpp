// Writes single events of Chrome's trace event format as text. chrome_trace.hpp decides which
// events are written.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace proactor_lab {

/// Numbers of a process and a thread in Chrome's format.
struct ChromeTrack {
  std::uint32_t process = 0;
  std::uint32_t thread = 0;
};

class ChromeEvents {
 public:
  using Output = std::function<void(std::string_view)>;

  /// `output` receives the text in order, in chunks of about 64 KiB.
  explicit ChromeEvents(Output output);

  /// Begins an event. The next call of `event` or `finish` ends it.
  void event(char phase, ChromeTrack track, std::string_view category, std::string_view name);
  void time(std::string_view key, std::int64_t ns);  ///< in microseconds, exact to the nanosecond
  void number(std::string_view key, std::int64_t value);
  void text(std::string_view key, std::string_view value);
  void flag(std::string_view key);
  /// The members written after this call are the event's arguments.
  void arguments();

  /// Ends the list of events. Members written after this call describe the whole trace.
  void finish();
  void close();

 private:
  void key(std::string_view name);
  void end_event();

  Output output_;
  std::string buffer_;
  bool in_event_ = false;
  bool in_arguments_ = false;
  bool first_argument_ = false;
  bool first_event_ = true;
};

}  // namespace proactor_lab
