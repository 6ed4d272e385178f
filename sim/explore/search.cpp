#include "sim/explore/search.hpp"

#include <algorithm>

#include "sim/explore/enumeration.hpp"

namespace proactor_lab {

SearchResult search_worlds(const SearchBudget& budget,
                           const std::function<bool(ChoiceSource&)>& visit) {
  SearchResult result;
  const std::size_t random_worlds = std::min(budget.random_worlds, budget.worlds_max);
  for (std::uint64_t seed = 1; seed <= random_worlds; ++seed) {
    SeededChoices choices(seed);
    ++result.worlds;
    if (visit(choices)) return {SearchEnd::found, result.worlds};
  }
  Enumeration choices;
  while (result.worlds < budget.worlds_max) {
    ++result.worlds;
    if (visit(choices)) return {SearchEnd::found, result.worlds};
    if (!choices.advance()) return {SearchEnd::exhausted, result.worlds};
  }
  return {SearchEnd::budget, result.worlds};
}

}  // namespace proactor_lab
