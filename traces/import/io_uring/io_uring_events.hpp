// Converts io_uring's tracepoints to events. The kernel sees an operation from its submission until
// its completion is queued. What the program does with it (which handler runs, when) is not visible
// to the kernel, and so is not in these events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "traces/import/imported_events.hpp"
#include "traces/import/io_uring/io_uring_requests.hpp"
#include "traces/import/io_uring/tracepoint_line.hpp"

namespace proactor_lab {

class IoUringEvents {
 public:
  IoUringEvents(ImportedEvents& events, const ImportLimits& limits);

  /// Call in order of time. `time_ns` counts from the recording's first event; `number` is the
  /// line's number.
  void see(const TracepointLine& line, std::int64_t time_ns, std::uint64_t number);
  /// The recorder lost `count` events at about this time; 0 if the number is unknown.
  void see_lost(std::uint64_t count, std::int64_t time_ns);
  /// Call after the last line. Adds remarks for people to the report.
  void finish();
  /// True if operations are in progress.
  bool has_pending() const { return requests_.size() > 0; }

 private:
  struct Ring {
    std::uint32_t number = 0;
    std::uint16_t creator = 0;    // the thread that created it, if seen
    std::uint32_t signalled = 0;  // the operation most recently signalled as ready
    std::uint32_t queued = 0;     // `seq` of the last completion queued
    std::int64_t queued_ns = 0;
    std::int64_t queued_count = 0;
    std::int64_t count_at_return = 0;   // `queued_count` when the program was last seen to continue
    std::uint32_t completed = 0;        // the operation that completed last,
    std::uint64_t completed_data = 0;   // its user_data,
    std::uint32_t last_completed = 0;   // and `seq` of its last event
    std::int64_t next_descriptor = -1;  // old kernels report it before the submission
  };
  struct Thread {
    std::uint16_t number = 0;
    bool works = false;      // an io-wq worker or other kernel thread that executes operations
    std::uint32_t last = 0;  // `seq` of its last event
    std::int64_t last_ns = 0;
    std::uint64_t waits_on = 0;  // key of a ring; 0: does not wait
    std::int64_t count_at_wait = 0;
  };
  /// A submission about which the next line may say more.
  struct Submission {
    std::uint32_t operation = 0;
    IoUringRequest request;
    StringId opcode = no_string;
    std::int32_t task = -1;    // the system's id of the submitting thread; -1: unknown
    std::uint16_t thread = 0;  // our number of it
    std::uint32_t cause = 0;
    std::int64_t earliest_ns = 0;
    std::int64_t time_ns = 0;
    std::uint32_t after = 0;       // the operation that it is linked to
    bool waits = false;            // for that operation, or for all earlier ones
    bool links = false;            // the next operation is linked to it
    std::int64_t started_ns = -1;  // -1 unless its start was seen
  };
  /// A line, with the fields that nearly all lines have.
  struct Line {
    const TracepointLine& text;
    std::int64_t time_ns = 0;
    std::uint64_t number = 0;
    Ring* ring = nullptr;
    std::uint64_t ring_key = 0;
    bool has_request = false;
    std::uint64_t request = 0;
    bool has_user_data = false;
    std::uint64_t user_data = 0;

    /// The value of `one` if the line has it, else that of `other`.
    std::string_view any(std::string_view one, std::string_view other) const {
      const std::string_view value = text.field(one);
      return value.empty() ? text.field(other) : value;
    }
  };

  void submit(const Line& line);
  void refuse(const Line& line);
  void get_file(const Line& line);
  void arm_poll(const Line& line);
  void signal(const Line& line);
  void hand_to_worker(const Line& line);
  void complete(const Line& line);
  void overflow(const Line& line);
  void wait(const Line& line);
  void create(const Line& line);
  void remark(const Line& line, const std::string& text, std::uint32_t operation = 0);

  bool tells_of_pending(const Line& line);
  void settle_pending();
  void settle(const Submission& submission);
  void start(std::uint32_t operation, IoUringRequest& request, std::int64_t time_ns, bool seen);
  void post(std::uint32_t operation, const Line& line, std::int64_t result, bool has_room);
  void come_back(Thread& thread, std::int64_t time_ns);
  std::uint32_t step(std::uint32_t operation, IoUringRequest& request, Event event);
  std::uint32_t operation_of(const Line& line);
  void forget_request_at(const Line& line);

  Ring& ring_of(std::uint64_t key);
  Thread* thread_of(const Line& line, bool uses);
  std::uint32_t handle_of(const Ring& ring, std::int64_t descriptor, std::int64_t time_ns);

  ImportedEvents& events_;
  ImportLimits limits_;
  IoUringRequests requests_;
  std::vector<Submission> pending_;  // of one chain, or a single one
  std::unordered_map<std::uint64_t, Ring> rings_;
  std::uint32_t last_ring_ = 0;
  std::unordered_map<std::int32_t, Thread> threads_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> handles_;
  std::uint32_t last_operation_ = 0;
  std::uint64_t batches_ = 0;  // lines that give only a number of completions
  std::uint64_t lost_ = 0;
  std::uint64_t losses_ = 0;
  std::uint64_t overflows_ = 0;
  std::uint64_t guesses_ = 0;
  std::uint64_t messages_ = 0;        // sent to other rings, and not seen there yet
  std::vector<std::string> unknown_;  // names of a few unknown tracepoints
};

}  // namespace proactor_lab
