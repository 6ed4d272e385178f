// From io_uring's tracepoints to events. The kernel sees an operation from its submission to the
// moment its completion is queued. What the program does with it (which handler, when) it does not
// see, and neither is it here.
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

/// Of the traces that come of it: what their header calls the system.

class IoUringEvents {
 public:
  IoUringEvents(ImportedEvents& events, const ImportLimits& limits);

  /// In order of time. `time_ns` since the recording's first event; `number` is the line's.
  void see(const TracepointLine& line, std::int64_t time_ns, std::uint64_t number);
  /// The recorder lost `count` events about here; 0: it does not say how many.
  void see_lost(std::uint64_t count, std::int64_t time_ns);
  /// No line comes any more. Adds to the report what a person should know.
  void finish();
  /// Operations are under way.
  bool has_pending() const { return requests_.size() > 0; }

 private:
  struct Ring {
    std::uint32_t number = 0;
    std::uint16_t creator = 0;    // the thread that made it, where that was seen
    std::uint32_t signalled = 0;  // the operation that was last told that it can go on
    std::uint32_t queued = 0;     // `seq` of the last completion queued
    std::int64_t queued_ns = 0;
    std::int64_t queued_count = 0;
    std::int64_t count_at_return = 0;   // `queued_count` when the program was last seen to go on
    std::uint32_t completed = 0;        // the operation that completed last,
    std::uint64_t completed_data = 0;   // its user_data,
    std::uint32_t last_completed = 0;   // and `seq` of what it did last
    std::int64_t next_descriptor = -1;  // old kernels tell it before the submission
  };
  struct Thread {
    std::uint16_t number = 0;
    bool works = false;      // one of the kernel's own, that carries operations out
    std::uint32_t last = 0;  // `seq` of what it did last
    std::int64_t last_ns = 0;
    std::uint64_t waits_on = 0;  // key of a ring; 0: it does not wait
    std::int64_t count_at_wait = 0;
  };
  /// A submission of which the next line may tell more.
  struct Submission {
    std::uint32_t operation = 0;
    IoUringRequest request;
    StringId opcode = no_string;
    std::int32_t task = -1;    // the system's number of the thread that submits; -1: not seen
    std::uint16_t thread = 0;  // our number of it
    std::uint32_t cause = 0;
    std::int64_t earliest_ns = 0;
    std::int64_t time_ns = 0;
    std::uint32_t after = 0;       // the operation that it is linked to
    bool waits = false;            // for that one, or for all before it
    bool links = false;            // the next one is linked to it
    std::int64_t started_ns = -1;  // where its start was seen
  };
  /// A line, and what nearly all of them have.
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

    /// The first of the names that the line has.
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
  std::vector<Submission> pending_;  // of one chain, or one
  std::unordered_map<std::uint64_t, Ring> rings_;
  std::uint32_t last_ring_ = 0;
  std::unordered_map<std::int32_t, Thread> threads_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> handles_;
  std::uint32_t last_operation_ = 0;
  std::uint64_t batches_ = 0;  // lines that say only how many completions were worked on
  std::uint64_t lost_ = 0;
  std::uint64_t losses_ = 0;
  std::uint64_t overflows_ = 0;
  std::uint64_t guesses_ = 0;
  std::uint64_t messages_ = 0;        // sent to other rings, and not seen there yet
  std::vector<std::string> unknown_;  // names of tracepoints, a few
};

}  // namespace proactor_lab
