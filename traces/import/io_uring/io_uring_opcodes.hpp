// The kernel's names of what io_uring can do, in the words of traces.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab {

/// `name` as a tracepoint has it: "RECV", or in kernels before 5.19 its number, "27". Our verb
/// where there is one ("receive"), else the kernel's own name in lower case ("fallocate").
/// "unknown" where it is no name.
std::string verb_of_kernel_opcode(std::string_view name);

/// Its result counts bytes that went into or came out of the program's memory.
bool kernel_opcode_moves_bytes(std::string_view verb);

}  // namespace proactor_lab
