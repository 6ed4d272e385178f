// User-space instructions per echo request. Wall-clock time is mostly the kernel's TCP and varies
// from run to run. The cost of the library itself shows here, as an exact count.
//
// The number of instructions per request depends on the number of completions per wait: the more,
// the fewer. With clients in another process that depends on timing. So the clients run in
// lockstep, on the server's own thread (lockstep_clients.hpp): all of them send, the server answers
// all, and only then they send again. Each wait finds one completion per client, and the same
// program gives the same number on a quiet machine and on a busy one.
//
// The targets are for 16 clients. That is what a busy server finds: if it is slower than its
// clients, as it is under valgrind, all of them have sent by the time it waits again. One client is
// the other extreme: the request then bears the whole cost of a wait.
//
// Callgrind counts the server's share only. Its options stop the counting inside Meter::mark, where
// the clients run, and clear the count when the warm-up is over.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "tests/bench/core/sections.hpp"
#include "tests/bench/core/server_process.hpp"

namespace proactor_lab::bench {
namespace {

/// Number of lockstep clients. The targets belong to the first column.
constexpr std::array<std::size_t, 2> columns = {16, 1};
/// A turn is one request of every client. Queues that wrap around make some turns more expensive. A
/// power of two covers whole cycles of them.
constexpr std::uint64_t warm_up_turns = 128;
constexpr std::uint64_t counted_turns = 1024;
/// Each count is taken twice, to show that it is exact; once if `--quick`.
constexpr int repeats_thorough = 2;
constexpr int repeats_quick = 1;
constexpr std::chrono::seconds count_limit(120);

/// The targets apply to the release preset on x86-64. Elsewhere they are shown only.
#if defined(NDEBUG) && defined(__x86_64__)
constexpr bool is_asserted = true;
#else
constexpr bool is_asserted = false;
#endif

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// The result of counting in a server that was started under valgrind.
enum class Outcome { counted, not_started, broken_off };

struct Count {
  Outcome outcome = Outcome::not_started;
  double lowest = 0;  // per request
  double highest = 0;
};

std::optional<double> total_in(const std::filesystem::path& callgrind_file) {
  std::ifstream file(callgrind_file);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("totals: ")) return std::stod(line.substr(8));
  }
  return {};
}

Count count_once(const ServerKind& kind, std::size_t clients) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("bench_core." + std::to_string(getpid()) + ".callgrind");
  ServerOptions options;
  options.plan = {.warm_up = warm_up_turns * clients,
                  .requests = counted_turns * clients,
                  .lockstep_clients = clients};
  options.core = Cores::of_this_machine().server;
  options.wrapper = {"valgrind",
                     "--quiet",
                     "--tool=callgrind",
                     "--toggle-collect=proactor_lab::bench::Meter::mark()",
                     "--collect-atstart=yes",  // must follow the option above, which implies "no"
                     "--zero-before=proactor_lab::bench::Meter::start_measuring()",
                     "--callgrind-out-file=" + path.string()};
  ServerProcess server(kind, options);
  const bool whole = server.report(count_limit).whole;
  const auto total = total_in(path);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (server.port() == 0) return {Outcome::not_started};
  if (!whole || !total) return {Outcome::broken_off};
  const double each = *total / static_cast<double>(options.plan.requests);
  return {Outcome::counted, each, each};
}

Count count(const ServerKind& kind, std::size_t clients, int repeats) {
  Count all = count_once(kind, clients);
  for (int i = 1; i < repeats && all.outcome == Outcome::counted; ++i) {
    const Count again = count_once(kind, clients);
    all = {again.outcome, std::min(all.lowest, again.lowest), std::max(all.highest, again.highest)};
  }
  return all;
}

double target_of(std::string_view name) {
  if (name == "ours") return 300;
  return name == "ours_traced" ? 600 : 0;
}

void print_row(const ServerKind& kind, int repeats, Verdicts& verdicts) {
  const std::string what = "instructions, " + std::string(kind.label);
  const double target = target_of(kind.name);
  std::printf("  %-34s", kind.label.data());
  std::string notes;
  for (const std::size_t clients : columns) {
    const Count counted = count(kind, clients, repeats);
    if (counted.outcome == Outcome::not_started) {
      std::printf(" %9s  could not be counted: it does not start under valgrind\n", "-");
      if (target > 0) skip(verdicts, what);
      return;
    }
    if (counted.outcome == Outcome::broken_off) {
      std::printf(" %9s  FAILED: it did not answer all requests\n", "-");
      if (target > 0) judge(verdicts, false, what, "it did not answer all requests", is_asserted);
      return;
    }
    std::printf(" %9.1f", counted.highest);
    if (clients == columns[0] && target > 0) {
      const bool holds = counted.highest <= target;
      notes += "  " + text("<= %.0f", target) + "  " +
               judge(verdicts, holds, what, text("%.1f", counted.highest), is_asserted);
    }
    if (counted.lowest != counted.highest) {
      notes += "  not exact with " + std::to_string(clients) + ": down to " +
               text("%.1f", counted.lowest);
    }
  }
  std::printf("%s\n", notes.c_str());
  std::fflush(stdout);
}

}  // namespace

void measure_instructions(const Settings& settings, Verdicts& verdicts) {
  const int repeats = settings.quick ? repeats_quick : repeats_thorough;
  std::printf(
      "\nUser-space instructions per 64-byte echo, by how many completions each wait finds\n"
      "(callgrind; clients in lockstep; %llu turns, the higher of %d counts)\n",
      static_cast<unsigned long long>(counted_turns), repeats);
  if (!is_asserted) {
    std::printf("This build is not the release preset's on x86-64: targets are not asserted.\n");
  }
  const bool can_count = is_installed("valgrind");
  if (!can_count) std::printf("Not counted: valgrind is not installed.\n");
  std::printf("\n  %-34s", "server");
  for (const std::size_t clients : columns) std::printf(" %9zu", clients);
  std::printf("  target of %zu\n", columns[0]);
  for (const ServerKind& kind : server_kinds()) {
    if (kind.run == nullptr) continue;
    if (!settings.only.empty() && settings.only != kind.name) continue;
    if (kind.name == "threads") {
      std::printf("  %-34s %9s  not counted: its threads have no turns\n", kind.label.data(), "-");
    } else if (can_count) {
      print_row(kind, repeats, verdicts);
    } else if (target_of(kind.name) > 0) {
      skip(verdicts, "instructions, " + std::string(kind.label));
    }
  }
}

}  // namespace proactor_lab::bench
