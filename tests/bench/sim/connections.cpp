// A million simulated connections at once, each with a pending receive and a client.
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/bench/sim/echo_world.hpp"
#include "tests/bench/sim/sections.hpp"

namespace proactor_lab::bench {
namespace {

constexpr double gib_allowed = 2;

double resident_gib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib / (1024.0 * 1024.0);
  }
  return 0;
}

}  // namespace

void measure_connections(bool quick, Verdicts& verdicts) {
  const std::uint32_t clients = quick ? 100'000 : 1'000'000;
  const double before = resident_gib();
  EchoWorld world({.clients = clients});
  const double seconds = seconds_of([&] { world.run(clients * 4ull); });
  const double used = resident_gib() - before;
  std::printf(
      "\n%u connections, each answered once and waiting: %.2f GiB, %.0f bytes each, in %.1f s",
      clients, used, used * 1024 * 1024 * 1024 / clients, seconds);
  if (quick) {
    std::printf("\n");
    return;
  }
  std::printf(
      "; wanted below %.0f GiB: %s\n", gib_allowed,
      judge(verdicts, used < gib_allowed, "a million connections, GiB", text("%.2f", used)));
}

}  // namespace proactor_lab::bench
