// The main claim for the pattern: one thread per connection costs memory and context switches, and
// one thread with completions does not.
#include <array>
#include <cstdio>
#include <optional>

#include "tests/bench/core/load.hpp"
#include "tests/bench/core/sections.hpp"
#include "tests/bench/core/server_process.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::array<std::size_t, 4> connection_counts = {10, 100, 1'000, 5'000};

std::optional<ServerReport> run(const ServerKind& kind, std::size_t connections,
                                std::uint64_t requests, const Cores& cores) {
  ServerOptions options;
  options.plan.warm_up = 2 * connections + 2000;
  options.plan.requests = requests;
  options.core = cores.server;
  ServerProcess server(kind, options);
  if (server.port() == 0) return {};
  Load load(server.port());
  if (!load.connect(connections) || !load.run_until_closed(std::chrono::seconds(30))) return {};
  ServerReport report = server.report();
  if (!report.whole) return {};
  return report;
}

}  // namespace

void measure_threads(const Settings& settings, Verdicts&) {
  const std::uint64_t requests = settings.quick ? 20'000 : 60'000;
  const Cores cores = Cores::of_this_machine();
  pin_to(cores.clients);
  std::printf(
      "\nA blocking thread for each connection beside this core, %llu requests\n\n"
      "  %11s  %-34s %10s %21s %10s %12s\n  %11s  %-34s %10s %21s %10s %12s\n",
      static_cast<unsigned long long>(requests), "connections", "server", "CPU us", "switches",
      "resident", "address", "", "", "a request", "a request: own/forced", "MiB", "space, MiB");
  for (const std::size_t connections : connection_counts) {
    for (const std::string_view name : {"threads", "ours", "ours_multishot"}) {
      const ServerKind& kind = *find_server_kind(name);
      const auto report = run(kind, connections, requests, cores);
      std::printf("  %11zu  %-34s", connections, kind.label.data());
      if (!report) {
        std::printf(" could not be run\n");
        continue;
      }
      const auto each = [&](std::int64_t total) {
        return static_cast<double>(total) / static_cast<double>(requests);
      };
      std::printf(" %10.2f %10.3f %10.3f %10.1f %12.0f\n", each(report->usage.cpu_ns) / 1000,
                  each(report->usage.switches_voluntary), each(report->usage.switches_involuntary),
                  static_cast<double>(report->resident_kilobytes) / 1024,
                  static_cast<double>(report->virtual_kilobytes) / 1024);
      std::fflush(stdout);
    }
  }
}

}  // namespace proactor_lab::bench
