// What was true at a moment. A model is built once from a trace and answers for any `seq`; it never
// changes and holds no world.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "traces/format/trace.hpp"
#include "traces/model/model_index.hpp"
#include "traces/model/timeline.hpp"

namespace proactor_lab {

enum class Outcome : std::uint8_t { none, ok, short_transfer, end_of_stream, error, cancelled };
std::string_view name_of(Outcome outcome);

/// One result of an operation: the `seq` of each of its moments; 0: it never came.
struct CompletionRecord {
  std::uint32_t completed = 0;
  std::uint32_t queued = 0;
  std::uint32_t dequeued = 0;
  std::uint32_t entered = 0;
  std::uint32_t exited = 0;
  bool more = false;  ///< others follow: the operation is a multishot one
  std::int64_t result = 0;
};

/// One row per operation: the `seq` of each of its moments (0: it never came), and what was asked.
/// `completed` to `exited`, and `result`, are those of its last completion; a multishot operation
/// has earlier ones (`Model::completions`).
struct OperationRecord {
  std::uint32_t id = 0;
  std::uint32_t handle = 0;
  std::uint32_t buffer = 0;
  std::uint32_t target = 0;  ///< of a cancel
  std::uint32_t initiated = 0;
  std::uint32_t submitted = 0;
  std::uint32_t started = 0;
  std::uint32_t completed = 0;
  std::uint32_t queued = 0;
  std::uint32_t dequeued = 0;
  std::uint32_t entered = 0;
  std::uint32_t exited = 0;
  std::uint32_t abandoned = 0;
  std::uint32_t cancel_requested = 0;  ///< somebody asked to cancel this operation
  std::uint32_t moved = 0;         ///< bytes_moved: between the system's buffers and the lent one
  std::uint32_t initiated_in = 0;  ///< the operation whose handler initiated it; 0: the program
  std::uint32_t first = 0;         ///< its first event of any kind (a trace may lack the rest)
  std::uint32_t target_known = 0;  ///< the event that says which its target is
  std::int64_t asked_bytes = 0;
  std::int64_t result = 0;
  StringId opcode = no_string;
  StringId handler = no_string;
};

/// One stretch of a thread's life, [from, to) in `seq`.
enum class ThreadActivity : std::uint8_t {
  none,  ///< not started, or gone
  running,
  blocked_io,  ///< waits for input, output or a completion
  blocked_lock,
  runnable,  ///< could run, has no CPU
};

struct ThreadSpan {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::uint32_t from_seq = 0;
  std::uint32_t to_seq = 0;
  ThreadActivity activity = ThreadActivity::none;
  std::uint32_t handle = 0;  ///< the connection it works or waits for, where known
};

struct ThreadRecord {
  std::uint16_t id = 0;
  StringId label = no_string;
  std::vector<ThreadSpan> spans;  ///< in order, without gaps between start and exit
  std::uint32_t switches = 0;     ///< how often a CPU turned to it
};

struct HandleRecord {
  std::uint32_t id = 0;
  std::uint32_t opened = 0;
  std::uint32_t closed = 0;
  std::int64_t descriptor = 0;  ///< the system's own number
  StringId label = no_string;
  bool listener = false;
  std::uint32_t order = 0;  ///< place among the streams, from 0: picks letter and colour
};

class Model {
 public:
  explicit Model(const Trace& trace);  ///< keeps a reference: the trace must outlive the model

  const Trace& trace() const { return trace_; }
  Event event(std::uint32_t seq) const { return trace_.events[seq - 1]; }
  std::int64_t time_ns(std::uint32_t seq) const { return trace_.events.time_ns(seq - 1); }
  std::uint32_t event_count() const { return static_cast<std::uint32_t>(trace_.events.size()); }
  std::int64_t start_ns() const;
  std::int64_t end_ns() const;

  const std::vector<OperationRecord>& operations() const { return operations_; }
  const std::vector<HandleRecord>& handles() const { return handles_; }
  const std::vector<ThreadRecord>& threads() const { return threads_; }

  const OperationRecord* operation(std::uint32_t id) const;
  const HandleRecord* handle(std::uint32_t id) const;

  /// The operation's state just after event `seq`.
  OperationState state_at(const OperationRecord& operation, std::uint32_t seq) const;
  /// All its completions that the trace shows, in the order of completing.
  std::vector<CompletionRecord> completions(const OperationRecord& operation) const;
  /// The completion that event `seq` is about; nothing if it is about none.
  std::optional<CompletionRecord> completion_about(std::uint32_t seq) const;
  /// Known once completed; `none` before.
  Outcome outcome(const OperationRecord& operation) const;
  /// What `result`, one of the operation's, means.
  Outcome outcome(const OperationRecord& operation, std::int64_t result) const;
  /// What was going on just after `seq`, an event's number.
  Snapshot snapshot_at(std::uint32_t seq) const;
  /// Completions queued and not yet dequeued, just after `seq`.
  std::uint32_t queue_depth_at(std::uint32_t seq) const { return timeline_.queue_depth(seq); }
  ThreadActivity activity_at(const ThreadRecord& thread, std::uint32_t seq) const;
  /// Operations that the system holds, just after `seq`.
  std::uint32_t in_flight_at(std::uint32_t seq) const { return timeline_.in_flight(seq); }
  /// Operations whose handler has returned, just after `seq`.
  std::uint32_t done_at(std::uint32_t seq) const {
    return timeline_.in_state(OperationState::done, seq);
  }
  const Timeline& timeline() const { return timeline_; }
  /// The first event that abandons an operation; 0: none.
  std::uint32_t first_abandoned() const { return first_abandoned_; }
  /// Places in `operations()` of those initiated by `to` and not done before `from`.
  std::vector<std::uint32_t> operations_between(std::uint32_t from, std::uint32_t to) const;
  /// How long operations had stayed in `state`, the median of those that had left it by `seq`.
  std::optional<std::int64_t> median_dwell_at(OperationState state, std::uint32_t seq) const;

  /// "5 bytes", "end of stream", "error 9", "3 of 10 bytes", "success": of `result`, one of the
  /// operation's.
  std::string result_words(const OperationRecord& operation, std::int64_t result) const;
  /// Of an operation that is completed; empty before.
  std::string result_words(const OperationRecord& operation) const;
  /// "receive #3 on A", "cancel #4 of #3": how a person names it, as far as is known by event
  /// `seq`.
  std::string name_of_operation(std::uint32_t id, std::uint32_t seq = UINT32_MAX) const;
  std::string name_of_handle(std::uint32_t id) const;
  /// "A"; where the label is long, its first letter. Empty for listeners and for no handle.
  std::string letter_of_handle(std::uint32_t id) const;
  /// What happened, in one sentence without the time.
  std::string sentence(std::uint32_t seq) const;
  /// `seq` and its causes, nearest first, back to the run's start.
  std::vector<std::uint32_t> chain_of_causes(std::uint32_t seq) const;
  /// True where event `earlier` can have had a part in `later`: a chain of causes, or of what one
  /// thread does in turn, leads from it there. What is in no such order only looks ordered.
  bool happened_before(std::uint32_t earlier, std::uint32_t later) const;
  /// The last event at or before `time_ns`; 0 where there is none.
  std::uint32_t last_event_at(std::int64_t time_ns) const;

  /// Memory held beside the trace's own, in bytes.
  std::size_t capacity_bytes() const;

 private:
  const Trace& trace_;
  std::vector<OperationRecord> operations_;  ///< in order of appearance
  /// By operation: the completions of multishot operations, but for the last.
  std::unordered_map<std::uint32_t, std::vector<CompletionRecord>> earlier_;
  std::vector<HandleRecord> handles_;  ///< likewise
  std::vector<ThreadRecord> threads_;  ///< likewise
  IdIndex operation_places_;
  IdIndex handle_places_;
  Timeline timeline_;
  std::uint32_t first_abandoned_ = 0;
  std::array<RunningMedian, operation_state_count> dwells_;

  friend class ModelBuilder;
};

/// "53.1 µs", "2 ms", "1.25 s": three significant digits at most, in the largest fitting unit.
std::string format_duration(std::int64_t ns);

}  // namespace proactor_lab
