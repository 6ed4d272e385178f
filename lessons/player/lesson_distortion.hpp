// Traces that are wrong on purpose. A query whose answer is the same on the true run and on all of
// these says nothing about the run: it is a constant in disguise.
#pragma once

#include <vector>

#include "traces/format/trace.hpp"

namespace proactor_lab {

/// Reversed, shuffled, with one kind of event left out or doubled, with other numbers, roles and
/// names. Deterministic.
std::vector<Trace> distorted(const Trace& trace);

}  // namespace proactor_lab
