// Reads the costs: time that kernel steps take, number of cores, memory sizes.
#include <cmath>

#include "lessons/scenario/scenario_parts.hpp"

namespace proactor_lab::scenario_parts {
namespace {

constexpr double cost_ms_max = 10'000;  // per step; a larger value is a mistake
constexpr std::int64_t memory_max = std::int64_t{1} << 30;

void take_cost(const JsonNode& root, const char* key, Duration& cost) {
  if (root.has(key)) cost = Duration{std::llround(root.at(key).number(0, cost_ms_max) * 1e6)};
}

void take_bytes(const JsonNode& root, const char* key, std::uint64_t& bytes) {
  if (root.has(key)) bytes = static_cast<std::uint64_t>(root.at(key).integer(0, memory_max));
}

}  // namespace

void take_costs(const JsonNode& root, Scenario& scenario) {
  take_cost(root, "syscall_ms", scenario.syscall_cost);
  take_cost(root, "operation_ms", scenario.operation_cost);
  take_cost(root, "switch_ms", scenario.switch_cost);
  take_cost(root, "thread_start_ms", scenario.thread_start_cost);
  if (root.has("cores")) {
    scenario.cores = scenario.worker_cores = count(root.at("cores"), 1, 1024);
  }
  take_bytes(root, "thread_bytes", scenario.thread_bytes);
  take_bytes(root, "connection_bytes", scenario.connection_bytes);
}

}  // namespace proactor_lab::scenario_parts
