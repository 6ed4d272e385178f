// A multishot operation with very many completions: each event finds its own among them, and the
// interaction diagram is laid out, in time that grows with their number and not with its square.
#include "tests/support/catch.hpp"
#include "traces/figures/interaction/interaction_layout.hpp"
#include "traces/model/model.hpp"

namespace {

using namespace proactor_lab;

constexpr std::uint32_t count = 50'000;

class Recording {
 public:
  Trace trace;

  std::uint32_t add(EventKind kind, bool more = false, std::int64_t value = 0) {
    Event event;
    event.seq = static_cast<std::uint32_t>(trace.events.size()) + 1;
    event.time_ns = event.seq;
    event.kind = kind;
    event.operation = 1;
    event.more = more;
    event.value = value;
    trace.events.push_back(event);
    return event.seq;
  }
};

/// Every completion is queued before the one before it is dequeued.
Trace one_that_completes_often() {
  using enum EventKind;
  Recording run;
  run.add(operation_initiated);
  run.add(operation_started);
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool more = i + 1 < count;
    run.add(operation_completed, more, i);
    run.add(completion_queued);
    if (i > 0) run.add(completion_dequeued, true, i - 1);
    if (i > 0) run.add(handler_entered);
    if (i > 0) run.add(handler_exited);
  }
  run.add(completion_dequeued, false, count - 1);
  run.add(handler_entered);
  run.add(handler_exited);
  return std::move(run.trace);
}

}  // namespace

TEST_CASE("each of very many completions is found by its events") {
  const Trace trace = one_that_completes_often();
  const Model model(trace);
  const OperationRecord& operation = model.operations().front();
  const std::vector<CompletionRecord> all = model.completions(operation);
  REQUIRE(all.size() == count);
  CHECK_FALSE(model.completion_about(operation.started));
  for (std::uint32_t seq = operation.started + 1; seq <= model.event_count(); ++seq) {
    const auto about = model.completion_about(seq);
    if (!about) FAIL("#" << seq << " is about no completion");
    const auto result = static_cast<std::size_t>(about->result);
    if (about->queued != all[result].queued) FAIL("#" << seq);
  }

  SECTION("those of a moment are the two that are alive then") {
    const std::uint32_t queued = all[count / 2].queued;
    const auto alive = model.completions_between(operation, queued, queued);
    REQUIRE(alive.size() == 2);
    CHECK(alive.front().result == count / 2 - 1);
    CHECK(alive.back().result == count / 2);
    CHECK(model.completions_between(operation, 1, 2).empty());
  }
  SECTION("each one's stay in the queue ends when it is taken") {
    const figures::InteractionLayout layout(model);
    for (const CompletionRecord& each : all) {
      if (layout.queue_stay(0, each).end != each.dequeued) FAIL("queued at #" << each.queued);
    }
  }
}
