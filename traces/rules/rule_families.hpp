// The rules by subject, one source file per family.
#pragma once

#include <memory>
#include <vector>

#include "traces/rules/rules.hpp"

namespace proactor_lab {

using Monitors = std::vector<std::unique_ptr<Monitor>>;

/// What happens once, in which order, and whether all of it happened.
void add_order_rules(Monitors& monitors, const StringPool& strings);
/// Ownership of buffers and handles.
void add_ownership_rules(Monitors& monitors);
/// Operations in progress on a stream.
void add_stream_rules(Monitors& monitors);
/// Service order and starvation.
void add_service_rules(Monitors& monitors, const StringPool& strings, const RuleOptions& options);
/// Locks and wake-ups.
void add_thread_rules(Monitors& monitors, const StringPool& strings, const RuleOptions& options);

}  // namespace proactor_lab
