#include "traces/model/timeline.hpp"

#include <algorithm>

namespace proactor_lab {
std::uint32_t MomentCount::at(std::uint32_t seq) const {
  return static_cast<std::uint32_t>(std::upper_bound(seqs_.begin(), seqs_.end(), seq) -
                                    seqs_.begin());
}

std::uint32_t Timeline::in_state(OperationState state, std::uint32_t seq) const {
  const auto index = static_cast<std::size_t>(state);
  return reached[index].at(seq) - left[index].at(seq);
}

void Timeline::look(std::uint32_t seq, Snapshot& snapshot) const {
  snapshot.seq = seq;
  for (int i = 0; i < operation_state_count; ++i) {
    snapshot.operations[static_cast<std::size_t>(i)] =
        in_state(static_cast<OperationState>(i), seq);
  }
  snapshot.queue_depth = queue_depth(seq);
  snapshot.in_flight = in_flight(seq);
  snapshot.alive.clear();
  lives.find(seq, seq, snapshot.alive);
}

std::size_t Timeline::capacity_bytes() const {
  std::size_t bytes = lives.capacity_bytes() + queued.capacity_bytes() + dequeued.capacity_bytes() +
                      started.capacity_bytes() + landed.capacity_bytes();
  for (const MomentCount& count : reached) bytes += count.capacity_bytes();
  for (const MomentCount& count : left) bytes += count.capacity_bytes();
  return bytes;
}

}  // namespace proactor_lab
