// A completion: the result of an operation, or of one shot of a multishot operation.
#pragma once

#include <cstdint>

namespace proactor_lab {

struct AsyncOperation;

/// A plain value. On success `result` is a count of bytes or a new handle, depending on the
/// operation; on failure it is the negated error number. An error of the system is data, not an
/// exception (io_uring_enter(2), "res").
struct Completion {
  AsyncOperation* operation = nullptr;
  std::int32_t result = 0;
  std::uint32_t flags = 0;
};

/// In `Completion::flags`: more completions of this operation will follow (IORING_CQE_F_MORE).
inline constexpr std::uint32_t completion_more = 1u << 1;

/// In `Completion::flags`: the system took a provided buffer, whose number is in the upper half
/// (IORING_CQE_F_BUFFER).
inline constexpr std::uint32_t completion_buffer = 1u << 0;
constexpr std::uint16_t buffer_of(std::uint32_t flags) {
  return static_cast<std::uint16_t>(flags >> 16);
}
constexpr std::uint32_t with_buffer(std::uint16_t id) {
  return completion_buffer | std::uint32_t{id} << 16;
}

}  // namespace proactor_lab
