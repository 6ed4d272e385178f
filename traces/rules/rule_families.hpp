// The rules by what they are about: a file a family.
#pragma once

#include <memory>
#include <vector>

#include "traces/rules/rules.hpp"

namespace proactor_lab {

using Monitors = std::vector<std::unique_ptr<Monitor>>;

/// What happens once, after what, and that it is all there.
void add_order_rules(Monitors& monitors, const StringPool& strings);
/// Who owns a buffer, a handle.
void add_ownership_rules(Monitors& monitors);
/// What is under way on a stream.
void add_stream_rules(Monitors& monitors);
/// Who is served when.
void add_service_rules(Monitors& monitors, const StringPool& strings, const RuleOptions& options);
/// Locks, wake-ups.
void add_thread_rules(Monitors& monitors, const StringPool& strings, const RuleOptions& options);

}  // namespace proactor_lab
