// Parsers for the parts of a scenario file, one source file per part. Included only by scenario.cpp
// and those source files.
#pragma once

#include <string>

#include "lessons/scenario/lesson_json.hpp"
#include "lessons/scenario/scenario.hpp"

namespace proactor_lab::scenario_parts {

inline constexpr std::int64_t bytes_max = 64 * 1024 * 1024;

// Values: each function throws InputError if the value is invalid.
Duration milliseconds(const JsonNode& node);
/// A number, {"min", "max"} with a "shape", or {"mean"}.
DelayRange delay(const JsonNode& node);
std::uint16_t port(const JsonNode& node);
std::uint32_t count(const JsonNode& node, std::int64_t least, std::int64_t most);
/// Converts a probability to a rate per million.
std::uint32_t per_million(const JsonNode& node);
/// The content given by "text" and "bytes"; empty if neither is present.
std::string content(const JsonNode& node);
/// A path that stays beneath the program's root folder on every system.
std::string path(const JsonNode& node);

// Parts: each function reads its keys of `root` into `scenario`.
void take_costs(const JsonNode& root, Scenario& scenario);
void take_network(const JsonNode& root, Scenario& scenario);
void take_clients(const JsonNode& root, Scenario& scenario);
void take_files(const JsonNode& root, Scenario& scenario);
/// REQUIRES that clients and files have been read, because faults refer to them.
void take_faults(const JsonNode& root, Scenario& scenario);

/// Adds a link for `node`'s link settings, with link 0's values as defaults, and returns its
/// number.
LinkId link_of(const JsonNode& node, Scenario& scenario);

}  // namespace proactor_lab::scenario_parts
