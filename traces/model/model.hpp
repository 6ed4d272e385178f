// The state of a run at any event. A model is built once from a trace and answers questions about
// any `seq`. It never changes after construction.
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

/// One completion of an operation: the `seq` of each of its moments; 0 if the moment did not occur.
struct CompletionRecord {
  std::uint32_t completed = 0;
  std::uint32_t queued = 0;
  std::uint32_t dequeued = 0;
  std::uint32_t entered = 0;
  std::uint32_t exited = 0;
  bool more = false;  ///< multishot: further completions follow
  std::int64_t result = 0;

  /// The earliest of its moments; UINT32_MAX if it has none.
  std::uint32_t first_moment() const;
};

/// One row per operation: the `seq` of each of its moments (0 if the moment did not occur), and
/// what was requested. `completed` to `exited`, and `result`, belong to its last completion. For
/// the earlier completions of a multishot operation see `Model::completions`.
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
  std::uint32_t cancel_requested = 0;  ///< a request to cancel this operation
  std::uint32_t moved = 0;         ///< bytes_moved: between the system's buffers and the lent one
  std::uint32_t initiated_in = 0;  ///< the operation whose handler initiated it; 0: the program
  std::uint32_t first = 0;         ///< its first event of any kind (a trace may lack earlier ones)
  std::uint32_t target_known = 0;  ///< the event that reveals the target
  std::int64_t asked_bytes = 0;
  std::int64_t result = 0;
  StringId opcode = no_string;
  StringId handler = no_string;
};

/// What a thread is doing during one of its spans.
enum class ThreadActivity : std::uint8_t {
  none,  ///< not started, or exited
  running,
  blocked_io,  ///< waits for I/O or a completion
  blocked_lock,
  runnable,  ///< ready to run, but has no CPU
};

struct ThreadSpan {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::uint32_t from_seq = 0;
  std::uint32_t to_seq = 0;
  ThreadActivity activity = ThreadActivity::none;
  std::uint32_t handle = 0;  ///< the connection it serves or waits for, if known
};

struct ThreadRecord {
  std::uint16_t id = 0;
  StringId label = no_string;
  std::vector<ThreadSpan> spans;  ///< in order, without gaps between start and exit
  std::uint32_t switches = 0;     ///< number of switches of a CPU to this thread
};

struct HandleRecord {
  std::uint32_t id = 0;
  std::uint32_t opened = 0;
  std::uint32_t closed = 0;
  std::int64_t descriptor = 0;  ///< the system's number for it
  StringId label = no_string;
  bool listener = false;
  std::uint32_t order = 0;  ///< index among the streams, from 0; selects letter and colour
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
  /// All its completions in the trace, in order of completion.
  std::vector<CompletionRecord> completions(const OperationRecord& operation) const;
  /// Those of them that begin by event `to` and are not handled before event `from`. A multishot
  /// operation may have very many.
  std::vector<CompletionRecord> completions_between(const OperationRecord& operation,
                                                    std::uint32_t from, std::uint32_t to) const;
  /// The completion that event `seq` belongs to; nullopt if it belongs to none.
  std::optional<CompletionRecord> completion_about(std::uint32_t seq) const;
  /// `none` until the operation is completed.
  Outcome outcome(const OperationRecord& operation) const;
  /// The meaning of `result`, a result of this operation.
  Outcome outcome(const OperationRecord& operation, std::int64_t result) const;
  /// The state of the run just after event `seq`.
  Snapshot snapshot_at(std::uint32_t seq) const;
  /// Number of completions that are queued and not yet dequeued just after `seq`.
  std::uint32_t queue_depth_at(std::uint32_t seq) const { return timeline_.queue_depth(seq); }
  ThreadActivity activity_at(const ThreadRecord& thread, std::uint32_t seq) const;
  /// Number of operations in flight in the system just after `seq`.
  std::uint32_t in_flight_at(std::uint32_t seq) const { return timeline_.in_flight(seq); }
  /// Number of operations whose last handler has returned by `seq`.
  std::uint32_t done_at(std::uint32_t seq) const {
    return timeline_.in_state(OperationState::done, seq);
  }
  const Timeline& timeline() const { return timeline_; }
  /// The first event that abandons an operation; 0 if there is none.
  std::uint32_t first_abandoned() const { return first_abandoned_; }
  /// Indices in `operations()` of those that were initiated by `to` and were not done before
  /// `from`.
  std::vector<std::uint32_t> operations_between(std::uint32_t from, std::uint32_t to) const;
  /// Median time that operations spent in `state`, among those that had left it by `seq`.
  std::optional<std::int64_t> median_dwell_at(OperationState state, std::uint32_t seq) const;

  /// Describes `result`, a result of this operation: "5 bytes", "end of stream", "error 9", "3 of
  /// 10 bytes", "success".
  std::string result_words(const OperationRecord& operation, std::int64_t result) const;
  /// Describes the result of a completed operation; empty before.
  std::string result_words(const OperationRecord& operation) const;
  /// "receive #3 on A", "cancel #4 of #3": a name for people, with what is known by event `seq`.
  std::string name_of_operation(std::uint32_t id, std::uint32_t seq = UINT32_MAX) const;
  std::string name_of_handle(std::uint32_t id) const;
  /// "A"; if the label is long, its first letter. Empty for listeners and for handle 0.
  std::string letter_of_handle(std::uint32_t id) const;
  /// Describes the event in one sentence, without its time.
  std::string sentence(std::uint32_t seq) const;
  /// `seq` and its causes, nearest first, back to the start of the run.
  std::vector<std::uint32_t> chain_of_causes(std::uint32_t seq) const;
  /// True if event `earlier` precedes `later` in the happened-before order, which consists of the
  /// recorded causes and each thread's program order. Events that it does not order are concurrent,
  /// whatever their times.
  bool happened_before(std::uint32_t earlier, std::uint32_t later) const;
  /// The last event at or before `time_ns`; 0 if there is none.
  std::uint32_t last_event_at(std::int64_t time_ns) const;

  /// Memory held in addition to the trace's, in bytes.
  std::size_t capacity_bytes() const;

 private:
  const Trace& trace_;
  std::vector<OperationRecord> operations_;  ///< in order of appearance
  /// By operation: the completions of multishot operations, except for the last.
  std::unordered_map<std::uint32_t, std::vector<CompletionRecord>> earlier_;
  std::vector<HandleRecord> handles_;  ///< in order of appearance
  std::vector<ThreadRecord> threads_;  ///< in order of appearance
  IdIndex operation_places_;
  IdIndex handle_places_;
  Timeline timeline_;
  std::uint32_t first_abandoned_ = 0;
  std::array<RunningMedian, operation_state_count> dwells_;

  friend class ModelBuilder;
};

/// "53.1 µs", "2 ms", "1.25 s": at most three significant digits, in the largest unit that fits.
std::string format_duration(std::int64_t ns);

}  // namespace proactor_lab
