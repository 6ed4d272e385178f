// User-space instructions for one echo request. Wall-clock time is mostly the kernel's TCP and
// swings from run to run; what a library itself costs shows here, and is repeatable.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/bench/core/load.hpp"
#include "tests/bench/core/sections.hpp"
#include "tests/bench/core/server_process.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::size_t connection_count = 16;

/// Requests answered in the two runs of which the difference is taken, and how often that is.
struct Runs {
  std::uint64_t few;
  std::uint64_t many;
  int repeats;
};
constexpr Runs thorough = {5'000, 25'000, 5};
constexpr Runs quick = {2'000, 6'000, 1};

/// What callgrind counted in the whole life of a server that answers `requests`.
std::optional<double> instructions_of(const ServerKind& kind, std::uint64_t requests) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("bench_core." + std::to_string(getpid()) + ".callgrind");
  ServerOptions options;
  options.requests = requests;
  options.wrapper = {"valgrind", "--quiet", "--tool=callgrind",
                     "--callgrind-out-file=" + path.string()};
  {
    ServerProcess server(kind, options);
    if (server.port() == 0) return {};
    Load load(server.port());
    if (!load.connect(connection_count)) return {};
    load.run_until_closed(std::chrono::seconds(120));
    if (!server.report().whole) return {};
  }
  std::ifstream file(path);
  std::optional<double> total;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("totals: ")) total = std::stod(line.substr(8));
  }
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return total;
}

/// The median, as how many requests a server finds at a time depends on the moment, and it does the
/// less for each, the more there are.
std::optional<double> instructions_a_request(const ServerKind& kind, const Runs& runs) {
  std::vector<double> differences;
  for (int i = 0; i < runs.repeats; ++i) {
    const auto at_first = instructions_of(kind, runs.few);
    const auto at_last = instructions_of(kind, runs.many);
    if (!at_first || !at_last) return {};
    differences.push_back((*at_last - *at_first) / static_cast<double>(runs.many - runs.few));
  }
  return median(differences);
}

double target_of(std::string_view name) {
  if (name == "ours") return 300;
  return name == "ours_traced" ? 600 : 0;
}

}  // namespace

void measure_instructions(const Settings& settings, Verdicts& verdicts) {
  const Runs& runs = settings.quick ? quick : thorough;
  std::printf(
      "\nUser-space instructions per 64-byte echo, %zu connections\n"
      "(callgrind; a run of %llu requests less a run of %llu, divided by the difference; median of "
      "%d)\n\n",
      connection_count, static_cast<unsigned long long>(runs.many),
      static_cast<unsigned long long>(runs.few), runs.repeats);
  std::printf("  %-34s %12s %10s\n", "server", "instructions", "target");
  for (const ServerKind& kind : server_kinds()) {
    if (kind.run == nullptr || kind.name == "threads") continue;
    if (!settings.only.empty() && settings.only != kind.name) continue;
    const auto measured = instructions_a_request(kind, runs);
    if (!measured) {
      std::printf("  %-34s %12s   could not be run under valgrind\n", kind.label.data(), "-");
      if (target_of(kind.name) > 0) {
        judge(verdicts, false, "instructions, " + std::string(kind.label), "not measured");
      }
      continue;
    }
    std::printf("  %-34s %12.0f", kind.label.data(), *measured);
    if (const double target = target_of(kind.name); target > 0) {
      std::printf(" %10s  %s", text("<= %.0f", target).c_str(),
                  judge(verdicts, *measured <= target, "instructions, " + std::string(kind.label),
                        text("%.0f", *measured)));
    }
    std::printf("\n");
    std::fflush(stdout);
  }
}

}  // namespace proactor_lab::bench
