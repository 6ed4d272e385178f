// Maps the kernel's names of io_uring operations to those of traces.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab {

/// `name` is as printed in a tracepoint: "RECV", or in kernels before 5.19 its number, "27".
/// Returns our verb if there is one ("receive"), else the kernel's name in lower case
/// ("fallocate"), or "unknown" if it is not a name.
std::string verb_of_kernel_opcode(std::string_view name);

/// True if its result counts bytes moved into or out of the program's memory.
bool kernel_opcode_moves_bytes(std::string_view verb);

}  // namespace proactor_lab
