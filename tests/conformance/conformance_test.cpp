// Proves that the simulated system is faithful. For each behaviour, every outcome of the live
// kernel is in the set of outcomes that the simulator allows, and enough of that set was seen live.
//
//   build/dev/bin/tests_conformance         prints the table; fails if this does not hold
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <system_error>

#include "sim/explore/enumeration.hpp"
#include "sim/system/not_modelled.hpp"
#include "tests/conformance/behaviour.hpp"
#include "tests/support/catch.hpp"

namespace proactor_lab::conformance {
namespace {

/// Maximum number of worlds examined per variant of a behaviour.
constexpr std::size_t worlds_max = 5000;

struct Allowed {
  std::set<std::string> outcomes;
  std::vector<std::set<std::string>> by_variant;
  std::size_t worlds = 0;
  bool cut = false;     // there are more worlds than were examined
  std::string refusal;  // message for a world that is not modelled; empty if there was none
};

Allowed enumerate(const Behaviour& behaviour, KernelFreedom freedom) {
  Allowed allowed;
  for (int variant = 0; variant < behaviour.variants; ++variant) {
    allowed.by_variant.emplace_back();
    Enumeration choices;
    bool more = true;
    while (more && choices.runs() <= worlds_max) {
      {
        Machine machine(behaviour.needs, {SystemKind::simulated, &choices, variant, 0, freedom});
        try {
          const std::string outcome = behaviour.body(machine);
          allowed.outcomes.insert(outcome);
          allowed.by_variant.back().insert(outcome);
        } catch (const NotModelled& refusal) {
          allowed.refusal = refusal.what();
        }
      }
      ++allowed.worlds;
      more = choices.advance();
    }
    allowed.cut |= more;
  }
  return allowed;
}

std::vector<Behaviour> all_behaviours() {
  std::vector<Behaviour> all;
  for (const auto& group :
       {cancelling_behaviours(), chain_behaviours(), timeout_behaviours(), stream_behaviours(),
        ending_behaviours(), waiting_behaviours(), connection_behaviours(), buffer_behaviours(),
        ring_behaviours(), drain_behaviours(), skipping_behaviours()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

/// Why the kernel refuses a ring; empty if it does not.
std::string refusal() {
  try {
    SeededChoices nobody(1);
    const Machine machine({}, {SystemKind::io_uring, &nobody, 0, 0});
    return {};
  } catch (const std::system_error& error) {
    return error.what();
  }
}

/// PROACTOR_LAB_PATIENCE=100 makes a hundred times as many live runs, to find rare outcomes.
unsigned patience() {
  const char* const times = std::getenv("PROACTOR_LAB_PATIENCE");
  return times == nullptr ? 1 : std::max(1u, static_cast<unsigned>(std::atoi(times)));
}

std::string listed(const std::set<std::string>& outcomes) {
  std::string list;
  for (const std::string& each : outcomes) list += "\n    " + each;
  return list;
}

struct Probe {
  unsigned runs = 0;
  std::set<std::string> seen;
  std::map<std::string, unsigned> counts;  ///< by variant and outcome
};

std::string key_of(int variant, const std::string& outcome) {
  return std::to_string(variant) + ": " + outcome;
}

/// With usual freedom each variant has exactly one outcome, and it is the most frequent one live.
void check_usual(const Behaviour& behaviour, const Allowed& usual, const Probe& live) {
  for (int variant = 0; variant < behaviour.variants; ++variant) {
    const std::set<std::string>& outcomes = usual.by_variant[static_cast<std::size_t>(variant)];
    INFO(behaviour.name << ", set up in way " << variant
                        << ", with usual freedom:" << listed(outcomes));
    CHECK(outcomes.size() == 1);
    unsigned runs = 0;
    for (const auto& [key, count] : live.counts) {
      if (key.starts_with(key_of(variant, ""))) runs += count;
    }
    const auto found = live.counts.find(key_of(variant, *outcomes.begin()));
    CHECK((runs == 0 || (found != live.counts.end() && 2 * found->second >= runs)));
  }
}

void probe(const Behaviour& behaviour, const Allowed& allowed, SystemKind kind, unsigned runs,
           Probe& probe) {
  SeededChoices nobody(1);
  const auto variants = static_cast<unsigned>(behaviour.variants);
  for (unsigned number = 0; number < std::max(runs * patience(), 2 * variants); ++number) {
    const auto variant = static_cast<int>(number / 2 % variants);
    std::string outcome;
    {
      Machine machine(behaviour.needs, {kind, &nobody, variant, number});
      outcome = behaviour.body(machine);
    }
    ++probe.runs;
    if (kind == SystemKind::io_uring) ++probe.counts[key_of(variant, outcome)];
    if (allowed.outcomes.count(outcome) > 0) {
      probe.seen.insert(outcome);
      continue;
    }
    FAIL_CHECK(behaviour.name << " (" << behaviour.restates << "), set up in way " << variant
                              << ": on " << (kind == SystemKind::epoll ? "epoll" : "io_uring")
                              << " this happened,\n    " << outcome
                              << "\n  which the simulator cannot do; it can"
                              << listed(allowed.outcomes));
    return;
  }
}

}  // namespace

TEST_CASE("what the kernel does, the simulator can do, and half of what it can was seen") {
  std::signal(SIGPIPE, SIG_IGN);  // live, a write to a broken pipe raises it
  const std::string refused = refusal();
  if (!refused.empty()) std::printf("io_uring is refused (%s): epoll only\n", refused.c_str());
  const char* const only = std::getenv("PROACTOR_LAB_BEHAVIOUR");
  std::size_t allowed_in_all = 0;
  std::size_t seen_in_all = 0;
  unsigned probed_in_all = 0;
  std::printf("%-34s %8s %8s %6s\n", "behaviour", "allowed", "probed", "seen");
  for (const Behaviour& behaviour : all_behaviours()) {
    if (only != nullptr && std::string_view(behaviour.name).find(only) == std::string_view::npos) {
      continue;
    }
    const Allowed allowed = enumerate(behaviour, KernelFreedom::full);
    const Allowed usual = enumerate(behaviour, KernelFreedom::usual);
    for (const std::string& outcome : usual.outcomes) {
      if (allowed.cut || behaviour.refused || allowed.outcomes.count(outcome) > 0) continue;
      FAIL_CHECK(behaviour.name << ": with usual freedom this can happen,\n    " << outcome
                                << "\n  and with full freedom it cannot; there can"
                                << listed(allowed.outcomes));
    }
    CHECK(behaviour.refused == !allowed.refusal.empty());
    if (behaviour.refused) {
      std::printf("%-34s %s\n", behaviour.name, allowed.refusal.c_str());
      continue;
    }
    Probe live;
    if (refused.empty()) {
      probe(behaviour, allowed, SystemKind::io_uring, behaviour.live_runs, live);
    }
    if (behaviour.on_epoll) {
      probe(behaviour, allowed, SystemKind::epoll, behaviour.live_runs / 3, live);
    }
    if (behaviour.usually) check_usual(behaviour, usual, live);
    if (live.runs == 0) continue;
    std::printf("%-34s %8zu %8u %6zu%s\n", behaviour.name, allowed.outcomes.size(), live.runs,
                live.seen.size(), allowed.cut ? "  (more worlds than were looked at)" : "");
    if (only != nullptr || std::getenv("PROACTOR_LAB_OUTCOMES") != nullptr) {
      for (const std::string& outcome : allowed.outcomes) {
        std::printf("    %s%s %s\n", live.seen.count(outcome) > 0 ? "seen  " : "unseen",
                    usual.outcomes.count(outcome) > 0 ? " (usual)" : "", outcome.c_str());
      }
    }
    allowed_in_all += allowed.outcomes.size();
    seen_in_all += live.seen.size();
    probed_in_all += live.runs;
  }
  std::printf("%-34s %8zu %8u %6zu\n", "in all", allowed_in_all, probed_in_all, seen_in_all);
  REQUIRE(probed_in_all > 0);  // a name that no behaviour has must not pass
  CHECK(2 * seen_in_all >= allowed_in_all);
}

}  // namespace proactor_lab::conformance
