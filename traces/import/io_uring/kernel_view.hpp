// Two traces of one run become one: the program's own, and the kernel's view of the same operations
// (`import_io_uring`). What io_uring hides from the program, and its trace could only infer, is
// taken from where it was seen.
#pragma once

#include <cstdint>
#include <string>

#include "traces/format/trace.hpp"

namespace proactor_lab {

struct KernelViewResult {
  std::uint32_t operations = 0;  ///< that the program's trace submits
  std::uint32_t matched = 0;     ///< of these, seen in the kernel
  std::string why_not_all;       ///< empty where all were
};

/// Fills an empty `merged`. A moment of the kernel's trace plus `offset_ns` is one of the
/// program's. The n-th operation that the program submits is the n-th that the kernel takes; where
/// they are not of one kind or not of one time, or the kernel lost events, matching ends.
KernelViewResult add_kernel_view(const Trace& own, const Trace& kernel, std::int64_t offset_ns,
                                 Trace& merged);

}  // namespace proactor_lab
