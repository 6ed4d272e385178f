// A delay of the simulated world: constant, or drawn each time. Drawn with integers, so that every
// compiler and library draws the same.
#pragma once

#include <cstdint>

#include "core/values/time.hpp"
#include "sim/time/choice_source.hpp"

namespace proactor_lab {

enum class DelayShape : std::uint8_t {
  even,         ///< uniform in [least, most]
  bell,         ///< the middle of [least, most] is most frequent, its ends are rare
  heavy,        ///< near `least` half of the time; each doubling, up to `most`, is half as frequent
  exponential,  ///< the gaps of a Poisson process: `least` is the mean; at most 22 times the mean
};

struct DelayRange {
  Duration least{0};
  Duration most{0};
  DelayShape shape = DelayShape::even;

  bool is_fixed() const { return shape == DelayShape::even && most <= least; }

  /// Asks the question only if there is something to draw.
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
