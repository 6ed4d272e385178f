#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/figures/states/states.hpp"

namespace proactor_lab::figures {

using test::is_sane;
using test::picture;
using test::says;

namespace {

Trace many_in_flight(int count) {
  test::TraceBuilder b("many");
  b.thread_started("main");
  std::uint32_t stream = b.open("A");
  for (int i = 0; i < count; ++i) b.start(b.initiate("receive", stream, 64, "on_receive"));
  return b.finish();
}

}  // namespace

TEST_CASE("every shape of a state diagram is finite and in the picture") {
  for (const Trace& trace : {test::echo_of_two(), many_in_flight(40), test::three_threads()}) {
    Model model(trace);
    StatesOptions options;
    for (float height : {230.f, 320.f}) {
      options.height = height;
      for (std::uint32_t seq = 0; seq <= model.event_count(); ++seq) {
        options.at = {seq, 0.5f};
        REQUIRE(is_sane(states_scene(model, options)));
        REQUIRE(test::text_cut_in(states_scene(model, options)).empty());
      }
    }
  }
}

TEST_CASE("a token glides while its operation changes state") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  const OperationRecord& operation = *model.operation(2);
  for (std::uint32_t seq : {operation.submitted, operation.started, operation.queued,
                            operation.dequeued, operation.entered, operation.exited}) {
    StatesOptions options;
    options.at = {seq - 1, 0.3f};
    std::string early = picture(states_scene(model, options));
    options.at.fraction = 0.7f;
    CHECK((picture(states_scene(model, options)) != early));
  }
}

TEST_CASE("the same moment is the same state diagram") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  StatesOptions options;
  options.at = {33, 0.4f};
  CHECK((picture(states_scene(model, options)) == picture(states_scene(model, options))));
}

TEST_CASE("the state diagram keeps what comes after an open question") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  for (std::uint32_t horizon = 0; horizon <= model.event_count(); ++horizon) {
    Trace past = test::cut_after(trace, horizon);
    Model past_model(past);
    StatesOptions options;
    options.horizon = horizon;
    for (std::uint32_t seq : {horizon, horizon / 2, horizon + 3}) {
      options.at = {seq, 0.5f};
      REQUIRE(
          (picture(states_scene(model, options)) == picture(states_scene(past_model, options))));
    }
  }
}

TEST_CASE("more than twelve tokens stand as one pile with their number") {
  Trace trace = many_in_flight(37);
  Model model(trace);
  StatesOptions options;
  options.at = {model.event_count(), 0};
  CHECK(says(states_scene(model, options), "×37"));
  Trace few = many_in_flight(12);
  CHECK_FALSE(says(states_scene(Model(few), options), "×12"));
}

TEST_CASE("the followed operation wears a halo, also in a pile") {
  Trace trace = many_in_flight(37);
  Model model(trace);
  StatesOptions options;
  options.at = {model.event_count(), 0};
  std::string without = picture(states_scene(model, options));
  options.selection = {Target::Kind::operation, 20};
  CHECK((picture(states_scene(model, options)) != without));
}

TEST_CASE("abandoned is shown once it occurs") {
  test::TraceBuilder b;
  std::uint32_t operation = b.initiate("receive", b.open("A"), 64, "on_receive");
  b.start(operation);
  std::uint32_t before = b.last();
  b.add(EventKind::operation_abandoned, operation);
  Trace trace = b.finish();
  Model model(trace);
  StatesOptions options;
  options.at = {before, 0};
  CHECK_FALSE(says(states_scene(model, options), "abandoned"));
  options.at = {before + 1, 0};
  CHECK(says(states_scene(model, options), "abandoned"));
}

TEST_CASE("an abandoned operation stays in the picture, however many are done") {
  test::TraceBuilder b;
  std::uint32_t stream = b.open("A");
  std::uint32_t abandoned = b.initiate("receive", stream, 64, "on_receive");
  b.start(abandoned);
  b.add(EventKind::operation_abandoned, abandoned);
  for (int i = 0; i < 20; ++i) {
    const std::uint32_t done = b.initiate("receive", stream, 64, "on_receive");
    b.start(done);
    b.complete(done, 64);
    b.queue(done);
    b.dequeue(done);
    b.enter(done, "on_receive");
    b.leave(done);
  }
  Trace trace = b.finish();
  Model model(trace);
  StatesOptions options;
  options.at = {model.event_count(), 0};
  CHECK(says(states_scene(model, options), "abandoned"));
}

TEST_CASE("nonsense makes a state diagram and no crash") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    Trace trace = test::nonsense(seed, 200);
    Model model(trace);
    StatesOptions options;
    for (std::uint32_t seq = 0; seq <= model.event_count(); ++seq) {
      options.at = {seq, 0.6f};
      REQUIRE(is_sane(states_scene(model, options)));
    }
  }
}

}  // namespace proactor_lab::figures
