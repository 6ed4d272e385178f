// The position of the playhead: just after event `seq`, plus `fraction` of the way to the next
// event. Every figure is a pure function of a model and a moment, so stepping back works like
// stepping forward. `seq` 0 is before the first event.
#pragma once

#include <cstdint>

namespace proactor_lab::figures {

struct Moment {
  std::uint32_t seq = 0;
  float fraction = 0;  ///< 0 <= fraction < 1
  friend bool operator==(const Moment&, const Moment&) = default;
};

}  // namespace proactor_lab::figures
