#include "tests/fuzz/fuzzer.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "sim/system/not_modelled.hpp"
#include "tests/fuzz/live_stage.hpp"
#include "tests/fuzz/shrink.hpp"
#include "tests/fuzz/simulated_stage.hpp"

namespace proactor_lab::fuzz {
namespace {

/// Ends a world as soon as it can no longer show an unexplained outcome.
class Guide final : public Watcher {
 public:
  explicit Guide(Unexplained& unexplained) : unexplained_(unexplained) {}
  bool on_event(const Event& event) override { return unexplained_.accepts(event); }
  bool on_end_of_phase(int phase) override { return unexplained_.accepts_end_of_phase(phase); }

 private:
  Unexplained& unexplained_;
};

/// epoll has no cancel_now. With the last descriptor in use it cannot free a number on which an
/// operation waits, and it is not notified of a shutdown that changes nothing.
bool suits_epoll(const Program& program) {
  const bool asks_now = std::any_of(program.steps.begin(), program.steps.end(),
                                    [](const Step& step) { return step.now; });
  const bool runs_out =
      std::any_of(program.phases.begin(), program.phases.end(), [](const Phase& phase) {
        return std::any_of(phase.acts.begin(), phase.acts.end(),
                           [](const Act& act) { return act.kind == ActKind::run_out; });
      });
  return !asks_now &&
         !(runs_out && (program.uses(Opcode::close) || program.uses(Opcode::shutdown)));
}

/// Number of equal events at the beginning of both.
std::size_t common_events(const Outcome& a, const Outcome& b) {
  const auto ends =
      std::mismatch(a.events.begin(), a.events.end(), b.events.begin(), b.events.end());
  return static_cast<std::size_t>(ends.first - a.events.begin());
}

}  // namespace

SearchEnd Fuzzer::explain(const Program& program, Unexplained& unexplained,
                          Judgement& judgement) const {
  if (unexplained.empty()) return SearchEnd::found;
  const SearchResult search = search_worlds(config_.search, [&](ChoiceSource& choices) {
    Guide guide(unexplained);
    unexplained.begin_world();
    try {
      unexplained.explain(play_simulated(program, choices, Pace::free, &guide));
    } catch (const Abandoned&) {
    } catch (const NotModelled& reason) {
      judgement.refusal = reason.what();
    }
    return unexplained.empty();
  });
  judgement.worlds += search.worlds;
  return search.end;
}

Judgement Fuzzer::judge(const Program& program, int plays, const std::string& only_arm) const {
  Judgement judgement;
  Unexplained unexplained;
  const auto play_on = [&](const Arm& arm, int times, Duration patience) {
    for (int i = 0; i < times; ++i) {
      try {
        unexplained.add(arm.play(program, patience), arm.compared, arm.name);
      } catch (const NotModelled& reason) {
        judgement.refusal = reason.what();
      }
    }
  };
  for (const Arm& arm : arms_) {
    if (arm.can_play && !arm.can_play(program)) continue;
    if (only_arm.empty() || arm.name == only_arm) play_on(arm, plays, config_.patience);
  }
  for (int round = 0;; ++round) {
    const SearchEnd end = explain(program, unexplained, judgement);
    if (end == SearchEnd::found) {
      if (round > 0) judgement.verdict = Verdict::slow;
      return judgement;
    }
    if (!judgement.refusal.empty()) {
      judgement.verdict = Verdict::refused;
      return judgement;
    }
    if (end == SearchEnd::budget) {
      judgement.verdict = Verdict::not_judged;
      return judgement;
    }
    const Unexplained::Seen seen = unexplained.first();
    if (round > 0 || !seen.outcome.may_be_slow) {
      judgement.verdict = Verdict::diverges;
      judgement.arm = seen.arm;
      judgement.seen = seen.outcome;
      return judgement;
    }
    // Checks that it is not merely slow: also with much patience there must be an outcome that no
    // world has.
    unexplained = {};
    for (const Arm& arm : arms_) {
      if (arm.name == seen.arm) play_on(arm, config_.confirmations, config_.much_patience);
    }
  }
}

Divergence Fuzzer::shrink(const Program& program, const Judgement& judgement) const {
  Divergence divergence{program, program, judgement};
  divergence.shrunk = fuzz::shrink(
      program,
      [&](const Program& candidate) {
        Judgement judged = judge(candidate, config_.shrink_plays, judgement.arm);
        if (judged.verdict != Verdict::diverges) return false;
        divergence.judgement = std::move(judged);
        return true;
      },
      config_.shrink_attempts);
  return divergence;
}

std::vector<Outcome> Fuzzer::outcomes_near(const Program& program, const Outcome& seen) const {
  constexpr std::size_t shown_max = 4;
  std::set<Outcome> all;
  search_worlds(config_.search, [&](ChoiceSource& choices) {
    try {
      all.insert(play_simulated(program, choices));
    } catch (const NotModelled&) {
    }
    return all.size() > 2000;
  });
  std::vector<Outcome> near(all.begin(), all.end());
  std::stable_sort(near.begin(), near.end(), [&](const Outcome& a, const Outcome& b) {
    return common_events(a, seen) > common_events(b, seen);
  });
  near.resize(std::min(near.size(), shown_max));
  return near;
}

std::string Fuzzer::to_text(const Program& program, const Judgement& judgement) const {
  std::string text = fuzz::to_text(program);
  text += "seen on " + judgement.arm + ":\n  " + fuzz::to_text(judgement.seen) + '\n';
  text += "the nearest of the simulated worlds:\n";
  for (const Outcome& outcome : outcomes_near(program, judgement.seen)) {
    text += "  " + fuzz::to_text(outcome) + '\n';
  }
  return text;
}

std::vector<Arm> live_arms(Watchdog& watchdog) {
  // Shared by all arms; each arm keeps it alive.
  const auto ground = std::make_shared<LiveGround>();
  std::vector<Arm> arms;
  for (const LiveSystem system : live_systems) {
    if (!refusal_of(system).empty()) continue;
    Arm arm{.name = name_of(system),
            .play = [system, ground, &watchdog](const Program& program, Duration patience) {
              const Watchdog::Guard guard(watchdog, program, name_of(system));
              return play_live(program, system, patience, *ground);
            }};
    if (system == LiveSystem::epoll) {
      arm.compared = Compared::each_step;
      arm.can_play = suits_epoll;
    }
    arms.push_back(std::move(arm));
  }
  return arms;
}

Arm usual_arm() {
  const auto seed = std::make_shared<std::uint64_t>(0);
  return {.name = "sim", .play = [seed](const Program& program, Duration) {
            SeededChoices choices(++*seed);
            Outcome outcome = play_simulated(program, choices, Pace::usual);
            outcome.may_be_slow = false;  // its time is simulated
            return outcome;
          }};
}

}  // namespace proactor_lab::fuzz
