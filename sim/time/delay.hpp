// A delay of the simulated world: always the same, or drawn anew each time. Drawn in whole
// numbers, so that every compiler and library draws the same.
#pragma once

#include <cstdint>

#include "core/values/time.hpp"
#include "sim/time/choice_source.hpp"

namespace proactor_lab {

enum class DelayShape : std::uint8_t {
  even,   ///< any of [least, most] alike
  bell,   ///< the middle of [least, most] most often, its ends hardly ever
  heavy,  ///< near `least` half of the time; each time twice as long, half as often, to `most`
  exponential,  ///< the gaps of a Poisson process: `least` is the mean, 22 times it the most
};

struct DelayRange {
  Duration least{0};
  Duration most{0};
  DelayShape shape = DelayShape::even;

  bool is_fixed() const { return shape == DelayShape::even && most <= least; }

  /// The question is asked only where there is something to draw.
  Duration draw(ChoiceSource& choices, const Question& question) const {
    if (is_fixed()) return least;
    if (shape != DelayShape::even) return shaped(choices.draw(UINT64_MAX, question));
    const auto span = static_cast<std::uint64_t>((most - least).count());
    return least + Duration{static_cast<std::int64_t>(choices.draw(span, question))};
  }

 private:
  Duration shaped(std::uint64_t bits) const;
};

}  // namespace proactor_lab
