#include <array>

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/figures/activity/activity.hpp"

namespace proactor_lab::figures {

using test::is_sane;
using test::picture;
using test::says;

namespace {

constexpr std::array names = {"A", "B", "C"};
constexpr std::int64_t half_work_ns = 2'500'000;
constexpr std::int64_t wait_ns = 100'000'000;

/// Three requests, one after the other, on one thread that blocks.
Trace one_thread() {
  test::TraceBuilder b("three_requests");
  b.thread_started("main");
  for (const char* name : names) {
    std::uint32_t handle = b.open(name);
    b.call("accept", handle);
    b.returned("accept", handle, 7);
    b.after(half_work_ns).call("read", handle);
    b.block("io");
    b.after(wait_ns).wake();
    b.returned("read", handle, 10);
    b.after(half_work_ns);
  }
  return b.finish();
}

/// The same three requests on one thread that never blocks in them.
Trace proactor() {
  test::TraceBuilder b("three_requests");
  b.thread_started("main");
  std::array<std::uint32_t, 3> operations{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::uint32_t handle = b.open(names[i]);
    std::uint32_t timer = b.initiate("receive", handle, 64, "on_request");
    b.complete(timer, 1);
    b.queue(timer);
    b.dequeue(timer);
    b.enter(timer, "on_request");
    b.after(half_work_ns);
    operations[i] = b.initiate("receive", handle, 64, "on_answer");
    b.start(operations[i]);
    b.leave(timer);
  }
  b.wait();
  b.after(wait_ns);
  for (std::uint32_t operation : operations) {
    b.complete(operation, 10);
    b.queue(operation);
    b.wait_returned(1);
    b.dequeue(operation);
    b.enter(operation, "on_answer");
    b.after(half_work_ns).leave(operation);
    b.wait();
  }
  return b.finish();
}

struct Scene3 {
  Trace one = one_thread();
  Trace three = test::three_threads();
  Trace last = proactor();
  Model model_one{one};
  Model model_three{three};
  Model model_last{last};
  std::array<ActivityGroup, 3> groups{ActivityGroup{"One thread", &model_one},
                                      ActivityGroup{"Three threads", &model_three},
                                      ActivityGroup{"A proactor", &model_last}};
};

}  // namespace

TEST_CASE("every shape of an activity diagram is finite and in the picture, at any size") {
  Scene3 s;
  ActivityOptions options;
  for (float width : {360.f, 900.f, 1600.f}) {
    for (float height : {220.f, 560.f, 1200.f}) {
      options.width = width;
      options.height = height;
      for (std::int64_t at_ns : {std::int64_t{0}, std::int64_t{50'000'000}, INT64_MAX}) {
        options.at_ns = at_ns;
        Scene scene = activity_scene(s.groups, options);
        INFO(width << "x" << height);
        CHECK(is_sane(scene, 1));
        CHECK(test::text_cut_in(scene).empty());
      }
    }
  }
}

TEST_CASE("totals appear when a run has ended, not before") {
  Scene3 s;
  ActivityOptions options;
  options.at_ns = 200'000'000;
  Scene scene = activity_scene(s.groups, options);
  CHECK(says(scene, "115 ms"));
  CHECK_FALSE(says(scene, "315 ms"));
  options.at_ns = INT64_MAX;
  CHECK(says(activity_scene(s.groups, options), "315 ms"));
}

TEST_CASE("the activity diagram keeps what comes after an open question") {
  Scene3 s;
  for (const ActivityGroup& group : s.groups) {
    const Trace& trace = group.model->trace();
    for (std::uint32_t count = 1; count <= trace.events.size(); ++count) {
      bool last_of_its_time = count == trace.events.size() ||
                              trace.events[count].time_ns > trace.events[count - 1].time_ns;
      if (!last_of_its_time) continue;
      Trace past = test::cut_after(trace, count);
      Model past_model(past);
      ActivityOptions options;
      options.horizon_ns = trace.events[count - 1].time_ns;
      std::array<ActivityGroup, 1> whole{group};
      std::array<ActivityGroup, 1> cut{ActivityGroup{group.title, &past_model}};
      INFO("after event " << count);
      REQUIRE((picture(activity_scene(whole, options)) == picture(activity_scene(cut, options))));
    }
  }
}

TEST_CASE("before anything is revealed there are lanes and no bars") {
  Scene3 s;
  ActivityOptions options;
  options.horizon_ns = 0;
  Scene scene = activity_scene(s.groups, options);
  CHECK(says(scene, "One thread"));
  CHECK_FALSE(says(scene, " ms"));
  auto is_coloured = [](const Shape& shape) { return shape.fill >= Ink::connection_a; };
  CHECK(std::none_of(scene.shapes().begin(), scene.shapes().end(), is_coloured));
}

TEST_CASE("a hidden run leaves no mark beside one that has been seen") {
  Scene3 s;
  ActivityOptions options;
  options.at_ns = 0;
  s.groups[0].seen = true;
  s.groups[1].horizon_ns = 0;
  s.groups[2].horizon_ns = -1;
  Scene scene = activity_scene(s.groups, options);
  CHECK(says(scene, "315 ms"));
  CHECK_FALSE(says(scene, "115 ms"));
  // The same picture with another run in place of the hidden one, so the hidden run was not read.
  Scene3 other;
  other.groups[0].seen = true;
  other.groups[1].horizon_ns = 0;
  other.groups[2] = {"A proactor", other.groups[0].model, -1, false};
  other.groups[2].title = s.groups[2].title;
  const auto bars = [](const Scene& picture) {
    return std::count_if(picture.shapes().begin(), picture.shapes().end(),
                         [](const Shape& shape) { return shape.fill >= Ink::connection_a; });
  };
  CHECK(bars(scene) == bars(activity_scene(other.groups, options)));
}

TEST_CASE("why a thread stands still is told by pattern, not by colour alone") {
  test::TraceBuilder b;
  b.thread_started("main");
  for (const char* why : {"io", "lock", "cpu"}) {
    b.block(why);
    b.after(1'000'000).wake();
    b.after(1'000'000);
  }
  Trace trace = b.finish();
  Model model(trace);
  std::array<ActivityGroup, 1> groups{ActivityGroup{"one", &model}};
  Scene scene = activity_scene(groups, {});
  auto patterned = [&](Pattern pattern) {
    return std::count_if(scene.shapes().begin(), scene.shapes().end(), [&](const Shape& shape) {
      return shape.fill == Ink::waiting && shape.pattern == pattern;
    });
  };
  CHECK(patterned(Pattern::none) == 1);
  CHECK(patterned(Pattern::diagonals) == 1);
  CHECK(patterned(Pattern::dots) == 1);
}

TEST_CASE("a thousand threads and a long run stay a bounded picture") {
  test::TraceBuilder b;
  for (std::uint16_t thread = 1; thread <= 1000; ++thread) {
    b.on(thread).thread_started("worker");
    for (int i = 0; i < 30; ++i) {
      b.block("io");
      b.after(100).wake();
      b.after(100);
    }
  }
  Trace trace = b.finish();
  Model model(trace);
  std::array<ActivityGroup, 1> groups{ActivityGroup{"many", &model}};
  Scene scene = activity_scene(groups, {});
  CHECK(is_sane(scene, 1));
  CHECK(says(scene, "shown"));
  CHECK(scene.shapes().size() < 20'000);
}

TEST_CASE("nonsense makes an activity diagram and no crash") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    Trace trace = test::nonsense(seed, 300);
    Model model(trace);
    std::array<ActivityGroup, 2> groups{ActivityGroup{"nonsense", &model},
                                        ActivityGroup{"nothing", nullptr}};
    CHECK(is_sane(activity_scene(groups, {}), 1));
    CHECK_FALSE(activity_text(groups, 100).empty());
  }
}

TEST_CASE("the activity diagram as text reads as agreed") {
  Scene3 s;
  std::string text = activity_text(s.groups, 100);
  CHECK(text == test::golden("activity_three_models.txt", text));
}

}  // namespace proactor_lab::figures
