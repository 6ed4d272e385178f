// Draining and skipped successes exclude each other: io_uring_enter(2) leaves their mix undefined,
// and a ring on which one success was skipped refuses to drain from then on (EOPNOTSUPP). Here, on
// every system, each of the two is refused after the other, until all operations are released.
#pragma once

#include "core/async_operation.hpp"

namespace proactor_lab {

class FlagMix {
 public:
  /// True if `operation` is to be refused with EOPNOTSUPP before it begins. Call it once for each
  /// operation, in the order of submission.
  bool refuses(const AsyncOperation& operation) {
    const bool drains = has(operation.flags, OperationFlags::drain);
    const bool skips = has(operation.flags, OperationFlags::skip_success);
    asked_to_skip_ |= skips;
    if (operation.opcode == Opcode::none) return false;  // the kernel checks nothing further
    if (drains && (skips || skips_)) return true;
    if (skips && drains_) return true;
    drains_ |= drains;
    skips_ |= skips;
    return false;
  }

  bool drains() const { return drains_; }
  /// True also if the flag was refused: then nothing more of that chain is reported.
  bool asked_to_skip() const { return asked_to_skip_; }
  void clear() { *this = {}; }

 private:
  bool drains_ = false;
  bool skips_ = false;
  bool asked_to_skip_ = false;
};

}  // namespace proactor_lab
