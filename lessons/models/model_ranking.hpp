// Compares predicted and measured figures: the error of each prediction, and whether both rank the
// server models in the same order.
#pragma once

#include <string>
#include <vector>

#include "lessons/models/model_runs.hpp"

namespace proactor_lab {

/// Two models tie if they differ by less than this relative tolerance. More answers per second is
/// better; if that ties, less CPU time per answer is better.
inline constexpr double throughput_tolerance = 0.10;
inline constexpr double cpu_tolerance = 0.20;

/// Positive: `a` is better. Negative: `b` is better. 0: they tie.
int compare(const ModelFigures& a, const ModelFigures& b);

struct ModelComparison {
  const char* title;
  ModelFigures predicted;
  ModelFigures measured;
};

struct RankingAgreement {
  std::size_t alike = 0;       ///< pairs ranked equally, or tied, in both
  std::size_t tied = 0;        ///< pairs tied in only one of the two
  std::string contradictions;  ///< pairs in opposite order, as text; empty: the rankings agree
};

RankingAgreement compare_rankings(const std::vector<ModelComparison>& models);

/// A table of the figures, followed by the comparison of the rankings.
std::string comparison_text(const std::vector<ModelComparison>& models);

/// The median of each figure.
ModelFigures median_of(const std::vector<ModelFigures>& runs);

}  // namespace proactor_lab
