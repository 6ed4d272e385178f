// The state of a run before its next event, computed once for all rules. It keeps what is live and
// drops what is over. Memory grows with the live objects, and by four bytes per operation, handle
// and buffer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/values/opcode.hpp"
#include "traces/format/event.hpp"
#include "traces/rules/id_table.hpp"

namespace proactor_lab {

/// The steps of an operation's life, in order.
enum Step : int {
  initiated_step,
  submitted_step,
  started_step,
  completed_step,
  queued_step,
  dequeued_step,
  entered_step,
  exited_step,
  step_count,
  no_step = -1,
};
Step step_of(EventKind kind);
EventKind kind_of(Step step);

inline constexpr int would_block_error = 11;  // EAGAIN on Linux, whose numbers traces use
inline constexpr int no_buffers_error = 105;  // ENOBUFS
inline constexpr int cancelled_error = 125;   // ECANCELED

/// An operation that was initiated and whose last handler has not returned. Moments are `seq`s; 0
/// if the moment has not occurred yet.
struct OperationSoFar {
  std::uint32_t handle = 0;
  std::uint32_t target = 0;  ///< of a cancel
  std::uint32_t buffer = 0;  ///< the buffer lent to it
  std::uint32_t initiated = 0;
  std::uint32_t started = 0;
  std::uint32_t completed = 0;  ///< its last completion
  std::uint32_t queued = 0;     ///< the oldest completion that is not handled yet
  std::uint32_t lent = 0;
  std::uint32_t acquired = 0;  ///< a worker was acquired and is not busy with it yet
  std::uint32_t cancel_requested = 0;
  /// By step: how often it occurred without being followed by the next step.
  std::array<std::uint32_t, step_count> open{};
  /// At `queued`: number of completions handled by then, and number waiting ahead of it.
  std::uint64_t handled_when_queued = 0;
  std::uint64_t ahead_when_queued = 0;
  StringId opcode = no_string;
  Opcode verb = Opcode::none;
  bool is_multishot = false;  ///< it completed, and more completions were to follow
  bool follows = false;       ///< linked to the previous operation: it starts when that one is over
  bool is_over = false;       ///< it completed, and no completion was to follow
  bool ends = true;           ///< the completion dequeued last is the final one
};

struct HandleSoFar {
  std::uint32_t opened = 0;
  std::uint32_t closed = 0;            ///< kept while operations are in progress on it
  std::uint32_t under_way = 0;         ///< operations on it that are not over
  std::uint32_t cancel_requested = 0;  ///< cancel of all operations on it
  StringId label = no_string;
  StringId type = no_string;
};

struct BufferSoFar {
  std::uint32_t operation = 0;  ///< the operation it was lent to last
  std::uint32_t loans = 0;
};

struct ThreadSoFar {
  std::uint32_t handling = 0;  ///< the operation whose handler it runs
  std::uint32_t entered = 0;
  std::int64_t entered_ns = 0;
  bool links_next = false;  ///< the next operation it initiates is linked to its last one
};

class RunSoFar {
 public:
  /// `strings` must contain every string of the events and outlive this object.
  explicit RunSoFar(const StringPool& strings) : strings_(strings) {}

  void add(const Event& event);

  const IdTable<OperationSoFar>& operations() const { return operations_; }
  const OperationSoFar* operation(std::uint32_t id) const { return operations_.find(id); }
  const IdTable<HandleSoFar>& handles() const { return handles_; }
  const HandleSoFar* handle(std::uint32_t id) const { return handles_.find(id); }
  const BufferSoFar* buffer(std::uint32_t id) const { return buffers_.find(id); }
  const ThreadSoFar& thread(std::uint16_t id) const;

  /// Number of completions in the queue, and the `seq` of the last completion_queued.
  std::uint64_t completions_queued() const { return in_queue_; }
  std::uint32_t last_queued() const { return last_queued_; }
  /// Number of completions whose handler was entered, and number of those that wait for it.
  std::uint64_t completions_handled() const { return handled_; }
  std::uint64_t completions_waiting() const { return waiting_; }
  std::uint64_t workers_active() const { return workers_active_; }
  std::int64_t time_ns() const { return time_ns_; }
  /// True if the run, or its recording, was stopped from outside.
  bool was_interrupted() const { return interrupted_; }
  /// True if the trace was imported from another system's log: the program does not use our
  /// Proactor.
  bool is_imported() const { return imported_; }
  /// The first request to cancel the operation: by itself, with all on its handle, or with all
  /// operations. 0 if there was none.
  std::uint32_t cancelled_at(const OperationSoFar& operation) const;

  /// `none` for a foreign opcode.
  Opcode verb_named(StringId opcode) const;
  std::string_view text(StringId id) const { return strings_.text(id); }
  /// "receive #3 on A", as far as known.
  std::string name_of_operation(std::uint32_t id) const;
  std::string name_of_handle(std::uint32_t id) const;
  std::string name_of_thread(std::uint16_t id) const;

 private:
  void initiate(const Event& event);
  void take_step(const Event& event, Step step);
  void lend(const Event& event);
  void take_back(std::uint32_t id, OperationSoFar& operation);
  void leave_handle(const OperationSoFar& operation);
  void abandon(const Event& event);
  ThreadSoFar& thread_at(std::uint16_t id);

  const StringPool& strings_;
  IdTable<OperationSoFar> operations_;
  IdTable<HandleSoFar> handles_;
  IdTable<BufferSoFar> buffers_;
  std::vector<ThreadSoFar> threads_;
  std::vector<StringId> thread_labels_;
  mutable std::vector<std::uint8_t> verbs_;  // by opcode; 0: not looked up yet
  std::uint64_t in_queue_ = 0;
  std::uint64_t handled_ = 0;
  std::uint64_t waiting_ = 0;
  std::uint64_t workers_active_ = 0;
  std::uint32_t last_queued_ = 0;
  std::uint32_t cancelled_all_ = 0;
  std::int64_t time_ns_ = 0;
  bool interrupted_ = false;
  bool imported_ = false;
};

}  // namespace proactor_lab
