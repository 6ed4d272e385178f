// Merges two traces of one run: the program's own, and the kernel's view of the same operations
// (`import_io_uring`). Steps that the program's trace could only infer are replaced by those that
// the kernel recorded.
#pragma once

#include <cstdint>
#include <string>

#include "traces/format/trace.hpp"

namespace proactor_lab {

struct KernelViewResult {
  std::uint32_t operations = 0;  ///< submitted in the program's trace
  std::uint32_t matched = 0;     ///< of these, found in the kernel's trace
  std::string why_not_all;       ///< empty if all were matched
};

/// Fills an empty `merged`. A time of the kernel's trace plus `offset_ns` is a time of the
/// program's trace. The n-th operation that the program submits is matched with the n-th that the
/// kernel accepts. Matching ends at the first pair whose kinds or times differ, or when the
/// kernel's trace lost events.
KernelViewResult add_kernel_view(const Trace& own, const Trace& kernel, std::int64_t offset_ns,
                                 Trace& merged);

}  // namespace proactor_lab
