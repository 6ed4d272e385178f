// A delay of the simulated world: always the same, or drawn anew each time.
#pragma once

#include "core/time.hpp"
#include "sim/choice_source.hpp"

namespace proactor_lab {

/// Always `least`, or drawn evenly from [least, most].
struct DelayRange {
  Duration least{0};
  Duration most{0};

  Duration draw(ChoiceSource& choices, const Question& question) const {
    if (most <= least) return least;
    const auto span = static_cast<std::uint64_t>((most - least).count());
    return least + Duration{static_cast<std::int64_t>(choices.draw(span, question))};
  }
};

}  // namespace proactor_lab
