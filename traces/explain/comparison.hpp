// Compares two runs: where they diverge, and what differs.
#pragma once

#include <string>

#include "traces/model/model.hpp"

namespace proactor_lab {

struct ComparisonOptions {
  bool ignore_times = false;  ///< for live traces, whose times always differ
  std::string name_a = "A";   ///< names of the runs
  std::string name_b = "B";
};

struct Comparison {
  bool same = true;  ///< all events are the same; the headers may differ
  std::string text;  ///< at most 40 lines
};

Comparison compare_runs(const Model& a, const Model& b, const ComparisonOptions& options = {});

}  // namespace proactor_lab
