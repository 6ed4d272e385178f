// What a live backend is beside an operating system: it has handles of the real kernel to give back
// at the end of a run.
#pragma once

#include "core/operating_system.hpp"

namespace proactor_lab {

class LiveBackend : public OperatingSystem {
 public:
  /// Closes every handle that it gave out and that is still open: the end of a run. Nothing may be
  /// under way. Destroying the backend does it too.
  virtual void close_all() = 0;
};

}  // namespace proactor_lab
