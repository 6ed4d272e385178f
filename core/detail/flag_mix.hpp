// Draining and skipped successes do not go together: io_uring_enter(2) leaves their mix undefined,
// and a ring on which one success was skipped refuses to drain from then on (EOPNOTSUPP). Here each
// of the two refuses the other, on every system, until all is released.
#pragma once

#include "core/async_operation.hpp"

namespace proactor_lab {

class FlagMix {
 public:
  /// True if `operation` is to end with EOPNOTSUPP, as any that is refused before it begins. Call
  /// it once for each operation, in the order of submission.
  bool refuses(const AsyncOperation& operation) {
    const bool drains = has(operation.flags, OperationFlags::drain);
    const bool skips = has(operation.flags, OperationFlags::skip_success);
    asked_to_skip_ |= skips;
    if (operation.opcode == Opcode::none) return false;  // the kernel looks no further
    if (drains && (skips || skips_)) return true;
    if (skips && drains_) return true;
    drains_ |= drains;
    skips_ |= skips;
    return false;
  }

  bool drains() const { return drains_; }
  /// Also if that was refused: then nothing more of its chain is reported.
  bool asked_to_skip() const { return asked_to_skip_; }
  void clear() { *this = {}; }

 private:
  bool drains_ = false;
  bool skips_ = false;
  bool asked_to_skip_ = false;
};

}  // namespace proactor_lab
