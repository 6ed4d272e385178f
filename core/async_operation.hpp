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

class BufferGroup;
class Proactor;

enum class OperationId : std::uint32_t { none = 0 };
constexpr std::uint32_t to_number(OperationId id) { return static_cast<std::uint32_t>(id); }

/// Which half of a stream to close: the numbers of shutdown(2).
enum class ShutdownSide : std::uint8_t { receive = 0, send = 1, both = 2 };

/// What to wait for.
enum class Readiness : std::uint8_t { readable, writable };

/// How an operation is tied to the one that is initiated after it (io_uring_enter(2),
/// IOSQE_IO_LINK): the next starts when this one is done. A soft link breaks where this one fails
/// or transfers less than a file operation asked for, and the rest of the chain is cancelled; a
/// hard one does not break.
enum class Link : std::uint8_t { none, soft, hard };

/// Names an operation that may be over by now: the slot tells whether it still bears the same id.
struct OperationToken {
  AsyncOperation* slot = nullptr;
  OperationId id = OperationId::none;
};

/// What is asked. Which fields matter follows from `opcode`.
struct OperationRequest {
  Opcode opcode = Opcode::none;
  Handle handle = Handle::none;
  std::uint32_t length = 0;                   ///< of the lent buffer
  std::byte* data = nullptr;                  ///< the lent buffer
  BufferGroup* buffers = nullptr;             ///< receive: takes one from here when bytes come
  Endpoint endpoint{};                        ///< connect, send_to
  Endpoint* sender = nullptr;                 ///< receive_from: who sent it; lent like the buffer
  std::uint64_t offset = 0;                   ///< read, write: place in the file
  const char* path = nullptr;                 ///< open; lent until submitted
  std::uint32_t open_flags = 0;               ///< open: `OpenMode`s
  Instant deadline{};                         ///< timer, link_timeout: when it expires
  bool relative = false;                      ///< timer, link_timeout: `deadline` counts from now
  bool multishot = false;                     ///< accept, receive: complete again and again
  ShutdownSide side = ShutdownSide::both;     ///< shutdown
  Readiness readiness = Readiness::readable;  ///< poll
  Link link = Link::none;
  OperationToken target{};  ///< cancel
  OperationId parent{};     ///< the first operation of the composed one that this goes on with
};

/// The most bytes a completion handler's captures may take. They are kept in the slot itself: no
/// operation allocates.
inline constexpr std::size_t handler_capacity = 128;

struct AsyncOperation : OperationRequest {
  /// Takes the handler out of the slot, frees the slot and, where `completion` is not null, calls
  /// the handler with it; with null the handler is destroyed unheard. A multishot operation that
  /// goes on keeps its slot, and its handler is called in place.
  using Dispatch = void (*)(Proactor&, AsyncOperation&, const Completion*);

  // Ids are never reused within a run; 0 marks a free slot.
  OperationId id = OperationId::none;

  // For whoever holds the operation at the moment: the slab's free list, then the backend.
  AsyncOperation* next = nullptr;
  std::array<std::uint64_t, 4> backend_state{};

  Dispatch dispatch = nullptr;
  alignas(std::max_align_t) std::array<std::byte, handler_capacity> handler;
};

}  // namespace proactor_lab
