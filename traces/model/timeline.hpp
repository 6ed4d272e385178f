// The state of a run at any event without replaying it: how many operations were in each state,
// which were alive, and the depth of the queue. A query costs a binary search; a list of the live
// operations costs one more step per operation listed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "traces/model/model_index.hpp"

namespace proactor_lab {

/// An operation's states, in the order in which it passes through them. The outcome and a requested
/// cancel are separate attributes, not states.
enum class OperationState : std::uint8_t {
  none,  ///< not initiated yet
  initiated,
  submitted,
  in_flight,
  completed,
  queued,
  handling,
  done,
  abandoned,
};
inline constexpr int operation_state_count = static_cast<int>(OperationState::abandoned) + 1;
std::string_view name_of(OperationState state);

/// How many times something had happened by a given event.
class MomentCount {
 public:
  /// REQUIRES: `seq` is not smaller than in the previous call.
  void add(std::uint32_t seq) { seqs_.push_back(seq); }
  std::uint32_t at(std::uint32_t seq) const;
  std::uint32_t total() const { return static_cast<std::uint32_t>(seqs_.size()); }
  std::size_t capacity_bytes() const { return seqs_.capacity() * sizeof(std::uint32_t); }

 private:
  std::vector<std::uint32_t> seqs_;
};

/// The state of the run just after event `seq`.
struct Snapshot {
  std::uint32_t seq = 0;
  std::int64_t time_ns = 0;
  std::array<std::uint32_t, operation_state_count> operations{};  ///< number in each state
  std::uint32_t queue_depth = 0;  ///< completions queued and not yet dequeued
  std::uint32_t in_flight = 0;    ///< number of operations in flight in the system
  /// Indices in Model::operations() of those that were initiated and are not done.
  std::vector<std::uint32_t> alive;
};

/// Belongs to a model, whose builder fills it once. Queries accept every `seq`.
class Timeline {
 public:
  /// Fills `snapshot` except for its time. Reuses its memory.
  void look(std::uint32_t seq, Snapshot& snapshot) const;

  std::uint32_t in_state(OperationState state, std::uint32_t seq) const;
  std::uint32_t queue_depth(std::uint32_t seq) const { return queued.at(seq) - dequeued.at(seq); }
  std::uint32_t in_flight(std::uint32_t seq) const { return started.at(seq) - landed.at(seq); }

  // Filled by the builder. REQUIRES: every dequeue follows its queueing, and every landing follows
  // its start.
  std::array<MomentCount, operation_state_count> reached;
  std::array<MomentCount, operation_state_count> left;
  MomentCount queued, dequeued;
  MomentCount started, landed;
  LifeIndex lives;  ///< of operations, by index

  std::size_t capacity_bytes() const;
};

}  // namespace proactor_lab
