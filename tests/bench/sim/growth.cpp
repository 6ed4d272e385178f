// The cost of many clients: the rate may fall with the number of pending events, as the heap's own
// does, but not much faster.
#include <cstdio>

#include "tests/bench/sim/bare_heap.hpp"
#include "tests/bench/sim/echo_world.hpp"
#include "tests/bench/sim/sections.hpp"

namespace proactor_lab::bench {
namespace {

constexpr double rate_wanted = 1e6;  // with 100,000 clients
constexpr double growth_allowed = 2;

}  // namespace

void measure_growth(bool quick, Verdicts& verdicts) {
  const std::uint64_t completions = quick ? 500'000 : 2'000'000;
  std::printf("\nMany clients, in millions a second (median of the rounds)\n");
  std::printf("  clients    completions   bare heap   cost against 100 clients: ours, heap's\n");
  struct Row {
    std::uint32_t clients;
    std::vector<double> ours, heap;
  };
  std::vector<Row> rows = {{100, {}, {}}, {10'000, {}, {}}, {100'000, {}, {}}};
  for (int round = 0; round < (quick ? 1 : 5); ++round) {
    for (Row& row : rows) {
      EchoWorld world({.clients = row.clients});
      world.run(row.clients * 4ull);  // all are connected and have sent a request
      row.ours.push_back(static_cast<double>(completions) /
                         seconds_of([&] { world.run(completions); }));
      BareHeap heap(row.clients);
      heap.turn(row.clients);
      row.heap.push_back(static_cast<double>(completions) /
                         seconds_of([&] { heap.turn(completions); }));
    }
  }
  const double ours_least = median(rows[0].ours);
  const double heap_least = median(rows[0].heap);
  for (Row& row : rows) {
    const double ours = median(row.ours);
    const double heap = median(row.heap);
    const double growth = (ours_least / ours) / (heap_least / heap);
    std::printf("  %7u    %8.2f      %8.2f       %5.2f  %5.2f", row.clients, ours / 1e6, heap / 1e6,
                ours_least / ours, heap_least / heap);
    if (row.clients > 100) {
      std::printf("   %.2f times the heap's: %s", growth,
                  judge(verdicts, growth <= growth_allowed,
                        "growth beside the heap's, " + std::to_string(row.clients) + " clients",
                        text("%.2f", growth)));
    }
    if (row.clients == 100'000) {
      std::printf(", rate wanted %.0f: %s", rate_wanted / 1e6,
                  judge(verdicts, ours >= rate_wanted, "100,000 clients, millions a second",
                        text("%.2f", ours / 1e6)));
    }
    std::printf("\n");
  }
}

}  // namespace proactor_lab::bench
