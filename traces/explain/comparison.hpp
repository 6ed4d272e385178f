// Two runs beside each other: where they part, and what differs.
#pragma once

#include <string>

#include "traces/model/model.hpp"

namespace proactor_lab {

struct ComparisonOptions {
  bool ignore_times = false;  ///< for live traces, whose times are never the same
  std::string name_a = "A";   ///< what the runs are called
  std::string name_b = "B";
};

struct Comparison {
  bool same = true;  ///< event by event; the headers may differ
  std::string text;  ///< at most 40 lines
};

Comparison compare_runs(const Model& a, const Model& b, const ComparisonOptions& options = {});

}  // namespace proactor_lab
