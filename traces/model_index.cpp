#include "traces/model_index.hpp"

#include <algorithm>
#include <functional>

namespace proactor_lab {

IntervalIndex::IntervalIndex(std::vector<Interval> intervals) : intervals_(std::move(intervals)) {
  std::size_t leaves = 1;
  while (leaves < intervals_.size()) leaves *= 2;
  latest_.assign(2 * leaves, 0);
  for (std::size_t i = 0; i < intervals_.size(); ++i) latest_[leaves + i] = intervals_[i].to;
  for (std::size_t node = leaves - 1; node >= 1; --node) {
    latest_[node] = std::max(latest_[2 * node], latest_[2 * node + 1]);
  }
}

std::vector<std::uint32_t> IntervalIndex::overlapping(std::uint32_t from, std::uint32_t to) const {
  std::vector<std::uint32_t> found;
  if (intervals_.empty()) return found;
  auto end = std::upper_bound(intervals_.begin(), intervals_.end(), to,
                              [](std::uint32_t at, const Interval& i) { return at < i.from; });
  visit(1, 0, latest_.size() / 2, from, static_cast<std::size_t>(end - intervals_.begin()), found);
  return found;
}

void IntervalIndex::visit(std::size_t node, std::size_t first, std::size_t last, std::uint32_t from,
                          std::size_t end, std::vector<std::uint32_t>& found) const {
  if (first >= end || latest_[node] < from) return;
  if (last - first == 1) {
    found.push_back(static_cast<std::uint32_t>(first));
    return;
  }
  std::size_t middle = (first + last) / 2;
  visit(2 * node, first, middle, from, end, found);
  visit(2 * node + 1, middle, last, from, end, found);
}

void RunningMedian::add(std::uint32_t seq, std::int64_t sample) {
  auto push = [](std::vector<std::int64_t>& heap, std::int64_t value, auto order) {
    heap.push_back(value);
    std::push_heap(heap.begin(), heap.end(), order);
  };
  auto pop = [](std::vector<std::int64_t>& heap, auto order) {
    std::pop_heap(heap.begin(), heap.end(), order);
    std::int64_t value = heap.back();
    heap.pop_back();
    return value;
  };
  std::less<> smaller;
  std::greater<> larger;
  if (low_.empty() || sample <= low_.front()) {
    push(low_, sample, smaller);
  } else {
    push(high_, sample, larger);
  }
  if (low_.size() > high_.size() + 1) push(high_, pop(low_, smaller), larger);
  if (high_.size() > low_.size()) push(low_, pop(high_, larger), smaller);
  if (!medians_.empty() && medians_.back().second == low_.front()) return;
  medians_.emplace_back(seq, low_.front());
}

std::optional<std::int64_t> RunningMedian::at(std::uint32_t seq) const {
  auto after = std::upper_bound(medians_.begin(), medians_.end(), seq,
                                [](std::uint32_t s, const auto& entry) { return s < entry.first; });
  if (after == medians_.begin()) return std::nullopt;
  return std::prev(after)->second;
}

}  // namespace proactor_lab
