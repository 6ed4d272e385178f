// Causality: an event's chain of causes, and the happened-before order.
#include <vector>

#include "traces/model/model.hpp"

namespace proactor_lab {

std::vector<std::uint32_t> Model::chain_of_causes(std::uint32_t seq) const {
  std::vector<std::uint32_t> chain;
  while (seq >= 1 && seq <= event_count()) {
    chain.push_back(seq);
    const std::uint32_t cause = trace_.events.cause(seq - 1);
    if (cause >= seq) break;  // only a corrupt trace has a cause after its effect
    seq = cause;
  }
  return chain;
}

/// Walks back from `later` and marks the events that precede it: each marked event's cause, and the
/// previous event of its thread.
bool Model::happened_before(std::uint32_t earlier, std::uint32_t later) const {
  if (earlier < 1 || earlier >= later || later > event_count()) return false;
  const EventColumns& events = trace_.events;
  std::vector<bool> in_past(later - earlier + 1);
  std::vector<bool> thread_in_past;
  in_past[later - earlier] = true;
  for (std::uint32_t seq = later; seq >= earlier; --seq) {
    const std::uint16_t thread = events.thread(seq - 1);
    if (thread >= thread_in_past.size()) thread_in_past.resize(std::size_t{thread} + 1);
    const bool follows = thread != 0 && thread_in_past[thread];
    if (!follows && !in_past[seq - earlier]) continue;
    if (seq == earlier) return true;
    thread_in_past[thread] = true;
    const std::uint32_t cause = events.cause(seq - 1);
    if (cause >= earlier && cause < seq) in_past[cause - earlier] = true;
  }
  return false;
}

}  // namespace proactor_lab
