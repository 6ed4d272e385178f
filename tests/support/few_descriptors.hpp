// Makes this process short of descriptors, for tests of that situation.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace proactor_lab::testing {

/// While this lives, the whole process may open at most `left` more descriptors. If `left` is 0, no
/// virtual function may be called for the first time, also not by `CHECK` or another thread: for a
/// type that it has not seen, the sanitizer of undefined behaviour needs a pipe to inspect the
/// memory, and without one it reports the object as broken. So run the same calls once before, and
/// check results afterwards.
class FewDescriptors {
 public:
  explicit FewDescriptors(int left) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = dup(0);  // all descriptors below it are in use
    close(lowest_free);
    const rlimit few{static_cast<rlim_t>(lowest_free + left), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace proactor_lab::testing
