// What a live backend offers beside OperatingSystem: it closes its handles of the real kernel at
// the end of a run.
#pragma once

#include "core/operating_system.hpp"

namespace proactor_lab {

class LiveBackend : public OperatingSystem {
 public:
  /// Closes every handle that it opened and that is still open, at the end of a run. No operation
  /// may be in flight. The destructor does this too.
  virtual void close_all() = 0;
};

}  // namespace proactor_lab
