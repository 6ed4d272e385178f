// The schedule: in which order events come back, and which are announced before they come.
#include "sim/time/schedule.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "sim/time/choice_source.hpp"
#include "tests/support/catch.hpp"

using namespace proactor_lab;

namespace {

/// Its events are numbered by their subject. Each is announced before it comes, and never
/// afterwards.
class Listener final : public EventTarget {
 public:
  void on_event(const ScheduledEvent& event) override { ++happened[event.subject]; }
  void expect(const ScheduledEvent& event, std::uint32_t step) override {
    CHECK(step < expect_steps);
    late += happened.contains(event.subject) ? 1 : 0;
    told_steps[event.subject] |= 1u << step;
  }

  std::map<std::uint32_t, int> happened;
  std::map<std::uint32_t, std::uint32_t> told_steps;  // as bits
  int late = 0;
};

/// A separate schedule with `pending` events. Each event that comes schedules one successor, two,
/// or none, until `events` of them have come.
struct Turning {
  Turning(std::uint32_t pending, std::uint32_t events) {
    for (std::uint32_t i = 0; i < pending; ++i) add();
    while (came.size() < events && !schedule.empty()) {
      const ScheduledEvent event = schedule.next();
      came.push_back(event.subject);
      CHECK(schedule.now() == times[event.subject]);
      event.target->on_event(event);
      const std::uint32_t successors = random() % 16;
      if (successors != 0) add();
      if (successors == 15) add();
    }
  }

  void add() {
    const Instant time = schedule.now() + Duration{1 + random() % 1'000'000'000};
    const auto number = static_cast<std::uint32_t>(times.size());
    times.push_back(time);
    schedule.at(time, {.target = &listener, .subject = number});
  }

  std::mt19937 random{11};
  SeededChoices choices{1};
  Schedule schedule{choices};
  Listener listener;
  std::vector<Instant> times;  // by event
  std::vector<std::uint32_t> came;
};

}  // namespace

TEST_CASE("each event comes once, when it is due, however many come and go") {
  for (const std::uint32_t pending : {1u, 2u, 7u, 300u, 5'000u}) {
    const Turning world(pending, 20'000);
    CHECK(world.listener.happened.size() == world.came.size());
    CHECK(std::is_sorted(world.came.begin(), world.came.end(), [&](auto one, auto other) {
      return world.times[one] < world.times[other];
    }));
  }
}

TEST_CASE("where many events wait, most are announced step by step; where few do, none is") {
  const Turning many(5'000, 20'000);
  CHECK(many.listener.late == 0);
  const std::uint32_t all_steps = (1u << EventTarget::expect_steps) - 1;
  std::size_t prepared = 0;
  for (const std::uint32_t event : many.came) {
    const auto told = many.listener.told_steps.find(event);
    prepared += told != many.listener.told_steps.end() && told->second == all_steps ? 1 : 0;
  }
  CHECK(prepared > many.came.size() * 9 / 10);
  CHECK(Turning(300, 20'000).listener.told_steps.empty());
}
