#include "traces/import/io_uring/io_uring_events.hpp"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

#include "traces/import/io_uring/io_uring_opcodes.hpp"
#include "traces/import/io_uring/io_uring_unmatched.hpp"

namespace proactor_lab {
namespace {

// Flags of submissions (IOSQE_*).
constexpr std::int64_t flag_link = 4 | 8;
constexpr std::int64_t flag_skips_success = 64;

}  // namespace

IoUringEvents::IoUringEvents(ImportedEvents& events, const ImportLimits& limits)
    : events_(events), limits_(limits) {}

void IoUringEvents::see(const TracepointLine& text, std::int64_t time_ns, std::uint64_t number) {
  const std::string_view name = text.event;
  if (name == "local_work_run" || name == "task_work_run") {
    ++batches_;
    return;
  }
  Line line{.text = text, .time_ns = time_ns, .number = number};
  if (const auto request = hexadecimal_in(line.any("req", "request"))) {
    line.has_request = *request != 0;
    line.request = *request;
  }
  if (const auto data = number_in(line.any("user_data", "data"))) {
    line.has_user_data = true;
    line.user_data = static_cast<std::uint64_t>(*data);
  }
  // Some old kernels do not report the ring; their requests are searched for in all rings.
  const auto ring = hexadecimal_in(text.field("ring"));
  if (!ring || *ring == 0 || (rings_.size() >= limits_.alive && rings_.count(*ring) == 0)) {
    settle_pending();
    events_.count_unmatched(!ring || *ring == 0 ? io_uring_unmatched::strange_fields
                                                : io_uring_unmatched::too_many_alive,
                            number);
    return;
  }
  line.ring_key = *ring;
  line.ring = &ring_of(*ring);

  if (tells_of_pending(line)) return;
  const bool submits = name == "submit_req" || name == "submit_sqe";
  if (!submits || pending_.empty() || !pending_.back().links ||
      pending_.back().request.ring != line.ring->number) {
    settle_pending();
  }
  if (submits) return submit(line);
  if (name == "file_get") return get_file(line);
  if (name == "poll_arm") return arm_poll(line);
  if (name == "task_add" || name == "poll_wake") return signal(line);
  if (name == "queue_async_work") return hand_to_worker(line);
  if (name == "complete") return complete(line);
  if (name == "cqe_overflow") return overflow(line);
  if (name == "link" || name == "defer") {
    operation_of(line);  // a submission not seen on the previous line is counted
    return;
  }
  if (name == "cqring_wait") return wait(line);
  if (name == "create") return create(line);
  if (name == "req_failed") return refuse(line);
  if (name == "task_run") return;  // in old kernels: the submitting thread continues with it
  if (name == "fail_link") {
    const auto link = hexadecimal_in(text.field("link"));
    const std::uint32_t next = link ? requests_.at(line.ring->number, *link) : 0;
    if (next != 0) return remark(line, "what it is linked after has failed: it is cancelled", next);
    return events_.count_unmatched(io_uring_unmatched::unknown_requests, number);
  }
  if (name == "register") {
    return remark(line, "ring " + std::to_string(line.ring->number) + ": register " +
                            std::string(text.field("opcode")) + " returns " +
                            std::string(text.field("ret")));
  }
  if (name == "short_write") {
    return remark(line, "ring " + std::to_string(line.ring->number) + ": a short write, " +
                            std::string(text.field("got")) + " of " +
                            std::string(text.field("wanted")) + " bytes");
  }
  events_.count_unmatched(io_uring_unmatched::unknown_tracepoints, number);
  if (unknown_.size() < 8 && std::find(unknown_.begin(), unknown_.end(), name) == unknown_.end()) {
    unknown_.emplace_back(name.substr(0, 40));
  }
}

// --- Submissions -------------------------------------------------------------------------------

/// The next line may name its descriptor, or say that it has to wait for another operation.
void IoUringEvents::submit(const Line& line) {
  if (!line.has_user_data)
    return events_.count_unmatched(io_uring_unmatched::strange_fields, line.number);
  if (requests_.size() + pending_.size() >= limits_.alive) {
    return events_.count_unmatched(io_uring_unmatched::too_many_alive, line.number);
  }
  forget_request_at(line);
  const std::int64_t flags = number_in(line.text.field("flags")).value_or(0);
  const std::string verb = verb_of_kernel_opcode(line.any("opcode", "op"));
  Submission submission;
  submission.operation = ++last_operation_;
  submission.opcode = events_.keep(verb);
  submission.time_ns = line.time_ns;
  submission.links = (flags & flag_link) != 0;
  IoUringRequest& request = submission.request;
  request.ring = line.ring->number;
  request.address = line.request;
  request.has_address = line.has_request;
  request.user_data = line.user_data;
  request.moves_bytes = kernel_opcode_moves_bytes(verb);
  messages_ += verb == "msg_ring";
  request.skips_success = (flags & flag_skips_success) != 0;
  request.handle = handle_of(*line.ring, line.ring->next_descriptor, line.time_ns);
  line.ring->next_descriptor = -1;
  Thread* const thread = thread_of(line, true);
  if (line.text.field("sq_thread") == "1") {
    // A kernel thread found it in the submission queue. The submitting thread was not seen.
    submission.thread = line.ring->creator;
    submission.cause = line.ring->queued;
    submission.earliest_ns = line.ring->queued_ns;
  } else if (thread != nullptr) {
    come_back(*thread, line.time_ns);
    line.ring->count_at_return = line.ring->queued_count;
    submission.task = line.text.thread;
    submission.thread = thread->number;
    submission.cause = thread->last;
    submission.earliest_ns = thread->last_ns;
  }
  pending_.push_back(submission);
}

/// Uses what the line says about the operations that were just submitted. Returns false if nothing.
bool IoUringEvents::tells_of_pending(const Line& line) {
  if (pending_.empty() || !line.has_request) return false;
  const auto is_of = [&line](const Submission& submission) {
    return submission.request.ring == line.ring->number && submission.request.has_address &&
           submission.request.address == line.request;
  };
  const std::string_view name = line.text.event;
  if (name == "file_get" && is_of(pending_.front())) {
    const std::int64_t descriptor = number_in(line.text.field("fd")).value_or(-1);
    pending_.front().request.handle = handle_of(*line.ring, descriptor, pending_.front().time_ns);
    pending_.front().started_ns = line.time_ns;
    settle_pending();
    return true;
  }
  if ((name != "link" && name != "defer") || !is_of(pending_.back())) return false;
  pending_.back().waits = true;
  if (name == "link") {
    const auto after = hexadecimal_in(line.text.field("after"));
    if (pending_.size() > 1) pending_.back().after = pending_[pending_.size() - 2].operation;
    if (after && pending_.size() == 1) {
      pending_.back().after = requests_.at(line.ring->number, *after);
    }
  }
  return true;
}

void IoUringEvents::settle_pending() {
  for (const Submission& submission : pending_) settle(submission);
  pending_.clear();
}

void IoUringEvents::settle(const Submission& submission) {
  IoUringRequest& request = requests_.add(submission.operation, submission.request);
  std::array<char, 48> who{};
  if (request.ring == 1) {
    std::snprintf(who.data(), who.size(), "user_data 0x%" PRIx64, request.user_data);
  } else {
    std::snprintf(who.data(), who.size(), "user_data 0x%" PRIx64 ", ring %" PRIu32,
                  request.user_data, request.ring);
  }
  Event initiated;
  initiated.kind = EventKind::operation_initiated;
  initiated.certainty = Certainty::inferred;
  initiated.thread = submission.thread;
  initiated.cause = submission.cause;
  initiated.time_ns = submission.time_ns;
  initiated.earliest_ns = submission.earliest_ns;
  initiated.opcode = submission.opcode;
  initiated.handle = request.handle;
  initiated.label = events_.keep(who.data());
  step(submission.operation, request, initiated);

  Event submitted;
  submitted.kind = EventKind::operation_submitted;
  submitted.thread = submission.thread;
  submitted.time_ns = submission.time_ns;
  step(submission.operation, request, submitted);
  if (const auto thread = threads_.find(submission.task); thread != threads_.end()) {
    thread->second.last = request.last;
    thread->second.last_ns = submission.time_ns;
  }
  if (IoUringRequest* before = requests_.of(submission.after)) {
    before->next = submission.operation;
  }
  const bool seen = submission.started_ns >= 0;
  if (seen || !submission.waits) {
    start(submission.operation, request, seen ? submission.started_ns : submission.time_ns, seen);
  }
}

/// A submission that the kernel rejects at once has no submission tracepoint.
void IoUringEvents::refuse(const Line& line) {
  if (line.has_request && requests_.at(line.ring->number, line.request) != 0) return;
  submit(line);
  settle_pending();
}

void IoUringEvents::get_file(const Line& line) {
  const std::int64_t descriptor = number_in(line.text.field("fd")).value_or(-1);
  if (!line.has_request) {
    line.ring->next_descriptor = descriptor;
    return;
  }
  const std::uint32_t operation = operation_of(line);
  IoUringRequest* const request = requests_.of(operation);
  if (request == nullptr) return;
  if (request->handle == 0) request->handle = handle_of(*line.ring, descriptor, line.time_ns);
  start(operation, *request, line.time_ns, true);
}

/// The system starts the operation: observed (`seen`), or inferred not later than `time_ns`.
void IoUringEvents::start(std::uint32_t operation, IoUringRequest& request, std::int64_t time_ns,
                          bool seen) {
  if (request.started) return;
  request.started = true;
  Event event;
  event.kind = EventKind::operation_started;
  event.time_ns = time_ns;
  event.cause = request.start_cause;
  if (!seen) {
    event.certainty = Certainty::inferred;
    event.earliest_ns = request.since_ns;
  }
  step(operation, request, event);
}

/// Adds an event of the operation and makes it the cause of the operation's next event.
std::uint32_t IoUringEvents::step(std::uint32_t operation, IoUringRequest& request, Event event) {
  event.operation = operation;
  if (event.cause == 0) event.cause = request.last;
  const std::uint32_t seq = events_.add(event);
  if (seq != 0) request.last = seq;
  request.since_ns = events_.last_ns();
  return seq;
}

/// If the same address is submitted again, its previous request is over.
void IoUringEvents::forget_request_at(const Line& line) {
  if (!line.has_request) return;
  for (const Submission& submission : pending_) {
    if (submission.request.address == line.request) {
      settle_pending();
      break;
    }
  }
  const std::uint32_t before = requests_.at(line.ring->number, line.request);
  const IoUringRequest* const request = requests_.of(before);
  if (request == nullptr) return;
  if (request->skips_success) {
    remark(line, "it ended without a completion, as it was asked to", before);
  } else {
    events_.count_unmatched(io_uring_unmatched::unseen_ends, line.number);
  }
  requests_.erase(before);
}

}  // namespace proactor_lab
