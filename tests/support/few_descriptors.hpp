// A process that is short of descriptors, for the tests of what happens then.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace proactor_lab::testing {

/// No more than `left` descriptors beyond those open now, as long as this lives, for the whole
/// process. With none left, nothing virtual may be called for the first time, `CHECK` and other
/// threads included: to look at the memory of a type that is new to it, the sanitizer of undefined
/// behaviour needs a pipe, and where it gets none it reports the object as broken. So do once
/// before what will be done then, and check afterwards what was heard.
class FewDescriptors {
 public:
  explicit FewDescriptors(int left) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = dup(0);  // those below it are taken
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
