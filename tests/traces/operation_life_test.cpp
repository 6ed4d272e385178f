// The fold of an operation's events, called directly: full lives, multishot ones, and traces with
// gaps.
#include "traces/model/operation_life.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace proactor_lab;

Event event_of(EventKind kind, bool more = false) {
  Event event;
  event.kind = kind;
  event.operation = 1;
  event.more = more;
  return event;
}

/// The life's state after these events.
OperationState after(OperationLife& life, std::initializer_list<Event> events) {
  for (const Event& event : events) life.follow(event);
  return life.state();
}

constexpr bool more = true;

}  // namespace

TEST_CASE("an operation goes through its states, one completion long") {
  using enum EventKind;
  OperationLife life;
  CHECK(after(life, {event_of(operation_initiated)}) == OperationState::initiated);
  CHECK(after(life, {event_of(operation_submitted)}) == OperationState::submitted);
  CHECK(after(life, {event_of(operation_started)}) == OperationState::in_flight);
  CHECK(life.follow(event_of(bytes_moved)) == OperationLife::no_completion);
  CHECK(life.follow(event_of(operation_completed)) == 0);
  CHECK(life.is_last(0));
  CHECK(life.state() == OperationState::completed);
  CHECK(after(life, {event_of(completion_queued)}) == OperationState::queued);
  CHECK_FALSE(life.last_dequeued());
  CHECK(after(life, {event_of(completion_dequeued)}) == OperationState::queued);
  CHECK(life.last_dequeued());
  CHECK(after(life, {event_of(handler_entered)}) == OperationState::handling);
  CHECK(after(life, {event_of(handler_exited)}) == OperationState::done);
  CHECK(life.is_over());
}

TEST_CASE("a multishot operation stays in flight until its last completion") {
  using enum EventKind;
  OperationLife life;
  after(life, {event_of(operation_started), event_of(operation_completed, more),
               event_of(operation_completed, more), event_of(completion_queued)});
  CHECK(life.state() == OperationState::in_flight);
  CHECK(life.follow(event_of(completion_queued)) == 1);
  CHECK(life.follow(event_of(completion_dequeued, more)) == 0);
  CHECK(life.follow(event_of(handler_entered)) == 0);
  CHECK(life.follow(event_of(operation_completed)) == 2);
  CHECK(life.state() == OperationState::completed);
  CHECK(life.follow(event_of(handler_exited)) == 0);
  CHECK(life.state() == OperationState::completed);
  after(life, {event_of(completion_queued), event_of(completion_dequeued, more),
               event_of(handler_entered), event_of(handler_exited)});
  CHECK(life.state() == OperationState::queued);
  CHECK(after(life, {event_of(completion_dequeued), event_of(handler_entered)}) ==
        OperationState::handling);
  CHECK(after(life, {event_of(handler_exited)}) == OperationState::done);
}

TEST_CASE("a life whose trace shows little goes as far as it shows, and never back") {
  using enum EventKind;
  SECTION("a handler, as Asio's log has it") {
    OperationLife life;
    CHECK(after(life, {event_of(operation_initiated), event_of(handler_entered)}) ==
          OperationState::handling);
    CHECK(after(life, {event_of(handler_exited)}) == OperationState::done);
  }
  SECTION("a completion of an operation that was never seen to begin") {
    OperationLife life;
    CHECK(after(life, {event_of(operation_completed)}) == OperationState::completed);
    CHECK(after(life, {event_of(operation_submitted)}) == OperationState::completed);
  }
  SECTION("more completions leave the queue than were seen to come") {
    OperationLife life;
    CHECK(after(life, {event_of(completion_dequeued, more)}) == OperationState::none);
    CHECK(after(life, {event_of(completion_dequeued)}) == OperationState::queued);
  }
  SECTION("an operation that is abandoned hears of nothing more") {
    OperationLife life;
    after(life, {event_of(operation_initiated), event_of(operation_abandoned)});
    CHECK(after(life, {event_of(handler_exited)}) == OperationState::abandoned);
  }
}
