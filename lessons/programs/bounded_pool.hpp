// Tasks that share a bounded pool of workers: who is acquired, who is rejected, who tries again.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

/// Posts `settings.tasks` jobs at once, each of which computes for `settings.work`. Where the pool
/// rejects one, it is given up, or with `settings.retry` posted again after that time. Without
/// workers all run on the loop thread, one after the other.
std::unique_ptr<AsyncProgram> make_bounded_pool(Proactor&, OperatingSystem&,
                                                const ProgramSettings&);

}  // namespace proactor_lab
