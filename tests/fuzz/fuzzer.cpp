#include "tests/fuzz/fuzzer.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "tests/fuzz/live_stage.hpp"
#include "tests/fuzz/simulated_stage.hpp"

namespace proactor_lab::fuzz {
namespace {

bool something_pends(const Outcome& outcome) {
  return std::any_of(outcome.begin(), outcome.end(), [](const std::string& each) {
    return each == "pending" || each == "not begun";
  });
}

/// Programs that are simpler than `program` by one change, the greatest changes first.
std::vector<Program> simpler(const Program& program) {
  std::vector<Program> all;
  for (std::size_t i = program.steps.size(); i-- > 0;) all.push_back(without(program, i));
  const auto add = [&](std::size_t index, auto&& change) {
    Program changed = program;
    change(changed.steps[index]);
    mend(changed);
    if (changed != program) all.push_back(std::move(changed));
  };
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    add(i, [](Step& s) { s = {.opcode = Opcode::no_op, .link = s.link, .after = s.after}; });
    add(i, [](Step& s) { s.link = Link::none; });
    add(i, [](Step& s) { s.after = no_step; });
    add(i, [](Step& s) { s.many = false; });
    add(i, [](Step& s) { s.offset = 0; });
    if (step.length > 4) add(i, [](Step& s) { s.length = 4; });
    if (step.length > 1) add(i, [](Step& s) { s.length = 1; });
    if (step.link == Link::hard) add(i, [](Step& s) { s.link = Link::soft; });
  }
  return all;
}

}  // namespace

Judgement Fuzzer::judge(const Program& program, int plays) const {
  std::set<std::pair<std::size_t, Outcome>> unexplained;
  for (std::size_t arm = 0; arm < arms_.size(); ++arm) {
    for (int i = 0; i < plays; ++i) {
      unexplained.emplace(arm, arms_[arm].play(program, config_.patience));
    }
  }
  Judgement judgement;
  const SearchResult search = search_worlds(config_.search, [&](ChoiceSource& choices) {
    Outcome outcome = play_simulated(program, choices);
    std::erase_if(unexplained, [&](const auto& each) { return each.second == outcome; });
    judgement.allowed.insert(std::move(outcome));
    return unexplained.empty();
  });
  judgement.worlds = search.worlds;
  if (search.end == SearchEnd::budget) judgement.verdict = Verdict::not_judged;
  if (search.end != SearchEnd::exhausted) return judgement;
  for (const auto& [arm, outcome] : unexplained) {
    judgement.seen = outcome;
    if (!something_pends(outcome) || confirm(program, arms_[arm], judgement)) {
      judgement.verdict = Verdict::diverges;
      judgement.arm = arms_[arm].name;
      break;
    }
  }
  return judgement;
}

/// Not only slow: with much patience there is an outcome, too, that is not allowed.
bool Fuzzer::confirm(const Program& program, const Arm& arm, Judgement& judgement) const {
  for (int i = 0; i < config_.confirmations; ++i) {
    judgement.seen = arm.play(program, config_.much_patience);
    if (!judgement.allowed.contains(judgement.seen)) return true;
  }
  return false;
}

Divergence Fuzzer::shrink(const Program& program, const Judgement& judgement) const {
  Divergence divergence{program, program, judgement};
  int attempts = 0;
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (const Program& candidate : simpler(divergence.shrunk)) {
      if (++attempts > config_.shrink_attempts) return divergence;
      Judgement judged = judge(candidate, config_.shrink_plays);
      if (judged.verdict != Verdict::diverges) continue;
      divergence.shrunk = candidate;
      divergence.judgement = std::move(judged);
      smaller = true;
      break;
    }
  }
  return divergence;
}

std::vector<Arm> live_arms() {
  // The file is shared by whoever keeps one of the arms.
  const auto file = std::make_shared<LiveFile>();
  std::vector<Arm> arms;
  for (const LiveSystem system : {LiveSystem::io_uring, LiveSystem::epoll}) {
    if (!refusal_of(system).empty()) continue;
    arms.push_back({name_of(system), [system, file](const Program& program, Duration patience) {
                      return play_live(program, system, patience, *file);
                    }});
  }
  return arms;
}

Arm usual_arm() {
  const auto seed = std::make_shared<std::uint64_t>(0);
  return {"sim", [seed](const Program& program, Duration) {
            SeededChoices choices(++*seed);
            return play_simulated(program, choices, Pace::usual);
          }};
}

std::string to_text(const Program& program, const Judgement& judgement) {
  constexpr std::size_t shown_max = 20;
  std::string text = to_text(program);
  text += "seen on " + judgement.arm + ":\n  " + to_text(judgement.seen) + '\n';
  text += "allowed (" + std::to_string(judgement.allowed.size()) + "):\n";
  std::size_t shown = 0;
  for (const Outcome& outcome : judgement.allowed) {
    if (++shown > shown_max) return text + "  ...\n";
    text += "  " + to_text(outcome) + '\n';
  }
  return text;
}

}  // namespace proactor_lab::fuzz
