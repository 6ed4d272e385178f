// Where the playhead stands and how it moves: a plain value. It never passes the horizon, and
// stepping back undoes stepping forward exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "traces/figures/moment.hpp"

namespace proactor_lab::gui {

/// Real seconds from one event to the next at speed 1.
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
  /// The last event that can be reached: where a question is open, the one it asks about.
  std::uint32_t reach() const { return horizon_ < event_count_ ? horizon_ : event_count_; }

  /// For figures whose axis is order: the fraction eased, so that what moves starts and lands
  /// softly. Where the axis is time the fraction is taken as it is.
  figures::Moment eased() const;
  figures::Moment moment() const { return {seq_, fraction_}; }

  /// A trace that grows may only grow.
  void set_event_count(std::uint32_t count);
  void set_horizon(std::uint32_t horizon);

  void toggle();  ///< at the end, playing begins anew
  void pause() { playing_ = false; }
  void step_forward();
  void step_back();  ///< from between two events, to the earlier one
  void go_to(std::uint32_t seq);
  void faster();
  void slower();

  /// Lets `seconds` of real time pass. What follows event `seq` takes
  /// `seconds_per_event * pace(seq) / speed`.
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
