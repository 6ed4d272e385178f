// One event after the other of Chrome's trace format, as text. What the events mean is
// chrome_trace.hpp's matter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace proactor_lab {

/// A process and a thread as Chrome's format numbers them.
struct ChromeTrack {
  std::uint32_t process = 0;
  std::uint32_t thread = 0;
};

class ChromeEvents {
 public:
  using Output = std::function<void(std::string_view)>;

  /// `output` gets chunks of about 64 KiB, in order.
  explicit ChromeEvents(Output output);

  /// Opens an event; it is closed by the next one, or by `finish`.
  void event(char phase, ChromeTrack track, std::string_view category, std::string_view name);
  void time(std::string_view key, std::int64_t ns);  ///< in microseconds, exact to the nanosecond
  void number(std::string_view key, std::int64_t value);
  void text(std::string_view key, std::string_view value);
  void flag(std::string_view key);
  /// What follows are the event's arguments.
  void arguments();

  /// Ends the list of events. What follows describes the whole, as arguments do.
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
