// Tasks that share a bounded pool of workers: which get a worker, which are rejected, which retry.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

/// Posts `settings.tasks` jobs at once. Each job computes for `settings.work`. If the pool rejects
/// a job, the program gives it up, or posts it again after `settings.retry` if that is not 0.
/// Without workers, all jobs run on the loop thread, one after the other.
std::unique_ptr<AsyncProgram> make_bounded_pool(Proactor&, OperatingSystem&,
                                                const ProgramSettings&);

}  // namespace proactor_lab
