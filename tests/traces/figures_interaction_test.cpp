#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab::figures {

using test::cut_after;
using test::is_sane;
using test::picture;
using test::says;

namespace {

/// A server's run with `count` requests, of which `at_once` are always in flight.
Trace busy(int count, int at_once) {
  test::TraceBuilder b("busy");
  b.thread_started("main");
  std::uint32_t stream = b.open("A");
  std::vector<std::uint32_t> open;
  for (int i = 0; i < count; ++i) {
    open.push_back(b.initiate("receive", stream, 64, "on_receive"));
    b.submit(open.back());
    b.start(open.back());
    if (static_cast<int>(open.size()) < at_once) continue;
    std::uint32_t served = open[static_cast<std::size_t>(i) % open.size()];
    open.erase(open.begin() + i % static_cast<int>(open.size()));
    b.after(700).move(served, 5);
    b.complete(served, 5);
    b.queue(served);
    b.dequeue(served);
    b.enter(served, "on_receive");
    b.after(300).leave(served);
  }
  return b.finish();
}

std::vector<InteractionOptions> ways_to_look() {
  std::vector<InteractionOptions> ways;
  for (Axis axis : {Axis::order, Axis::time}) {
    for (Zoom zoom : {Zoom::participants, Zoom::roles}) {
      for (float width : {900.f, 560.f}) {
        InteractionOptions options;
        options.axis = axis;
        options.zoom = zoom;
        options.width = width;
        options.height = width * 0.6f;
        ways.push_back(options);
      }
    }
  }
  return ways;
}

}  // namespace

TEST_CASE("every shape of an interaction diagram is finite and in the picture") {
  for (const Trace& trace : {test::echo_of_two(), test::three_threads(), busy(60, 40)}) {
    Model model(trace);
    InteractionLayout layout(model);
    for (InteractionOptions options : ways_to_look()) {
      for (std::uint32_t seq = 0; seq <= model.event_count(); ++seq) {
        for (float fraction : {0.f, 0.37f, 0.99f}) {
          options.at = {seq, fraction};
          Scene scene = interaction_scene(layout, options);
          INFO("seq " << seq << " fraction " << fraction << " width " << options.width);
          REQUIRE(is_sane(scene));
        }
      }
    }
  }
}

TEST_CASE("each event makes a picture of its own, also where events share a nanosecond") {
  for (const Trace& trace : {test::echo_of_two(), test::three_threads()}) {
    Model model(trace);
    InteractionLayout layout(model);
    for (InteractionOptions options : ways_to_look()) {
      std::string before = picture(interaction_scene(layout, options));
      for (std::uint32_t seq = 1; seq <= model.event_count(); ++seq) {
        options.at = {seq, 0};
        std::string now = picture(interaction_scene(layout, options));
        INFO("seq " << seq << " " << model.sentence(seq));
        REQUIRE((now != before));
        before = now;
      }
    }
  }
}

TEST_CASE("what moves between two events moves with the fraction") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  InteractionOptions options;
  for (std::uint32_t seq = 1; seq < model.event_count(); ++seq) {
    options.at = {seq, 0.4f};
    std::string early = picture(interaction_scene(model, options));
    options.at.fraction = 0.8f;
    CHECK((picture(interaction_scene(model, options)) != early));
  }
}

TEST_CASE(
    "a picture is a function of the moment: twenty steps forth and back end where they began") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  InteractionLayout layout(model);
  InteractionOptions options;
  std::vector<std::string> forth;
  for (std::uint32_t seq = 30; seq <= 50; ++seq) {
    options.at = {seq, 0.25f};
    forth.push_back(picture(interaction_scene(layout, options)));
  }
  for (std::uint32_t seq = 50; seq >= 30; --seq) {
    options.at = {seq, 0.25f};
    REQUIRE((picture(interaction_scene(layout, options)) == forth[seq - 30]));
  }
}

TEST_CASE("what comes after an open question leaves no mark") {
  for (const Trace& trace : {test::echo_of_two(), test::three_threads(), busy(20, 8)}) {
    Model model(trace);
    for (std::uint32_t horizon = 0; horizon <= model.event_count(); ++horizon) {
      Trace past = cut_after(trace, horizon);
      Model past_model(past);
      for (InteractionOptions options : ways_to_look()) {
        if (options.width < 900) continue;
        options.horizon = horizon;
        std::uint32_t asked[] = {horizon, horizon / 2, horizon + 7};
        for (std::uint32_t seq : asked) {
          options.at = {seq, 0.5f};
          INFO("horizon " << horizon << " at " << seq);
          REQUIRE((picture(interaction_scene(model, options)) ==
                   picture(interaction_scene(past_model, options))));
        }
        REQUIRE((picture(interaction_sheet(model, options)) ==
                 picture(interaction_sheet(past_model, options))));
      }
    }
  }
}

TEST_CASE("at the horizon the picture says that more is hidden") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  InteractionOptions options;
  options.horizon = 30;
  options.at = {30, 0};
  CHECK(says(interaction_scene(model, options), "hidden until you answer"));
  options.at = {29, 0};
  CHECK_FALSE(says(interaction_scene(model, options), "hidden until you answer"));
}

TEST_CASE("the five steps of the pattern wear their numbers on the first operation") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  Scene sheet = interaction_sheet(model, {});
  for (const char* step : {"1", "2", "3", "4", "5"}) {
    auto is_step = [&](const Shape& shape) {
      return shape.kind == ShapeKind::text && shape.text == step && shape.face == Face::bold;
    };
    CHECK(std::count_if(sheet.shapes().begin(), sheet.shapes().end(), is_step) >= 1);
  }
  InteractionLayout layout(model);
  CHECK(layout.step(model.operation(1)->initiated) == 1);
  CHECK(layout.step(model.operation(1)->queued) == 3);
  CHECK(layout.step(model.operation(1)->entered) == 4);
  CHECK(layout.step(model.operation(2)->initiated) == 5);
}

TEST_CASE("operations in flight together stand side by side") {
  Trace trace = busy(30, 6);
  Model model(trace);
  InteractionLayout layout(model);
  for (std::size_t i = 0; i < model.operations().size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const Band& a = layout.band(static_cast<std::uint32_t>(i));
      const Band& b = layout.band(static_cast<std::uint32_t>(k));
      bool together =
          a.from < (b.to == 0 ? UINT32_MAX : b.to) && b.from < (a.to == 0 ? UINT32_MAX : a.to);
      if (together) CHECK(a.lane != b.lane);
    }
  }
}

TEST_CASE("more operations than sublanes are folded and counted") {
  Trace trace = busy(80, 60);
  Model model(trace);
  InteractionOptions options;
  options.at = {model.event_count(), 0};
  CHECK(says(interaction_scene(model, options), "+"));
}

TEST_CASE("a long gap becomes a labelled break") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  CHECK(says(interaction_sheet(model, {}), "19.8 ms pass"));
}

TEST_CASE("inferred moments are drawn dashed") {
  Trace trace = changed(test::echo_of_two(), [](Event& event, StringPool&) {
    if (event.kind == EventKind::operation_started) event.certainty = Certainty::inferred;
  });
  Model model(trace);
  InteractionOptions options;
  options.at = {52, 0};
  Scene scene = interaction_scene(model, options);
  auto dashed_band = [](const Shape& shape) {
    return shape.kind == ShapeKind::rectangle && shape.dash == Dash::dashed &&
           shape.target.kind == Target::Kind::operation;
  };
  CHECK(std::any_of(scene.shapes().begin(), scene.shapes().end(), dashed_band));
}

TEST_CASE("a click on a band selects its operation, and the others are dimmed") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  InteractionOptions options;
  options.at = {52, 0};
  Scene scene = interaction_scene(model, options);
  auto band = std::find_if(scene.shapes().begin(), scene.shapes().end(), [](const Shape& shape) {
    return shape.kind == ShapeKind::rectangle && shape.target == Target{Target::Kind::operation, 2};
  });
  REQUIRE(band != scene.shapes().end());
  CHECK(scene.hit({band->box.middle_x(), band->box.bottom() - 3}) ==
        Target{Target::Kind::operation, 2});
  options.selection = {Target::Kind::operation, 2};
  CHECK((picture(interaction_scene(model, options)) != picture(scene)));
}

TEST_CASE("a blocking call takes the thread across the border; an operation does not") {
  Trace trace = test::three_threads();
  Model model(trace);
  InteractionLayout layout(model);
  bool crossed = false;
  for (const Place& place : layout.places(0)) crossed = crossed || place.spot == Spot::system;
  CHECK(crossed);
  CHECK(layout.blocks_by(model.event_count()));
  Trace echo = test::echo_of_two();
  Model echo_model(echo);
  InteractionLayout echo_layout(echo_model);
  for (const Place& place : echo_layout.places(0)) CHECK(place.spot != Spot::system);
  CHECK_FALSE(echo_layout.blocks_by(echo_model.event_count()));
}

TEST_CASE("what clients send is under way until the system takes it, and the other way round") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  InteractionLayout layout(model);
  const OperationRecord& receive = *model.operation(4);
  const Flight* bytes = layout.flight_arriving_at(receive.moved);
  REQUIRE(bytes != nullptr);
  CHECK(model.event(bytes->sent).kind == EventKind::client_sent);
  CHECK(bytes->operation == 4);
  CHECK_FALSE(bytes->outgoing);
  const Flight* connection = layout.flight_arriving_at(model.operation(1)->completed);
  REQUIRE(connection != nullptr);
  CHECK(model.event(connection->sent).kind == EventKind::client_connected);
  auto sent_by = [](const Flight& flight) { return flight.outgoing && flight.operation == 6; };
  auto echo = std::find_if(layout.flights().begin(), layout.flights().end(), sent_by);
  REQUIRE(echo != layout.flights().end());
  CHECK(model.event(echo->arrived).kind == EventKind::client_received);
}

TEST_CASE("a cancel names what it is aimed at once that is known") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  InteractionOptions options;
  options.at = {model.operation(7)->initiated, 0};
  CHECK(says(interaction_scene(model, options), "cancel(A)"));
  options.at = {model.operation(2)->cancel_requested, 0};
  CHECK(says(interaction_scene(model, options), "cancel(#2)"));
}

TEST_CASE("a sheet says where it was cut") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  CHECK(says(interaction_sheet(model, {}, 1, 20), "cut after event 20 of"));
  CHECK(says(interaction_sheet(model, {}, 10, 20), "starts at event 10"));
  CHECK_FALSE(says(interaction_sheet(model, {}), "cut after"));
  CHECK(is_sane(interaction_sheet(model, {}, 900, 5)));
}

TEST_CASE("no words run out of the picture") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  for (const InteractionOptions& options : ways_to_look()) {
    CHECK(test::text_cut_in(interaction_sheet(model, options)).empty());
  }
}

TEST_CASE("a picture of a long run costs what is visible") {
  Trace trace = busy(10'000, 12);
  Model model(trace);
  REQUIRE(model.event_count() > 100'000);
  InteractionLayout layout(model);
  InteractionOptions options;
  for (std::uint32_t seq = 1; seq < model.event_count(); seq += 9'973) {
    for (Axis axis : {Axis::order, Axis::time}) {
      options.axis = axis;
      options.at = {seq, 0.5f};
      Scene scene = interaction_scene(layout, options);
      CHECK(scene.shapes().size() < 6'000);
      CHECK(is_sane(scene));
    }
  }
}

TEST_CASE("nonsense makes a picture and no crash") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    Trace trace = test::nonsense(seed, 200);
    Model model(trace);
    InteractionLayout layout(model);
    for (InteractionOptions options : ways_to_look()) {
      for (std::uint32_t seq = 0; seq <= model.event_count(); seq += 23) {
        options.at = {seq, 0.6f};
        INFO("seed " << seed << " seq " << seq);
        REQUIRE(is_sane(interaction_scene(layout, options)));
      }
    }
    CHECK_FALSE(interaction_text(model, 100).empty());
  }
}

TEST_CASE("an empty trace makes an empty picture") {
  Trace trace;
  Model model(trace);
  CHECK(is_sane(interaction_scene(model, {})));
  CHECK(is_sane(interaction_sheet(model, {})));
  CHECK_FALSE(interaction_text(model, 100).empty());
}

TEST_CASE("the interaction diagram as text reads as agreed") {
  Trace echo = test::echo_of_two();
  std::string text = interaction_text(Model(echo), 110);
  CHECK(text == test::golden("interaction_echo.txt", text));
  Trace threads = test::three_threads();
  text = interaction_text(Model(threads), 100);
  CHECK(text == test::golden("interaction_threads.txt", text));
}

}  // namespace proactor_lab::figures
