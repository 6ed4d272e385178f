// The cost of recording a fact, through the public interface, in the recorder that keeps a run in
// memory. It is compared with a bare loop that only writes the same 40 bytes to an array.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "tests/bench/core/sections.hpp"
#include "traces/recording/memory_recorder.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::uint32_t fact_count = 50'000;  // fewer than the pages a lane keeps for reuse

Fact example(std::uint32_t i) {
  return {.value = i, .operation = i, .thread = 1, .kind = FactKind::completion_dequeued};
}

/// Nanoseconds per fact in the fastest of many rounds: disturbances only add time.
template <class Round>
double ns_each(int rounds, Round round) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const double ns = round() / double{fact_count};
    best = std::min(best, ns);
  }
  return best;
}

template <class Body>
double ns_of(Body body) {
  const auto from = std::chrono::steady_clock::now();
  body();
  const auto spent = std::chrono::steady_clock::now() - from;
  return static_cast<double>(std::chrono::nanoseconds(spent).count());
}

/// Drops its facts after every round and fills the same pages again, as the live trace does. This
/// leaves out the cost of memory that is touched for the first time.
class RecyclingRecorder final : public Recorder {
 public:
  explicit RecyclingRecorder(const Instant* virtual_now) : Recorder(virtual_now) {}
  const char* keep(std::string_view) override { return ""; }
  void forget() {
    loop_lane().take([](const Fact&) {});
  }
};

template <class Recording>
double ns_of_facts(Recording& recorder) {
  return ns_of([&] {
    for (std::uint32_t i = 0; i < fact_count; ++i) recorder.record(example(i));
  });
}

double recycled(const Instant* virtual_now, int rounds) {
  RecyclingRecorder recorder(virtual_now);
  return ns_each(rounds, [&] {
    const double ns = ns_of_facts(recorder);
    recorder.forget();
    return ns;
  });
}

double in_memory(const Instant* virtual_now, int rounds) {
  return ns_each(rounds, [&] {
    MemoryRecorder recorder(virtual_now);
    return ns_of_facts(recorder);
  });
}

double bare(int rounds) {
  std::vector<Fact> facts(4096);
  return ns_each(rounds, [&] {
    return ns_of([&] {
      for (std::uint32_t i = 0; i < fact_count; ++i) {
        facts[i % 4096] = example(i);
        asm volatile("" : : "r"(facts.data()) : "memory");  // so that it happens each time
      }
    });
  });
}

}  // namespace

void measure_facts(const Settings& settings, Verdicts& verdicts) {
  const int rounds = settings.quick ? 20 : 200;
  const Instant virtual_now = instant_at_ns(1);
  std::printf("\nRecording a fact, ns (the quickest of %d rounds of %u)\n\n", rounds, fact_count);
  std::printf("  %-40s %8s %8s\n", "", "ns", "target");
  std::printf("  %-40s %8.1f\n", "bare loop: 40 bytes into an array", bare(rounds));
  const auto line = [&](const char* what, double ns, double target) {
    std::printf("  %-40s %8.1f", what, ns);
    if (target > 0) {
      std::printf(" %8s  %s", text("<= %.0f", target).c_str(),
                  judge(verdicts, ns <= target, std::string("fact, ") + what, text("%.1f ns", ns)));
    }
    std::printf("\n");
  };
  line("virtual time", recycled(&virtual_now, rounds), 8);
  line("live, stamp included", recycled(nullptr, rounds), 20);
  line("virtual time, memory new each time", in_memory(&virtual_now, rounds), 0);
  line("live, memory new each time", in_memory(nullptr, rounds), 0);
}

}  // namespace proactor_lab::bench
