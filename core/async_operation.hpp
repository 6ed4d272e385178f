// Asynchronous Operation (POSA2): a request to the operating system while it is in flight. An
// operation occupies a slot of the Proactor's slab. The slot is freed before the operation's
// handler runs, so a handler that starts a successor reuses memory that is still in the cache.
//
// Ownership: from `AsyncOperationProcessor::start` until the last completion of the operation is
// dequeued, the operating system owns the slot and the buffer it names. The initiator must keep the
// buffer alive and untouched that long, also after it has requested a cancel
// (io_uring_prep_cancel(3)).
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

/// Which half of a stream to close. The values are those of shutdown(2).
enum class ShutdownSide : std::uint8_t { receive = 0, send = 1, both = 2 };

/// What to wait for in a `poll`.
enum class Readiness : std::uint8_t { readable, writable };

/// How an operation is linked to the one that is initiated after it (io_uring_enter(2),
/// IOSQE_IO_LINK): the next one starts when this one is done. A soft link breaks if this one fails
/// or if a file operation transfers less than requested; the rest of the chain is then cancelled. A
/// hard link does not break. A chain of up to 32 operations is submitted in one piece; io_uring may
/// split a longer one.
enum class Link : std::uint8_t { none, soft, hard };

/// Options of a request, beside the opcode; combine with |.
enum class OperationFlags : std::uint8_t {
  none = 0,
  /// Starts when everything submitted before it is done; operations submitted after it start when
  /// it is done. From then on until nothing is in flight, each submission waits for those before
  /// it, cancels included (IOSQE_IO_DRAIN).
  drain = 1,
  /// Success is not reported. A failure is reported, and then nothing more of its chain
  /// (IOSQE_CQE_SKIP_SUCCESS). A link timeout with this flag reports nothing; a multishot operation
  /// reports all but its last success. After an operation with `drain`, a system refuses this flag,
  /// and after this flag it refuses `drain`: EOPNOTSUPP (core/detail/flag_mix.hpp). For programs
  /// that call a processor directly: a Proactor would wait for the completion forever.
  skip_success = 2,
  /// receive: continues until the buffer is full. It completes with fewer bytes only if no more can
  /// arrive: end of stream, reset or cancel. That breaks a soft link (MSG_WAITALL).
  wait_all = 4,
  /// timer: expiring does not break a soft link (IORING_TIMEOUT_ETIME_SUCCESS).
  expiry_is_success = 8,
  /// For internal use by a system: io_uring's backend sets it for an operation that is linked to
  /// the one before it, the simulated system for an operation that a drain delayed.
  chained = 128,
};
constexpr OperationFlags operator|(OperationFlags a, OperationFlags b) {
  return static_cast<OperationFlags>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool has(OperationFlags flags, OperationFlags flag) {
  return (static_cast<std::uint8_t>(flags) & static_cast<std::uint8_t>(flag)) != 0;
}

/// Names an operation that may have completed by now: it has if the slot's id is no longer `id`.
struct OperationToken {
  AsyncOperation* slot = nullptr;
  OperationId id = OperationId::none;
};

/// The parameters of an operation. Which fields matter depends on `opcode`; those that receives and
/// sends use come first (see AsyncOperation).
struct OperationRequest {
  Opcode opcode = Opcode::none;
  Handle handle = Handle::none;
  std::uint32_t length = 0;        ///< bytes in `data`
  std::byte* data = nullptr;       ///< the lent buffer
  BufferGroup* buffers = nullptr;  ///< receive, read: the system takes one when bytes arrive
  Readiness readiness = Readiness::readable;  ///< poll
  bool multishot = false;  ///< accept, receive: completes once per connection or arrival
  Link link = Link::none;
  OperationFlags flags = OperationFlags::none;
  OperationId parent{};  ///< the first operation of the composed operation that this belongs to

  Endpoint endpoint{};         ///< connect, send_to
  Endpoint* sender = nullptr;  ///< receive_from: set to the sender's address; lent like the buffer
  std::uint64_t offset = 0;    ///< read, write: byte offset in the file
  const char* path = nullptr;  ///< open; lent until the last completion
  std::uint32_t open_flags = 0;            ///< open: `OpenMode`s
  Instant deadline{};                      ///< timer, link_timeout: when it expires
  bool relative = false;                   ///< timer, link_timeout: `deadline` counts from now
  ShutdownSide side = ShutdownSide::both;  ///< shutdown
  OperationToken target{};                 ///< cancel
  OperationId reserved{};  ///< its id, from `Proactor::reserve_operation`; none: the next one
};

/// Copies a request member by member, so that the compiler can track each member and a request
/// built in the call to `initiate` is never stored in memory. For a receive or a send, by far the
/// most frequent, it copies only the members they use; the other members of `to` keep their values.
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

/// Maximum size of a completion handler's captures, in bytes. They are stored in the slot itself,
/// so no operation allocates.
inline constexpr std::size_t handler_capacity = 128;

/// The functions that know the type of the handler in a slot.
struct Handling {
  /// Fast path: moves the handler out of the slot, frees the slot and calls the handler. For an
  /// operation's only completion, without a provided buffer, on the loop thread.
  void (*once)(Proactor&, AsyncOperation&, const Completion&);
  /// The same for all other cases. If `completion` is null, the handler is destroyed without being
  /// called. A multishot operation with more completions to come keeps its slot, and its handler is
  /// called in place.
  void (*in_general)(Proactor&, AsyncOperation&, const Completion*);
};

/// What the Proactor stores in a slot beside the request.
struct OperationSlot {
  const Handling* handling = nullptr;
  /// For the current owner of the operation: the slab's free list, then the backend.
  AsyncOperation* next = nullptr;
  /// Ids are not reused within a run of 2^32 operations; 0 marks a free slot. Written by the thread
  /// that initiates or handles the operation (possibly a worker) and compared by the loop thread,
  /// hence atomic. It orders no other memory accesses.
  std::atomic<OperationId> id{OperationId::none};
  std::uint32_t strand = 0;  ///< core/strand.hpp
};

/// For a receive or a send whose handler has one or two captures, initiation, start and dispatch
/// touch two cache lines: the first one, and the one at which the handler begins. With thousands of
/// connections each of these lines is a cache miss.
struct alignas(64) AsyncOperation : OperationSlot, OperationRequest {
  std::array<std::uint64_t, 4> backend_state{};
  alignas(std::max_align_t) std::array<std::byte, handler_capacity> handler;
};
static_assert(sizeof(OperationSlot) + offsetof(OperationRequest, endpoint) == 64);

}  // namespace proactor_lab
