// Prediction beside measurement: by how much each misses, and whether both put the server models
// into the same order.
#pragma once

#include <string>
#include <vector>

#include "lessons/models/model_runs.hpp"

namespace proactor_lab {

/// Two models tie where they differ by less than this; the tolerances are fixed. More answers a
/// second are better; of those that tie, less CPU time an answer.
inline constexpr double throughput_tolerance = 0.10;
inline constexpr double cpu_tolerance = 0.20;

/// Positive: `a` is better. 0: they tie.
int compare(const ModelFigures& a, const ModelFigures& b);

struct ModelComparison {
  const char* title;
  ModelFigures predicted;
  ModelFigures measured;
};

struct RankingAgreement {
  std::size_t alike = 0;       ///< pairs in the same order, or a tie in both
  std::size_t tied = 0;        ///< a tie in one of the two only
  std::string contradictions;  ///< pairs in opposite orders, in words; empty: the rankings agree
};

RankingAgreement compare_rankings(const std::vector<ModelComparison>& models);

/// A table, and what the rankings say.
std::string comparison_text(const std::vector<ModelComparison>& models);

/// Each figure's median.
ModelFigures median_of(const std::vector<ModelFigures>& runs);

}  // namespace proactor_lab
