#include "traces/memory_recorder.hpp"

#include <algorithm>

namespace proactor_lab {

void MemoryRecorder::make_room() {
  pages_.push_back(std::make_unique<Fact[]>(facts_a_page));
  end_ = pages_.back().get() + facts_a_page;
  next_.store(pages_.back().get(), std::memory_order_relaxed);
}

void MemoryRecorder::replay(FactExpander& expander) const {
  std::size_t left = count_;
  for (const auto& page : pages_) {
    const std::size_t here = std::min(left, facts_a_page);
    for (std::size_t i = 0; i < here; ++i) expander.expand(page[i]);
    left -= here;
  }
}

}  // namespace proactor_lab
