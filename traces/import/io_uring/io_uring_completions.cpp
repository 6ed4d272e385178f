// The part of IoUringEvents that follows operations in the kernel until their completions are
// queued, and the threads that wait for completions.
#include <algorithm>

#include "traces/import/io_uring/io_uring_events.hpp"
#include "traces/import/io_uring/io_uring_unmatched.hpp"

namespace proactor_lab {
namespace {

constexpr std::uint64_t completion_more = 2;  // IORING_CQE_F_MORE
constexpr std::int64_t cancelled = -125;

/// What the bits of poll(2) in `mask` mean: what a handle is ready for, or is polled for.
std::string_view readiness_of(std::uint64_t mask) {
  const bool reads = (mask & 0x41) != 0;    // POLLIN, POLLRDNORM
  const bool writes = (mask & 0x104) != 0;  // POLLOUT, POLLWRNORM
  if (reads && writes) return "read and write";
  if (reads) return "read";
  if (writes) return "write";
  return (mask & 0x18) != 0 ? "report an error" : "";
}

}  // namespace

/// The request would block: the kernel polls its file and retries when it is ready, as a reactor
/// does.
void IoUringEvents::arm_poll(const Line& line) {
  const std::uint32_t operation = operation_of(line);
  IoUringRequest* const request = requests_.of(operation);
  if (request == nullptr) return;
  start(operation, *request, line.time_ns, false);
  Event event;
  event.kind = EventKind::poll_armed;
  event.time_ns = line.time_ns;
  if (const Thread* worker = thread_of(line, false)) event.thread = worker->number;
  event.handle = request->handle;
  event.text = events_.keep(readiness_of(hexadecimal_in(line.text.field("events")).value_or(0)));
  step(operation, *request, event);
}

/// The file is ready: the request will be retried by its thread.
void IoUringEvents::signal(const Line& line) {
  const std::uint32_t operation = operation_of(line);
  IoUringRequest* const request = requests_.of(operation);
  if (request == nullptr) return;
  line.ring->signalled = operation;
  const std::uint64_t mask = hexadecimal_in(line.text.field("mask")).value_or(0);
  if (mask == 0) return;  // woken for another reason, such as a cancel
  start(operation, *request, line.time_ns, false);
  Event event;
  event.kind = EventKind::readiness_reported;
  event.time_ns = line.time_ns;
  event.handle = request->handle;
  event.text = events_.keep(readiness_of(mask));
  step(operation, *request, event);
}

void IoUringEvents::hand_to_worker(const Line& line) {
  const std::uint32_t operation = operation_of(line);
  IoUringRequest* const request = requests_.of(operation);
  if (request == nullptr) return;
  start(operation, *request, line.time_ns, false);
  Event event;
  event.kind = EventKind::handed_to_worker;
  event.time_ns = line.time_ns;
  const bool one_by_one = line.text.fields.find("hashed queue") != std::string_view::npos;
  event.text = events_.keep(one_by_one ? "hashed" : "normal");
  step(operation, *request, event);
}

// --- Completions -------------------------------------------------------------------------------

void IoUringEvents::complete(const Line& line) {
  const auto result = number_in(line.any("result", "res"));
  if (!result) return events_.count_unmatched(io_uring_unmatched::strange_fields, line.number);
  std::uint32_t operation = 0;
  if (line.has_request) operation = requests_.at(line.ring->number, line.request);
  // Completions of multishot operations, and those in old kernels, have only the user_data.
  if (operation == 0 && line.has_user_data) {
    const auto claim =
        requests_.with_user_data(line.ring->number, line.user_data, line.ring->signalled);
    operation = claim.operation;
    if (!claim.is_certain) ++guesses_;
  }
  if (operation != 0) return post(operation, line, *result, true);
  if (messages_ == 0) {
    return events_.count_unmatched(io_uring_unmatched::unknown_completions, line.number);
  }
  // A message from another ring (IORING_OP_MSG_RING) completes no request of this ring.
  --messages_;
  remark(line, "a completion of no request seen here: another ring may have posted it (MSG_RING)",
         0);
}

/// For a completion that does not fit into the queue, kernels from 6.10 report only this. Older
/// kernels report the completion first.
void IoUringEvents::overflow(const Line& line) {
  ++overflows_;
  const auto result = number_in(line.any("result", "res"));
  if (!result || !line.has_user_data) {
    return events_.count_unmatched(io_uring_unmatched::strange_fields, line.number);
  }
  Ring& ring = *line.ring;
  const auto claim = requests_.with_user_data(ring.number, line.user_data, ring.signalled);
  if (claim.operation != 0) {
    if (!claim.is_certain) ++guesses_;
    post(claim.operation, line, *result, false);
  } else if (ring.completed == 0 || ring.completed_data != line.user_data) {
    return events_.count_unmatched(io_uring_unmatched::unknown_completions, line.number);
  }
  remark(line, "the completion queue is full: the kernel keeps this completion aside",
         ring.completed);
}

/// The operation has a result. If there is room, its completion is queued.
void IoUringEvents::post(std::uint32_t operation, const Line& line, std::int64_t result,
                         bool has_room) {
  IoUringRequest& request = *requests_.of(operation);
  Ring& ring = *line.ring;
  const bool more = (hexadecimal_in(line.text.field("cflags")).value_or(0) & completion_more) != 0;
  if (result != cancelled) start(operation, request, line.time_ns, false);
  Event event;
  event.time_ns = line.time_ns;
  event.cause = request.last;
  if (request.moves_bytes && result > 0) {
    Event moved = event;
    moved.kind = EventKind::bytes_moved;
    moved.certainty = Certainty::inferred;
    moved.earliest_ns = request.since_ns;
    moved.bytes = result;
    moved.role = Role::processor;
    moved.handle = request.handle;
    event.cause = step(operation, request, moved);
  }
  if (const Thread* worker = thread_of(line, false)) event.thread = worker->number;
  event.kind = EventKind::operation_completed;
  event.value = result;
  event.more = more;
  const std::uint32_t completed = step(operation, request, event);
  if (has_room) {
    Event queued;
    queued.kind = EventKind::completion_queued;
    queued.time_ns = line.time_ns;
    queued.value = ++ring.queued_count - ring.count_at_return;
    ring.queued = step(operation, request, queued);
    ring.queued_ns = line.time_ns;
  }
  if (IoUringRequest* next = requests_.of(request.next)) {
    next->start_cause = completed;
    next->since_ns = line.time_ns;
  }
  ring.completed = operation;
  ring.completed_data = line.user_data;
  ring.last_completed = request.last;
  if (!more) requests_.erase(operation);
}

// --- Threads and rings -------------------------------------------------------------------------

void IoUringEvents::wait(const Line& line) {
  Thread* const thread = thread_of(line, true);
  if (thread == nullptr) return;
  come_back(*thread, line.time_ns);
  Event event;
  event.kind = EventKind::wait_entered;
  event.time_ns = line.time_ns;
  event.thread = thread->number;
  event.cause = thread->last;
  thread->last = events_.add(event);
  thread->last_ns = line.time_ns;
  thread->waits_on = line.ring_key;
  thread->count_at_wait = line.ring->queued_count;
}

/// The thread does something that only a program does, so a wait of it is over.
void IoUringEvents::come_back(Thread& thread, std::int64_t time_ns) {
  if (thread.waits_on == 0) return;
  Ring& ring = ring_of(thread.waits_on);
  thread.waits_on = 0;
  Event event;
  event.kind = EventKind::wait_returned;
  event.certainty = Certainty::inferred;
  event.time_ns = time_ns;
  event.thread = thread.number;
  event.value = ring.queued_count - thread.count_at_wait;
  event.cause = event.value > 0 ? ring.queued : thread.last;
  event.earliest_ns = std::max(thread.last_ns, event.value > 0 ? ring.queued_ns : 0);
  thread.last = events_.add(event);
  thread.last_ns = time_ns;
  ring.count_at_return = ring.queued_count;
}

void IoUringEvents::create(const Line& line) {
  Ring& ring = *line.ring;
  // The kernel reuses a ring's memory: operations of the previous ring at this address are over.
  if (ring.creator != 0 || ring.queued_count != 0) {
    const std::uint32_t unfinished = requests_.erase_of_ring(ring.number);
    if (unfinished > 0) {
      events_.count_unmatched(io_uring_unmatched::unseen_ends, line.number, unfinished);
    }
    ring = {};
    ring.number = ++last_ring_;
  }
  if (Thread* thread = thread_of(line, true)) {
    come_back(*thread, line.time_ns);
    ring.creator = thread->number;
  }
  remark(line, "ring " + std::to_string(ring.number) + " is made: " +
                   std::string(line.text.fields.substr(
                       std::min(line.text.fields.size(), line.text.fields.find("fd ")))));
}

void IoUringEvents::remark(const Line& line, const std::string& text, std::uint32_t operation) {
  Event event;
  event.kind = EventKind::note;
  event.time_ns = line.time_ns;
  event.operation = operation;
  event.text = events_.keep(text);
  if (const IoUringRequest* request = requests_.of(operation)) {
    event.cause = request->last;
  } else if (operation != 0) {
    event.cause = line.ring->last_completed;
  } else if (Thread* thread = thread_of(line, false)) {
    event.thread = thread->number;
    event.cause = thread->last;
  }
  events_.add(event);
}

/// The operation that the line names; 0 if its submission was not seen, which is counted.
std::uint32_t IoUringEvents::operation_of(const Line& line) {
  std::uint32_t operation = 0;
  if (line.has_request) operation = requests_.at(line.ring->number, line.request);
  if (operation == 0 && line.has_user_data) {
    operation = requests_.with_user_data(line.ring->number, line.user_data, 0).operation;
  }
  if (operation == 0) {
    events_.count_unmatched(io_uring_unmatched::unknown_requests, line.number);
  }
  return operation;
}

IoUringEvents::Ring& IoUringEvents::ring_of(std::uint64_t key) {
  Ring& ring = rings_[key];
  if (ring.number == 0) ring.number = ++last_ring_;
  return ring;
}

/// The line's thread if it belongs to the program or is a kernel worker: a thread that uses a ring
/// (`uses`), or has used one. Other threads were interrupted, or happened to make a file ready.
IoUringEvents::Thread* IoUringEvents::thread_of(const Line& line, bool uses) {
  const std::int32_t id = line.text.thread;
  if (id <= 0 || line.text.interrupt) return nullptr;
  const bool works = line.text.task.starts_with("iou-");
  const auto found = threads_.find(id);
  if (found != threads_.end()) {
    return uses || found->second.works ? &found->second : nullptr;
  }
  if (!uses && !works) return nullptr;
  if (threads_.size() >= UINT16_MAX) {
    events_.count_unmatched(io_uring_unmatched::too_many_alive, line.number);
    return nullptr;
  }
  Thread& thread = threads_[id];
  thread.number = static_cast<std::uint16_t>(threads_.size());
  thread.works = works;
  Event event;
  event.kind = EventKind::thread_started;
  event.certainty = Certainty::inferred;
  event.time_ns = line.time_ns;
  event.thread = thread.number;
  event.label = events_.keep(std::string(line.text.task) + "-" + std::to_string(id));
  thread.last = events_.add(event);
  return &thread;
}

/// A program's descriptor becomes known when it is first named.
std::uint32_t IoUringEvents::handle_of(const Ring& ring, std::int64_t descriptor,
                                       std::int64_t time_ns) {
  if (descriptor < 0) return 0;
  const auto [found, is_new] = handles_.try_emplace({ring.number, descriptor}, 0);
  if (!is_new) return found->second;
  found->second = static_cast<std::uint32_t>(handles_.size());
  Event event;
  event.kind = EventKind::handle_opened;
  event.certainty = Certainty::inferred;
  event.time_ns = time_ns;
  event.handle = found->second;
  event.value = descriptor;
  std::string label = "fd " + std::to_string(descriptor);
  if (ring.number > 1) label += " of ring " + std::to_string(ring.number);
  event.label = events_.keep(label);
  events_.add(event);
  return found->second;
}

void IoUringEvents::see_lost(std::uint64_t count, std::int64_t time_ns) {
  settle_pending();
  lost_ += count;
  ++losses_;
  Event event;
  event.kind = EventKind::events_lost;
  event.certainty = Certainty::inferred;
  event.time_ns = time_ns;
  event.earliest_ns = events_.last_ns();
  event.value = static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
  event.text = events_.keep("lost by the recorder");
  events_.add(event);
}

void IoUringEvents::finish() {
  settle_pending();
  std::vector<std::string>& sentences = events_.report().sentences;
  if (losses_ > 0) {
    sentences.push_back("the recorder lost events " + std::to_string(losses_) + " times, " +
                        std::to_string(lost_) + " in all");
  }
  if (requests_.size() > 0) {
    sentences.push_back("still under way at the end: " + std::to_string(requests_.size()) +
                        " operations");
  }
  if (guesses_ > 0) {
    sentences.push_back(
        "completions that name only a user_data, which several operations have (the oldest is "
        "taken to have completed): " +
        std::to_string(guesses_));
  }
  if (overflows_ > 0) {
    sentences.push_back("completions that found their queue full: " + std::to_string(overflows_));
  }
  if (batches_ > 0) {
    sentences.push_back("lines that tell only how many completions were worked on: " +
                        std::to_string(batches_));
  }
  for (const std::string& name : unknown_) {
    sentences.push_back("unknown tracepoint: io_uring_" + name);
  }
}

}  // namespace proactor_lab
