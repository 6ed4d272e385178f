// Deliberately wrong traces. A query that gives the same answer for the true run and for all of
// these does not depend on the run: it is a constant in disguise.
#pragma once

#include <vector>

#include "traces/format/trace.hpp"

namespace proactor_lab {

/// Traces with the events reversed, shuffled, of one kind removed or duplicated, or with other
/// numbers, roles and names. Deterministic.
std::vector<Trace> distorted(const Trace& trace);

}  // namespace proactor_lab
