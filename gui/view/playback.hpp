// The playhead's position and movement, as a plain value. It never passes the horizon, and stepping
// back exactly undoes stepping forward.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "traces/figures/moment.hpp"

namespace proactor_lab::gui {

/// Real seconds between two events at speed 1.
inline constexpr float seconds_per_event = 0.7f;

class Playback {
 public:
  Playback() = default;
  explicit Playback(std::uint32_t event_count) : event_count_(event_count) {}

  std::uint32_t seq() const { return seq_; }
  float fraction() const { return fraction_; }
  bool playing() const { return playing_; }
  float speed() const;             ///< a power of two
  std::string speed_text() const;  ///< "1×", "¼×"
  std::uint32_t event_count() const { return event_count_; }
  /// The last event that can be reached: the horizon while a question is open.
  std::uint32_t reach() const { return horizon_ < event_count_ ? horizon_ : event_count_; }

  /// The position for figures with an axis of order: the fraction is eased, so that movement starts
  /// and stops softly. Figures with a time axis use `moment`.
  figures::Moment eased() const;
  figures::Moment moment() const { return {seq_, fraction_}; }

  /// The count never decreases: a trace can only grow.
  void set_event_count(std::uint32_t count);
  void set_horizon(std::uint32_t horizon);

  void toggle();  ///< at the end, restarts from the beginning
  void pause() { playing_ = false; }
  void step_forward();
  void step_back();  ///< between two events: to the earlier one
  void go_to(std::uint32_t seq);
  void faster();
  void slower();

  /// Advances by `seconds` of real time. The step after event `seq` takes `seconds_per_event *
  /// pace(seq) / speed` seconds.
  void advance(float seconds, const std::function<float(std::uint32_t seq)>& pace = nullptr);

  friend bool operator==(const Playback&, const Playback&) = default;

 private:
  void clamp();

  std::uint32_t seq_ = 0;
  float fraction_ = 0;  ///< 0 <= fraction < 1; 0 at the reach
  bool playing_ = false;
  int speed_exponent_ = 0;
  std::uint32_t event_count_ = 0;
  std::uint32_t horizon_ = UINT32_MAX;
};

}  // namespace proactor_lab::gui
