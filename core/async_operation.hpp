// Asynchronous Operation (POSA2): what was asked of the operating system, for as long as it is
// under way. An operation lives in a slot of the Proactor's slab; the slot is free again before the
// operation's handler runs, so that a handler which starts its successor reuses warm memory.
//
// Ownership: from `AsyncOperationProcessor::start` until its last completion is dequeued, the
// operating system owns the slot and the buffer it names. The initiator must keep the buffer alive
// and untouched that long, also after it asked to cancel (io_uring_prep_cancel(3)).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/completion.hpp"
#include "core/handle.hpp"
#include "core/opcode.hpp"
#include "core/time.hpp"

namespace proactor_lab {

class Proactor;

enum class OperationId : std::uint32_t { none = 0 };
constexpr std::uint32_t to_number(OperationId id) { return static_cast<std::uint32_t>(id); }

/// Which half of a stream to close: the numbers of shutdown(2).
enum class ShutdownSide : std::uint8_t { receive = 0, send = 1, both = 2 };

/// The most bytes a completion handler's captures may take. They are kept in the slot itself: no
/// operation allocates.
inline constexpr std::size_t handler_capacity = 64;

struct AsyncOperation {
  /// Takes the handler out of the slot, frees the slot and, where `completion` is not null, calls
  /// the handler with it; with null the handler is destroyed unheard.
  using Dispatch = void (*)(Proactor&, AsyncOperation&, const Completion*);

  // What was asked. Which fields matter follows from `opcode`.
  std::byte* data = nullptr;  ///< receive, send: the lent buffer
  std::uint32_t length = 0;   ///< its size
  Handle handle = Handle::none;
  Instant deadline{};                ///< timer: when it expires
  AsyncOperation* target = nullptr;  ///< cancel: which operation; null if it is known to be over
  Endpoint endpoint;                 ///< connect
  Opcode opcode = Opcode::none;
  ShutdownSide side = ShutdownSide::both;

  // Who it is. Ids are never reused within a run; 0 marks a free slot.
  OperationId id = OperationId::none;

  // For whoever holds the operation at the moment: the slab's free list, then the backend.
  AsyncOperation* next = nullptr;
  std::array<std::uint64_t, 4> backend_state{};

  Dispatch dispatch = nullptr;
  alignas(std::max_align_t) std::array<std::byte, handler_capacity> handler;
};

/// Names an operation that may be over by now: the slot tells whether it still bears the same id.
struct OperationToken {
  AsyncOperation* slot = nullptr;
  OperationId id = OperationId::none;
};

}  // namespace proactor_lab
