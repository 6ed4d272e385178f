// Searches for a world in which something happens, within a budget: first a few random worlds,
// because likely cases are found soon that way, then all worlds in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "sim/time/choice_source.hpp"

namespace proactor_lab {

enum class SearchEnd : std::uint8_t {
  found,      ///< `visit` returned true
  exhausted,  ///< every world was visited
  budget,     ///< some worlds were not visited
};

struct SearchBudget {
  std::size_t worlds_max = 10'000;  ///< in total
  std::size_t random_worlds = 100;  ///< of these, before they are visited in order
};

struct SearchResult {
  SearchEnd end = SearchEnd::exhausted;
  std::size_t worlds = 0;  ///< visited; a random world may be visited again in order
};

/// `visit` runs one world, with answers from the given source only. It returns true to end the
/// search.
SearchResult search_worlds(const SearchBudget& budget,
                           const std::function<bool(ChoiceSource&)>& visit);

}  // namespace proactor_lab
