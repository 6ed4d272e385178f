#include "gui/view/playback.hpp"

#include <algorithm>
#include <cmath>

namespace proactor_lab::gui {
namespace {

constexpr int slowest_exponent = -3;
constexpr int fastest_exponent = 6;

}  // namespace

float Playback::speed() const { return std::ldexp(1.f, speed_exponent_); }

std::string Playback::speed_text() const {
  constexpr const char* parts[] = {"⅛×", "¼×", "½×"};
  if (speed_exponent_ < 0) return parts[speed_exponent_ - slowest_exponent];
  return std::to_string(1 << speed_exponent_) + "×";
}

figures::Moment Playback::eased() const {
  const float t = fraction_;
  const float eased = t * t * (3 - 2 * t);
  return {seq_, std::min(eased, std::nextafter(1.f, 0.f))};
}

void Playback::set_event_count(std::uint32_t count) {
  event_count_ = std::max(event_count_, count);
  clamp();
}

void Playback::set_horizon(std::uint32_t horizon) {
  horizon_ = horizon;
  clamp();
}

void Playback::toggle() {
  if (!playing_ && seq_ >= event_count_) seq_ = 0;
  playing_ = !playing_ && seq_ < reach();
}

void Playback::step_forward() {
  playing_ = false;
  fraction_ = 0;
  seq_ = std::min(seq_ + 1, reach());
}

void Playback::step_back() {
  playing_ = false;
  if (fraction_ > 0) {
    fraction_ = 0;
  } else if (seq_ > 0) {
    --seq_;
  }
}

void Playback::go_to(std::uint32_t seq) {
  playing_ = false;
  fraction_ = 0;
  seq_ = std::min(seq, reach());
}

void Playback::faster() { speed_exponent_ = std::min(speed_exponent_ + 1, fastest_exponent); }
void Playback::slower() { speed_exponent_ = std::max(speed_exponent_ - 1, slowest_exponent); }

void Playback::advance(float seconds, const std::function<float(std::uint32_t)>& pace) {
  if (!(seconds > 0)) return;
  while (playing_) {
    const float duration = seconds_per_event * (pace ? pace(seq_) : 1) / speed();
    const float left = (1 - fraction_) * duration;
    if (seconds < left) {
      fraction_ = std::min(fraction_ + seconds / duration, std::nextafter(1.f, 0.f));
      return;
    }
    seconds -= left;
    ++seq_;
    fraction_ = 0;
    clamp();
  }
}

void Playback::clamp() {
  if (seq_ < reach()) return;
  seq_ = reach();
  fraction_ = 0;
  playing_ = false;
}

}  // namespace proactor_lab::gui
