#include "traces/model/model_index.hpp"

#include <algorithm>
#include <functional>

namespace proactor_lab {
namespace {

constexpr std::size_t census_interval_min = 1024;  // births

}  // namespace

/// A census is taken when the number of births since the last one reaches the number of lives
/// counted in it. This bounds the total length of all censuses to twice the number of lives.
LifeIndex::LifeIndex(std::vector<Life> lives) : lives_(std::move(lives)) {
  std::vector<std::uint32_t> living;
  std::size_t births = 0;
  std::size_t due = census_interval_min;
  for (std::uint32_t place = 0; place < lives_.size(); ++place) {
    if (births == due) {
      const std::uint32_t now = lives_[place].born;
      std::erase_if(living, [&](std::uint32_t each) { return lives_[each].died < now; });
      censuses_.push_back({now, place, living_.size(), living_.size() + living.size()});
      living_.insert(living_.end(), living.begin(), living.end());
      due = std::max(living.size(), census_interval_min);
      births = 0;
    }
    living.push_back(place);
    ++births;
  }
}

void LifeIndex::find(std::uint32_t from, std::uint32_t to,
                     std::vector<std::uint32_t>& found) const {
  const auto after = std::upper_bound(censuses_.begin(), censuses_.end(), from,
                                      [](std::uint32_t at, const Census& c) { return at < c.seq; });
  const Census census = after == censuses_.begin() ? Census{} : *std::prev(after);
  const auto born_since =
      std::upper_bound(lives_.begin() + census.next, lives_.end(), to,
                       [](std::uint32_t at, const Life& life) { return at < life.born; });
  const auto end = static_cast<std::uint32_t>(born_since - lives_.begin());
  std::size_t count = found.size();
  found.resize(count + (census.end - census.begin) + (end - census.next));
  // Branch-free: each index is written, and overwritten by the next if that life has ended.
  const auto note = [&](std::uint32_t place) {
    found[count] = place;
    count += lives_[place].died >= from ? 1 : 0;
  };
  for (std::size_t i = census.begin; i < census.end; ++i) note(living_[i]);
  for (std::uint32_t place = census.next; place < end; ++place) note(place);
  found.resize(count);
}

std::vector<std::uint32_t> LifeIndex::overlapping(std::uint32_t from, std::uint32_t to) const {
  std::vector<std::uint32_t> found;
  find(from, to, found);
  return found;
}

std::size_t LifeIndex::capacity_bytes() const {
  return lives_.capacity() * sizeof(Life) + living_.capacity() * sizeof(std::uint32_t) +
         censuses_.capacity() * sizeof(Census);
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

std::size_t RunningMedian::capacity_bytes() const {
  return (low_.capacity() + high_.capacity()) * sizeof(std::int64_t) +
         medians_.capacity() * sizeof(medians_[0]);
}

}  // namespace proactor_lab
