#include "tests/fuzz/outcome.hpp"

#include <algorithm>

namespace proactor_lab::fuzz {

std::string to_text(const Outcome& outcome) {
  std::string text;
  int phase = 0;
  for (const Event& event : outcome.events) {
    for (; phase < event.phase; ++phase) text += "| ";
    text += std::to_string(event.step) + '=' + event.text + ' ';
  }
  if (!text.empty()) text.pop_back();
  return outcome.ending.empty() ? text : text + "; " + outcome.ending;
}

Outcome sorted_by_step(Outcome outcome) {
  std::stable_sort(outcome.events.begin(), outcome.events.end(),
                   [](const Event& a, const Event& b) {
                     return a.phase != b.phase ? a.phase < b.phase : a.step < b.step;
                   });
  return outcome;
}

void Unexplained::add(const Outcome& outcome, Compared compared, const std::string& arm) {
  Outcome kept = compared == Compared::each_step ? sorted_by_step(outcome) : outcome;
  for (const Wanted& each : wanted_) {
    if (each.compared == compared && each.outcome == kept) return;
  }
  wanted_.push_back({{std::move(kept), compared, arm}, {}, 0, true});
}

void Unexplained::begin_world() {
  for (Wanted& each : wanted_) {
    each.found.assign(each.outcome.events.size(), 0);
    each.count = 0;
    each.possible = true;
  }
}

bool Unexplained::accept(Wanted& wanted, const Event& event) {
  const std::vector<Event>& events = wanted.outcome.events;
  if (wanted.compared == Compared::whole_order) {
    return wanted.count < events.size() && events[wanted.count++] == event;
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (wanted.found[i] != 0 || events[i].step != event.step) continue;
    if (events[i] != event) return false;  // its next completion is a different one
    wanted.found[i] = 1;
    ++wanted.count;
    return true;
  }
  return false;
}

bool Unexplained::any_possible() const {
  return std::any_of(wanted_.begin(), wanted_.end(), [](const Wanted& w) { return w.possible; });
}

bool Unexplained::accepts(const Event& event) {
  for (Wanted& each : wanted_) each.possible = each.possible && accept(each, event);
  return any_possible();
}

bool Unexplained::accepts_end_of_phase(int phase) {
  for (Wanted& each : wanted_) {
    const auto& events = each.outcome.events;
    const auto until_here = std::count_if(events.begin(), events.end(),
                                          [&](const Event& e) { return e.phase <= phase; });
    each.possible = each.possible && static_cast<std::size_t>(until_here) == each.count;
  }
  return any_possible();
}

void Unexplained::explain(const Outcome& outcome) {
  Outcome sorted = sorted_by_step(outcome);
  std::erase_if(wanted_, [&](const Wanted& each) {
    return each.outcome == (each.compared == Compared::whole_order ? outcome : sorted);
  });
}

}  // namespace proactor_lab::fuzz
