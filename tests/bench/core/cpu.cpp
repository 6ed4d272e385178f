// Server CPU per request, in user and in kernel mode: what batching and multishot save shows here.
// The figures swing with the machine's day, so every round runs every server once, in turned order,
// and what is judged is the median of the ratios within the rounds.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/core/load.hpp"
#include "tests/bench/core/sections.hpp"
#include "tests/bench/core/server_process.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::array<std::size_t, 3> connection_counts = {32, 256, 2000};

std::optional<double> cpu_us(const ServerKind& kind, std::size_t connections,
                             std::uint64_t requests, const Cores& cores) {
  ServerOptions options;
  options.warm_up = 2 * connections + 2000;
  options.requests = requests;
  options.core = cores.server;
  ServerProcess server(kind, options);
  if (server.port() == 0) return {};
  Load load(server.port());
  if (!load.connect(connections) || !load.run_until_closed(std::chrono::seconds(20))) return {};
  const ServerReport report = server.report();
  if (!report.whole) return {};
  return static_cast<double>(report.usage.cpu_ns) / 1000 / static_cast<double>(requests);
}

/// Microseconds a request by server and round; a round in which a server failed has a 0.
using Rounds = std::map<std::string_view, std::vector<double>>;

Rounds run_rounds(const std::vector<const ServerKind*>& servers, std::size_t connections,
                  int round_count, std::uint64_t requests, const Cores& cores) {
  Rounds rounds;
  for (int round = 0; round < round_count; ++round) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      const ServerKind& kind = *servers[(i + static_cast<std::size_t>(round)) % servers.size()];
      rounds[kind.name].push_back(cpu_us(kind, connections, requests, cores).value_or(0));
    }
  }
  return rounds;
}

/// The median of the ratios within the rounds; 0 where there is none.
double paired_ratio(const Rounds& rounds, std::string_view ours, std::string_view peer) {
  std::vector<double> ratios;
  const std::vector<double>& mine = rounds.at(ours);
  const std::vector<double>& theirs = rounds.at(peer);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i] > 0 && theirs[i] > 0) ratios.push_back(mine[i] / theirs[i]);
  }
  return median(ratios);
}

struct Comparison {
  const ServerKind* peer = nullptr;
  double ratio = 0;
};

/// The peer that leaves us looking worst.
template <class Accept>
Comparison with_best(const std::vector<const ServerKind*>& servers, const Rounds& rounds,
                     std::string_view ours, Accept accept) {
  Comparison best;
  for (const ServerKind* kind : servers) {
    if (kind->ours || !accept(*kind)) continue;
    const double ratio = paired_ratio(rounds, ours, kind->name);
    if (ratio > best.ratio) best = {kind, ratio};
  }
  return best;
}

void print_ratio(Verdicts* verdicts, const char* what, const Comparison& best, double limit) {
  if (best.peer == nullptr) {
    std::printf("    %-32s no peer ran\n", what);
    return;
  }
  std::printf("    %-32s %5.2f of %s", what, best.ratio, best.peer->label.data());
  if (verdicts != nullptr) {
    std::printf("; target <= %.2f  %s", limit,
                judge(*verdicts, best.ratio <= limit, std::string("CPU, ") + what,
                      text("%.3f", best.ratio)));
  }
  std::printf("\n");
}

void print_rounds(const std::vector<const ServerKind*>& servers, const Rounds& rounds,
                  std::size_t connections, Verdicts& verdicts) {
  std::printf("\n  %4zu connections%18s %9s %9s %9s\n", connections, "us/request:", "median",
              "lowest", "highest");
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
  print_ratio(&verdicts, ("one-shot" + at).c_str(),
              with_best(servers, rounds, "ours",
                        [](const ServerKind& k) { return k.shape == Shape::one_shot; }),
              1.05);
  print_ratio(&verdicts, ("multishot" + at).c_str(),
              with_best(servers, rounds, "ours_multishot",
                        [](const ServerKind& k) { return k.shape == Shape::multishot; }),
              1.05);
  print_ratio(&verdicts, ("multishot, one-shot peers" + at).c_str(),
              with_best(servers, rounds, "ours_multishot",
                        [](const ServerKind& k) { return k.shape != Shape::multishot; }),
              0.999);
  // What this kernel leaves to be had there.
  print_ratio(nullptr, ("the same, by hand" + at).c_str(),
              with_best(servers, rounds, "liburing_multishot",
                        [](const ServerKind& k) { return k.shape != Shape::multishot; }),
              0);
  print_ratio(nullptr, ("epoll, peers on epoll" + at).c_str(),
              with_best(servers, rounds, "ours_epoll",
                        [](const ServerKind& k) {
                          return k.name == "epoll" || k.name == "libuv" || k.name == "asio_epoll";
                        }),
              0);
  std::fflush(stdout);
}

}  // namespace

void measure_cpu(const Settings& settings, Verdicts& verdicts) {
  const int round_count = settings.quick ? 3 : 41;
  const std::uint64_t requests = settings.quick ? 15'000 : 20'000;
  const Cores cores = Cores::of_this_machine();
  std::printf(
      "\nServer CPU per 64-byte echo: %d rounds of %llu requests, clients in another process%s\n",
      round_count, static_cast<unsigned long long>(requests),
      cores.server < 0 ? "; one core only, which both share" : " on another core");
  std::vector<const ServerKind*> servers;
  for (const ServerKind& kind : server_kinds()) {
    if (kind.run != nullptr && kind.name != "threads" && kind.name != "ours_coroutines") {
      servers.push_back(&kind);
    }
  }
  pin_to(cores.clients);
  for (const std::size_t connections : connection_counts) {
    print_rounds(servers, run_rounds(servers, connections, round_count, requests, cores),
                 connections, verdicts);
  }
}

}  // namespace proactor_lab::bench
