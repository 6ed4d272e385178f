// Asynchronous Operation (POSA2): what was asked of the operating system, for as long as it is
// under way. An operation lives in a slot of the Proactor's slab; the slot is free again before the
// operation's handler runs, so that a handler which starts its successor reuses warm memory.
//
// Ownership: from `AsyncOperationProcessor::start` until its last completion is dequeued, the
// operating system owns the slot and the buffer it names. The initiator must keep the buffer alive
// and untouched that long, also after it asked to cancel (io_uring_prep_cancel(3)).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/values/completion.hpp"
#include "core/values/handle.hpp"
#include "core/values/opcode.hpp"
#include "core/values/time.hpp"

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
/// hard one does not break. A chain of up to 32 operations is submitted in one piece; io_uring may
/// cut a longer one in two.
enum class Link : std::uint8_t { none, soft, hard };

/// What may be asked beside the verb; combine with |.
enum class OperationFlags : std::uint8_t {
  none = 0,
  /// Starts when all that was submitted before it is over; what is submitted after it starts when
  /// it is over itself. From then on until nothing is under way each submission waits for those
  /// before it, cancels included (IOSQE_IO_DRAIN).
  drain = 1,
  /// Success is not reported, a failure is, and then nothing more of its chain
  /// (IOSQE_CQE_SKIP_SUCCESS). A link timeout then reports nothing; a multishot operation reports
  /// all but its last success. A system on which one operation drained refuses this flag, and after
  /// this flag it refuses `drain`: EOPNOTSUPP (core/detail/flag_mix.hpp). For programs that drive a
  /// processor by hand: a Proactor would wait for the completion for ever.
  skip_success = 2,
  /// receive: goes on until the buffer is full. Less is told only where no more can come: the
  /// stream's end, a reset, a cancel. That breaks a soft link (MSG_WAITALL).
  wait_all = 4,
  /// timer: expiring does not break a soft link (IORING_TIMEOUT_ETIME_SUCCESS).
  expiry_is_success = 8,
  /// Set by a system for itself: io_uring's backend, for an operation linked to the one before it;
  /// the simulated one, for what a drain held back.
  chained = 128,
};
constexpr OperationFlags operator|(OperationFlags a, OperationFlags b) {
  return static_cast<OperationFlags>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool has(OperationFlags flags, OperationFlags flag) {
  return (static_cast<std::uint8_t>(flags) & static_cast<std::uint8_t>(flag)) != 0;
}

/// Names an operation that may be over by now: the slot tells whether it still bears the same id.
struct OperationToken {
  AsyncOperation* slot = nullptr;
  OperationId id = OperationId::none;
};

/// What is asked. Which fields matter follows from `opcode`; those that matter to receives and
/// sends come first (see AsyncOperation).
struct OperationRequest {
  Opcode opcode = Opcode::none;
  Handle handle = Handle::none;
  std::uint32_t length = 0;                   ///< of the lent buffer
  std::byte* data = nullptr;                  ///< the lent buffer
  BufferGroup* buffers = nullptr;             ///< receive, read: takes one when bytes come
  Readiness readiness = Readiness::readable;  ///< poll
  bool multishot = false;                     ///< accept, receive: complete again and again
  Link link = Link::none;
  OperationFlags flags = OperationFlags::none;
  OperationId parent{};  ///< the first operation of the composed one that this goes on with

  Endpoint endpoint{};                     ///< connect, send_to
  Endpoint* sender = nullptr;              ///< receive_from: who sent it; lent like the buffer
  std::uint64_t offset = 0;                ///< read, write: place in the file
  const char* path = nullptr;              ///< open; lent until submitted
  std::uint32_t open_flags = 0;            ///< open: `OpenMode`s
  Instant deadline{};                      ///< timer, link_timeout: when it expires
  bool relative = false;                   ///< timer, link_timeout: `deadline` counts from now
  ShutdownSide side = ShutdownSide::both;  ///< shutdown
  OperationToken target{};                 ///< cancel
  OperationId reserved{};  ///< its own id, from `Proactor::reserve_operation`; none: the next
};

/// Copies what is asked, member by member: so the compiler follows each of them, and a request that
/// is made where it is initiated never lies in memory. Of a receive or a send, of which there are
/// most, only what matters to it: the other members of `to` stay as they are.
[[gnu::always_inline]] inline void copy_request(const OperationRequest& from,
                                                OperationRequest& to) {
  to.opcode = from.opcode;
  to.handle = from.handle;
  to.length = from.length;
  to.data = from.data;
  to.buffers = from.buffers;
  to.readiness = from.readiness;  // these four together are one store
  to.multishot = from.multishot;
  to.link = from.link;
  to.flags = from.flags;
  to.parent = from.parent;
  if (from.opcode == Opcode::receive || from.opcode == Opcode::send) return;
  to.endpoint = from.endpoint;
  to.sender = from.sender;
  to.offset = from.offset;
  to.path = from.path;
  to.open_flags = from.open_flags;
  to.deadline = from.deadline;
  to.relative = from.relative;
  to.side = from.side;
  to.target = from.target;
}

/// The most bytes a completion handler's captures may take. They are kept in the slot itself: no
/// operation allocates.
inline constexpr std::size_t handler_capacity = 128;

/// What can be done with the handler in a slot, whose type only these functions know.
struct Handling {
  /// Takes the handler out of the slot, frees the slot and calls the handler: on the loop thread,
  /// the only completion, without a provided buffer.
  void (*once)(Proactor&, AsyncOperation&, const Completion&);
  /// The same in all other cases. Where `completion` is null the handler is destroyed unheard. A
  /// multishot operation that goes on keeps its slot, and its handler is called in place.
  void (*in_general)(Proactor&, AsyncOperation&, const Completion*);
};

/// What the Proactor keeps in a slot beside what was asked.
struct OperationSlot {
  const Handling* handling = nullptr;
  /// For whoever holds the operation at the moment: the slab's free list, then the backend.
  AsyncOperation* next = nullptr;
  /// Ids are not reused within a run of 2^32 operations; 0 marks a free slot. Written by whoever
  /// initiates or handles (a worker, too) and compared by the loop thread: hence atomic, though
  /// nothing hangs on it.
  std::atomic<OperationId> id{OperationId::none};
  std::uint32_t strand = 0;  ///< core/strand.hpp
};

/// Of a receive or a send, with a handler of one or two captures, initiation, start and dispatch
/// touch two lines of the cache: the first, and the one in which the handler begins. With thousands
/// of connections each line is one that has to be fetched.
struct alignas(64) AsyncOperation : OperationSlot, OperationRequest {
  std::array<std::uint64_t, 4> backend_state{};
  alignas(std::max_align_t) std::array<std::byte, handler_capacity> handler;
};
static_assert(sizeof(OperationSlot) + offsetof(OperationRequest, endpoint) == 64);

}  // namespace proactor_lab
