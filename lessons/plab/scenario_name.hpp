// Resolves the scenario argument of commands that run a scenario.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "lessons/programs/program.hpp"
#include "lessons/run/data_folder.hpp"
#include "lessons/scenario/scenario.hpp"

namespace proactor_lab::plab {

/// Accepts a scenario file, the name of a shipped scenario, or the name of a program, which then
/// runs in an empty world. Throws InputError.
inline Scenario scenario_named(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::exists(name, error) && name.find('/') == std::string::npos) {
    const auto shipped = lessons_root(std::filesystem::read_symlink("/proc/self/exe", error)) /
                         "scenarios" / (name + ".json");
    if (std::filesystem::exists(shipped, error)) return read_scenario_file(shipped.string());
    if (find_program(name) != nullptr) {
      return parse_scenario(R"({"format":1,"program":")" + name + "\"}", name);
    }
  }
  return read_scenario_file(name);
}

/// As above; `seed` replaces the scenario's seed unless it is negative.
inline Scenario scenario_named(const std::string& name, std::int64_t seed) {
  Scenario scenario = scenario_named(name);
  if (seed >= 0) scenario.seed = static_cast<std::uint64_t>(seed);
  return scenario;
}

}  // namespace proactor_lab::plab
