// Looks for a world in which something happens, within a budget: a few at random first, as what is
// likely is found soon that way, then all of them in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "sim/time/choice_source.hpp"

namespace proactor_lab {

enum class SearchEnd : std::uint8_t {
  found,      ///< the visitor had enough
  exhausted,  ///< every world was visited
  budget,     ///< some were not
};

struct SearchBudget {
  std::size_t worlds_max = 10'000;  ///< in all
  std::size_t random_worlds = 100;  ///< of these, before they are taken in order
};

struct SearchResult {
  SearchEnd end = SearchEnd::exhausted;
  std::size_t worlds = 0;  ///< visited; one that was met at random may be met again in order
};

/// `visit` runs one world, asking nobody but the given source, and is true once it had enough.
SearchResult search_worlds(const SearchBudget& budget,
                           const std::function<bool(ChoiceSource&)>& visit);

}  // namespace proactor_lab
