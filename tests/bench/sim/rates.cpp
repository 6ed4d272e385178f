// A hundred clients: untraced, traced in memory, and traced to a file, compared with the heap and
// SimPy.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/bench/sim/bare_heap.hpp"
#include "tests/bench/sim/echo_world.hpp"
#include "tests/bench/sim/sections.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::uint32_t clients = 100;
constexpr double heap_share_untraced = 0.28;
constexpr double heap_share_traced = 0.17;
constexpr double to_file_wanted = 0.3e6;

double heap_rate(std::size_t turns) {
  BareHeap heap(clients);
  heap.turn(turns / 10);
  return static_cast<double>(turns) / seconds_of([&] { heap.turn(turns); });
}

double untraced_rate(std::uint64_t completions) {
  EchoWorld world({.clients = clients});
  world.run(completions / 10);
  return static_cast<double>(completions) / seconds_of([&] { world.run(completions); });
}

/// `recorder` reuses its memory from the previous round, as when several runs are examined one
/// after the other. How fast the machine provides fresh memory is measured elsewhere.
double traced_rate(std::uint64_t completions, MemoryRecorder& recorder) {
  EchoWorld world({.clients = clients, .recorder = &recorder});
  return static_cast<double>(completions) / seconds_of([&] { world.run(completions); });
}

/// Includes writing the trace, as `plab run --out` does.
double written_rate(std::uint64_t completions, std::uint64_t& bytes) {
  const std::string path = "/dev/shm/bench_sim." + std::to_string(getpid()) + ".json";
  const double seconds = seconds_of([&] {
    MemoryRecorder recorder(&never);
    EchoWorld world({.clients = clients, .recorder = &recorder});
    world.run(completions);
    bytes = world.write_trace(path.c_str());
  });
  std::remove(path.c_str());
  return static_cast<double>(completions) / seconds;
}

/// Events per second, or 0 if SimPy is not installed.
double simpy_rate(std::uint64_t requests) {
  const std::string command =
      "/usr/bin/python3 " PROACTOR_LAB_SOURCE_DIR "/tests/bench/sim/simpy_echo.py " +
      std::to_string(clients) + " " + std::to_string(requests) + " 2>/dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return 0;
  double rate = 0;
  if (std::fscanf(pipe, "%lf", &rate) != 1) rate = 0;
  pclose(pipe);
  return rate;
}

}  // namespace

void measure_rates(bool quick, Verdicts& verdicts) {
  const std::uint64_t completions = quick ? 400'000 : 2'000'000;
  const int rounds = quick ? 3 : 7;
  std::vector<double> heap, untraced, traced, written, simpy;
  std::vector<double> untraced_to_heap, traced_to_heap;
  std::uint64_t bytes = 0;
  MemoryRecorder recorder(&never);
  const double fresh = traced_rate(completions / 2, recorder);
  for (int i = 0; i < rounds; ++i) {
    heap.push_back(heap_rate(completions * 4));
    untraced.push_back(untraced_rate(completions));
    traced.push_back(traced_rate(completions / 2, recorder));
    written.push_back(written_rate(completions / 10, bytes));
    simpy.push_back(simpy_rate(completions / 20));
    untraced_to_heap.push_back(untraced.back() / heap.back());
    traced_to_heap.push_back(traced.back() / heap.back());
  }
  const double simpy_median = median(simpy);
  std::printf("%u clients, in millions a second (median of %d rounds)\n", clients, rounds);
  std::printf("  bare heap, pop and push              %7.2f\n", median(heap) / 1e6);
  if (simpy_median > 0) {
    std::printf("  SimPy, events                        %7.2f\n", simpy_median / 1e6);
  } else {
    std::printf("  SimPy                                not installed (python3-simpy3)\n");
  }
  const double share = median(untraced_to_heap);
  const double traced_share = median(traced_to_heap);
  const double to_file = median(written);
  std::printf(
      "  completions, untraced                %7.2f   %.2f of the heap's, wanted %.2f: %s\n",
      median(untraced) / 1e6, share, heap_share_untraced,
      judge(verdicts, share >= heap_share_untraced, "untraced, share of the heap's rate",
            text("%.3f", share)));
  std::printf(
      "  completions, traced in memory        %7.2f   %.2f of the heap's, wanted %.2f: %s\n",
      median(traced) / 1e6, traced_share, heap_share_traced,
      judge(verdicts, traced_share >= heap_share_traced,
            "traced in memory, share of the heap's rate", text("%.3f", traced_share)));
  std::printf("    the first time, in fresh memory    %7.2f\n", fresh / 1e6);
  std::printf(
      "  completions, run and trace on tmpfs  %7.2f   wanted %.2f: %s   (%.0f bytes each)\n",
      to_file / 1e6, to_file_wanted / 1e6,
      judge(verdicts, to_file >= to_file_wanted, "written to tmpfs, millions a second",
            text("%.2f", to_file / 1e6)),
      static_cast<double>(bytes) / static_cast<double>(completions / 10));
}

}  // namespace proactor_lab::bench
