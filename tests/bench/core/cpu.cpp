// Server CPU time per request, in user and in kernel mode. This shows what batching and multishot
// save.
//
// A server's cost varies by half over time on one machine, and by a few percent from start to start
// (because of memory placement). So all servers run at the same time. In each round every one of
// them answers a slice of requests, in rotating order, and after some rounds all are started again.
// The result is the median of the ratios within the rounds, printed with its uncertainty.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/core/load_process.hpp"
#include "tests/bench/core/sections.hpp"
#include "tests/bench/core/server_process.hpp"

namespace proactor_lab::bench {
namespace {

struct Stage {
  std::size_t connections;
  std::size_t rounds_a_start;
};
constexpr std::array<Stage, 3> stages = {{{32, 25}, {256, 25}, {2000, 12}}};
constexpr std::size_t quick_rounds = 3;

/// Number of requests per slice. Each slice begins with a burst, one request from every connection,
/// which must not count for much.
constexpr std::uint64_t requests_of(std::size_t connections) {
  return std::max<std::uint64_t>(10'000, 20 * connections);
}
constexpr std::chrono::seconds slice_limit(20);
/// Time for a server to finish its work after its last answer.
constexpr std::chrono::microseconds settling(500);

/// A server with its clients.
class RunningServer {
 public:
  RunningServer(const ServerKind& kind, std::size_t connections, int core)
      : kind_(kind),
        connections_(connections),
        process_(kind, {.core = core}),
        load_(process_.port(), connections),
        works_(load_.connected()) {}

  const ServerKind& kind() const { return kind_; }

  /// Microseconds per request; 0 if the server failed, now or before.
  double measure_slice() {
    works_ = works_ && answer(2 * connections_);  // the caches hold other servers' data
    const std::int64_t before = process_.cpu_ns();
    const std::uint64_t requests = requests_of(connections_);
    works_ = works_ && answer(requests);
    if (!works_) return 0;
    return static_cast<double>(process_.cpu_ns() - before) / 1000 / static_cast<double>(requests);
  }

 private:
  bool answer(std::uint64_t requests) {
    const bool all = load_.run(requests, slice_limit);
    std::this_thread::sleep_for(settling);
    return all;
  }

  const ServerKind& kind_;
  std::size_t connections_;
  ServerProcess process_;
  LoadProcess load_;
  bool works_;
};

/// Microseconds per request, by server and round; 0 for a round in which the server failed.
using Rounds = std::map<std::string_view, std::vector<double>>;

/// Starts all servers, runs `count` rounds, and adds their results.
void run_rounds(const std::vector<const ServerKind*>& kinds, std::size_t connections,
                std::size_t count, const Cores& cores, Rounds& rounds) {
  std::vector<std::unique_ptr<RunningServer>> servers;
  for (const ServerKind* kind : kinds) {
    servers.push_back(std::make_unique<RunningServer>(*kind, connections, cores.server));
  }
  for (std::size_t round = 0; round < count; ++round) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      RunningServer& server = *servers[(i + round) % servers.size()];
      rounds[server.kind().name].push_back(server.measure_slice());
    }
  }
}

/// The ratios within the rounds, summarized; 0 if there are none.
struct Ratio {
  double median = 0;
  /// Half of the 95% confidence interval of the median, from the distance of the quartiles (McGill,
  /// Tukey and Larsen, "Variations of Box Plots", 1978).
  double uncertainty = 0;
};

Ratio paired_ratio(const Rounds& rounds, std::string_view ours, std::string_view peer) {
  std::vector<double> ratios;
  const std::vector<double>& mine = rounds.at(ours);
  const std::vector<double>& theirs = rounds.at(peer);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i] > 0 && theirs[i] > 0) ratios.push_back(mine[i] / theirs[i]);
  }
  if (ratios.empty()) return {};
  const double middle = median(ratios);  // sorts them
  const double quartiles = ratios[ratios.size() * 3 / 4] - ratios[ratios.size() / 4];
  return {middle, 1.57 * quartiles / std::sqrt(static_cast<double>(ratios.size()))};
}

struct Comparison {
  const ServerKind* peer = nullptr;
  Ratio ratio;
};

/// The peer with the largest ratio of our cost to its cost.
template <class Accept>
Comparison with_best(const std::vector<const ServerKind*>& servers, const Rounds& rounds,
                     std::string_view ours, Accept accept) {
  Comparison best;
  for (const ServerKind* kind : servers) {
    if (kind->ours || !accept(*kind)) continue;
    const Ratio ratio = paired_ratio(rounds, ours, kind->name);
    if (ratio.median > best.ratio.median) best = {kind, ratio};
  }
  return best;
}

/// The upper limit of the median. If `below`, the median must be less than it.
struct Limit {
  double value;
  bool below;
  bool holds(double measured) const { return below ? measured < value : measured <= value; }
};
constexpr Limit like_with_like = {1.05, false};
constexpr Limit below_all = {1, true};

void print_ratio(Verdicts& verdicts, const std::string& what, const Comparison& best,
                 const Limit* limit) {
  if (best.peer == nullptr) {
    std::printf("    %-32s no peer ran\n", what.c_str());
    return;
  }
  const double measured = best.ratio.median;
  std::printf("    %-32s %6.3f +- %.3f of %s", what.c_str(), measured, best.ratio.uncertainty,
              best.peer->label.data());
  if (limit != nullptr) {
    std::printf("; target %s %.2f  %s", limit->below ? "<" : "<=", limit->value,
                judge(verdicts, limit->holds(measured), "CPU, " + what, text("%.3f", measured)));
  }
  std::printf("\n");
}

void print_rounds(const std::vector<const ServerKind*>& servers, const Rounds& rounds,
                  std::size_t connections, Verdicts& verdicts) {
  std::printf("  %-34s %9s %9s %9s\n", "us a request", "median", "lowest", "highest");
  for (const ServerKind* kind : servers) {
    std::vector<double> values = rounds.at(kind->name);
    std::erase(values, 0.0);
    const double middle = median(values);
    if (values.empty()) {
      std::printf("  %-34s %9s\n", kind->label.data(), "failed");
    } else {
      std::printf("  %-34s %9.2f %9.2f %9.2f\n", kind->label.data(), middle, values.front(),
                  values.back());
    }
  }
  const std::string at = ", " + std::to_string(connections);
  const auto one_shot = [](const ServerKind& kind) { return kind.shape == Shape::one_shot; };
  const auto multishot = [](const ServerKind& kind) { return kind.shape == Shape::multishot; };
  const auto others = [](const ServerKind& kind) { return kind.shape != Shape::multishot; };
  const auto on_epoll = [](const ServerKind& kind) {
    return kind.name == "epoll" || kind.name == "libuv" || kind.name == "asio_epoll";
  };
  const auto print = [&](std::string_view ours, const char* what, auto accept, const Limit* limit) {
    print_ratio(verdicts, what + at, with_best(servers, rounds, ours, accept), limit);
  };
  print("ours", "one-shot", one_shot, &like_with_like);
  print("ours_multishot", "multishot", multishot, &like_with_like);
  print("ours_multishot", "multishot, one-shot peers", others, &below_all);
  // The best that this kernel allows there.
  print("liburing_multishot", "the same, by hand", others, nullptr);
  print("ours_epoll", "epoll, peers on epoll", on_epoll, nullptr);
  std::fflush(stdout);
}

}  // namespace

void measure_cpu(const Settings& settings, Verdicts& verdicts) {
  const std::size_t starts = settings.quick ? 1 : 4;
  const Cores cores = Cores::of_this_machine();
  std::printf("\nServer CPU per 64-byte echo, clients in another process%s\n",
              cores.server < 0 ? "; one core only, which both share" : " on another core");
  std::vector<const ServerKind*> servers;
  for (const ServerKind& kind : server_kinds()) {
    if (kind.run != nullptr && kind.name != "threads" && kind.name != "ours_coroutines") {
      servers.push_back(&kind);
    }
  }
  pin_to(cores.clients);
  for (const Stage& stage : stages) {
    const std::size_t rounds_a_start = settings.quick ? quick_rounds : stage.rounds_a_start;
    Rounds rounds;
    for (std::size_t start = 0; start < starts; ++start) {
      run_rounds(servers, stage.connections, rounds_a_start, cores, rounds);
    }
    std::printf("\n  %zu connections: %zu times %zu rounds of %llu requests\n", stage.connections,
                starts, rounds_a_start,
                static_cast<unsigned long long>(requests_of(stage.connections)));
    print_rounds(servers, rounds, stage.connections, verdicts);
  }
}

}  // namespace proactor_lab::bench
