// What was going on at any moment of a run, without playing it again: how many operations were in
// each state, which they were, how deep the queue was. A question costs a binary search, and where
// the living are listed, a look at each of them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "traces/model/model_index.hpp"

namespace proactor_lab {

/// An operation's states, in the order in which it goes through them. Outcome and a requested
/// cancel are badges, not states.
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

/// How often something had happened by any moment.
class MomentCount {
 public:
  /// `seq` never smaller than the one before.
  void add(std::uint32_t seq) { seqs_.push_back(seq); }
  std::uint32_t at(std::uint32_t seq) const;
  std::uint32_t total() const { return static_cast<std::uint32_t>(seqs_.size()); }
  std::size_t capacity_bytes() const { return seqs_.capacity() * sizeof(std::uint32_t); }

 private:
  std::vector<std::uint32_t> seqs_;
};

/// Just after event `seq`.
struct Snapshot {
  std::uint32_t seq = 0;
  std::int64_t time_ns = 0;
  std::array<std::uint32_t, operation_state_count> operations{};  ///< in each state
  std::uint32_t queue_depth = 0;  ///< completions queued and not yet dequeued
  std::uint32_t in_flight = 0;    ///< operations that the system holds
  /// Places, in Model::operations(), of those that have begun and are not done.
  std::vector<std::uint32_t> alive;
};

/// A model's own; filled once by who builds it. Every `seq` may be asked for.
class Timeline {
 public:
  /// Fills `snapshot` but for its time; its memory is used again.
  void look(std::uint32_t seq, Snapshot& snapshot) const;

  std::uint32_t in_state(OperationState state, std::uint32_t seq) const;
  std::uint32_t queue_depth(std::uint32_t seq) const { return queued.at(seq) - dequeued.at(seq); }
  std::uint32_t in_flight(std::uint32_t seq) const { return started.at(seq) - landed.at(seq); }

  // Whoever fills it: nothing may be dequeued or land that was not queued or started before.
  std::array<MomentCount, operation_state_count> reached;
  std::array<MomentCount, operation_state_count> left;
  MomentCount queued, dequeued;
  MomentCount started, landed;
  LifeIndex lives;  ///< of operations, by place

  std::size_t capacity_bytes() const;
};

}  // namespace proactor_lab
