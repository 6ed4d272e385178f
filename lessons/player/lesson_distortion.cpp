#include "lessons/player/lesson_distortion.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace proactor_lab {
namespace {

constexpr int shuffles = 16;

/// The same events in another order. Each position keeps its time, so that times never decrease.
Trace reordered(const Trace& trace, const std::vector<std::size_t>& order) {
  std::vector<std::uint32_t> seq_of(trace.events.size() + 1, 0);  // by old seq
  for (std::size_t i = 0; i < order.size(); ++i) {
    seq_of[order[i] + 1] = static_cast<std::uint32_t>(i + 1);
  }
  Trace copy = trace;
  copy.events.clear();
  for (const std::size_t from : order) {
    Event event = trace.events[from];
    const std::size_t place = std::min(copy.events.size(), trace.events.size() - 1);
    event.time_ns = trace.events[place].time_ns;
    event.earliest_ns = event.time_ns;
    event.seq = static_cast<std::uint32_t>(copy.events.size() + 1);
    event.cause = event.cause < seq_of.size() ? seq_of[event.cause] : 0;
    copy.events.push_back(event);
  }
  return copy;
}

std::vector<std::size_t> in_order(const Trace& trace) {
  std::vector<std::size_t> order(trace.events.size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// A small random generator. std::shuffle gives different results with different libraries.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  std::size_t below(std::size_t n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>((state_ >> 33) % n);
  }

 private:
  std::uint64_t state_;
};

}  // namespace

std::vector<Trace> distorted(const Trace& trace) {
  std::vector<Trace> traces;
  std::vector<std::size_t> order = in_order(trace);
  std::reverse(order.begin(), order.end());
  traces.push_back(reordered(trace, order));
  for (int i = 0; i < shuffles; ++i) {
    Dice dice(static_cast<std::uint64_t>(i));
    for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[dice.below(k)]);
    traces.push_back(reordered(trace, order));
  }
  std::set<EventKind> kinds;
  for (const Event& event : trace.events) kinds.insert(event.kind);
  for (const EventKind kind : kinds) {
    std::vector<std::size_t> without;
    std::vector<std::size_t> doubled;
    for (const std::size_t i : in_order(trace)) {
      doubled.push_back(i);
      (trace.events[i].kind == kind ? doubled : without).push_back(i);
    }
    traces.push_back(reordered(trace, without));
    traces.push_back(reordered(trace, doubled));
  }
  traces.push_back(changed(trace, [](Event& event, StringPool&) {
    event.time_ns *= 3;
    event.earliest_ns *= 3;
    event.bytes = event.bytes * 2 + 1;
    event.value = event.value * 2 + 1;
  }));
  traces.push_back(changed(trace, [](Event& event, StringPool&) {
    event.value = -125;
    event.cause = event.seq - 1;
  }));
  traces.push_back(changed(trace, [](Event& event, StringPool& strings) {
    if (event.role != Role::none) {
      event.role = event.role == Role::processor ? Role::application : Role::processor;
    }
    if (event.label != no_string) event.label = strings.keep("other");
    if (event.opcode != no_string) event.opcode = strings.keep("other");
    if (event.thread != 0) event.thread = static_cast<std::uint16_t>(event.thread + event.seq % 2);
  }));
  return traces;
}

}  // namespace proactor_lab
