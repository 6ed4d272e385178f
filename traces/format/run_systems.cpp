#include "traces/format/run_systems.hpp"

#include <algorithm>
#include <iterator>

namespace proactor_lab {
namespace {

constexpr std::string_view hidden_by_kernel =
    "what the kernel did between submission and completion (\"in the system\" counts the time in "
    "its own queue), and the clients' side";

constexpr SystemRow systems[] = {
    {.system = RunSystem::unknown},
    {.system = RunSystem::sim,
     .name = "sim",
     .is_simulated = true,
     .has_proactor = true,
     .has_threads = true},
    {.system = RunSystem::io_uring,
     .name = "io_uring",
     .has_proactor = true,
     .infers = true,
     .hidden = hidden_by_kernel},
    {.system = RunSystem::epoll,
     .name = "epoll",
     .has_proactor = true,
     .hidden = "when bytes arrived (only that they can be read), and the clients' side"},
    {.system = RunSystem::threads,
     .name = "threads",
     .has_threads = true,
     .hidden = "which thread had a core (only the kernel knows), and the clients' side"},
    {.system = RunSystem::asio,
     .name = "asio",
     .hidden = "what Asio and the system did between the log's lines, which thread did what, and "
               "the clients' side"},
    {.system = RunSystem::io_uring_tracepoints,
     .name = "io_uring tracepoints",
     .sees_dequeues = false,
     .hidden = hidden_by_kernel},
};

}  // namespace

std::span<const SystemRow> run_systems() { return systems; }

const SystemRow& row_of(RunSystem system) {
  return *std::find_if(std::begin(systems), std::end(systems),
                       [&](const SystemRow& each) { return each.system == system; });
}

const SystemRow& system_named(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(systems), std::end(systems),
                   [&](const SystemRow& each) { return !name.empty() && each.name == name; });
  return found == std::end(systems) ? row_of(RunSystem::unknown) : *found;
}

std::string heading_of_system(std::string_view name, std::uint64_t seed) {
  if (system_named(name).is_simulated) return "simulated · seed " + std::to_string(seed);
  return name.empty() ? "unknown system" : "live · " + std::string(name);
}

}  // namespace proactor_lab
