// Where the playhead stands: just after event `seq`, and `fraction` of the way to the next one.
// Every figure is a pure function of a model and a moment, so stepping back is as good as stepping
// forward. `seq` 0 is before the first event.
#pragma once

#include <cstdint>

namespace proactor_lab::figures {

struct Moment {
  std::uint32_t seq = 0;
  float fraction = 0;  ///< 0 <= fraction < 1
  friend bool operator==(const Moment&, const Moment&) = default;
};

}  // namespace proactor_lab::figures
