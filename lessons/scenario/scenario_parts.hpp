// How the parts of a scenario file are read, a source file each. For scenario.cpp alone.
#pragma once

#include <string>

#include "lessons/scenario/lesson_json.hpp"
#include "lessons/scenario/scenario.hpp"

namespace proactor_lab::scenario_parts {

inline constexpr std::int64_t bytes_max = 64 * 1024 * 1024;

// Values: each throws InputError where it is not what it has to be.
Duration milliseconds(const JsonNode& node);
/// A number, {"min", "max"} with a "shape", or {"mean"}.
DelayRange delay(const JsonNode& node);
std::uint16_t port(const JsonNode& node);
std::uint32_t count(const JsonNode& node, std::int64_t least, std::int64_t most);
/// A probability, as so many in a million.
std::uint32_t per_million(const JsonNode& node);
/// What "text" and "bytes" say; empty where neither is there.
std::string content(const JsonNode& node);
/// A path beneath the root that programs see, and nowhere else, on every system.
std::string path(const JsonNode& node);

// Parts: what the root has to say of each goes into `scenario`.
void take_costs(const JsonNode& root, Scenario& scenario);
void take_network(const JsonNode& root, Scenario& scenario);
void take_clients(const JsonNode& root, Scenario& scenario);
void take_files(const JsonNode& root, Scenario& scenario);
/// After clients and files, which faults name.
void take_faults(const JsonNode& root, Scenario& scenario);

/// What `node` says of its own link, the rest as in link 0; its number.
LinkId link_of(const JsonNode& node, Scenario& scenario);

}  // namespace proactor_lab::scenario_parts
