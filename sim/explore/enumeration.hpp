// Enumerates every world that a program can meet: answers each `pick` in all possible ways, one run
// after the other, depth first.
//
//   Enumeration choices;
//   do {
//     run(choices);
//   } while (choices.advance() && choices.runs() < budget);
#pragma once

#include <cstddef>
#include <vector>

#include "sim/time/choice_source.hpp"

namespace proactor_lab {

/// REQUIRES: the program asks the same questions after the same answers. `draw` is not explored: it
/// always returns the least value.
class Enumeration final : public ChoiceSource {
 public:
  std::uint32_t pick(std::uint32_t n, const Question& question) override;
  std::uint64_t draw(std::uint64_t, const Question&) override { return 0; }

  /// Ends a run and selects the next path. Returns false if all paths have been taken.
  bool advance();
  /// Number of runs begun so far.
  std::size_t runs() const { return runs_; }

 private:
  struct Fork {
    std::uint32_t ways = 0;
    std::uint32_t taken = 0;
  };

  std::vector<Fork> path_;
  std::size_t depth_ = 0;
  std::size_t runs_ = 1;
};

}  // namespace proactor_lab
