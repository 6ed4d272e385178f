// What the window decides without drawing: where the playhead may go, where panes are placed, what
// keys mean, which moment the user names.
#include <set>
#include <string>

#include "gui/app.hpp"
#include "gui/document/document.hpp"
#include "gui/document/places.hpp"
#include "gui/document/source_text.hpp"
#include "gui/screenshot.hpp"
#include "gui/view/keys.hpp"
#include "gui/view/layout.hpp"
#include "gui/view/playback.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/format/input_error.hpp"

using namespace proactor_lab;
using namespace proactor_lab::gui;

TEST_CASE("stepping back undoes stepping forward exactly") {
  Playback playback{30};
  for (int i = 0; i < 20; ++i) {
    const Playback before = playback;
    playback.step_forward();
    Playback back = playback;
    back.step_back();
    CHECK(back == before);
  }
  CHECK(playback.seq() == 20);
}

TEST_CASE("steps stop at both ends") {
  Playback playback{2};
  playback.step_back();
  CHECK(playback.seq() == 0);
  for (int i = 0; i < 5; ++i) playback.step_forward();
  CHECK(playback.seq() == 2);
}

TEST_CASE("a step back from between two events goes to the earlier one") {
  Playback playback{9};
  playback.go_to(4);
  playback.toggle();
  playback.advance(0.3f);
  CHECK(playback.seq() == 4);
  CHECK(playback.fraction() > 0);
  playback.step_back();
  CHECK(playback.moment() == figures::Moment{4, 0});
  CHECK_FALSE(playback.playing());
}

TEST_CASE("playing takes 0.7 seconds an event, and less when faster") {
  Playback playback{100};
  playback.toggle();
  playback.advance(2.8f + 0.01f);
  CHECK(playback.seq() == 4);
  playback.faster();
  CHECK(playback.speed() == 2);
  playback.advance(0.7f);
  CHECK(playback.seq() == 6);
}

TEST_CASE("playing stops at the end, and starts anew from there") {
  Playback playback{3};
  playback.toggle();
  playback.advance(60);
  CHECK(playback.seq() == 3);
  CHECK_FALSE(playback.playing());
  CHECK(playback.fraction() == 0);
  playback.toggle();
  CHECK(playback.seq() == 0);
  CHECK(playback.playing());
}

TEST_CASE("events that share a nanosecond take no time where the axis is time") {
  Playback playback{10};
  playback.toggle();
  playback.advance(0.01f, [](std::uint32_t seq) { return seq < 5 ? 0.f : 1.f; });
  CHECK(playback.seq() == 5);
}

TEST_CASE("the eased fraction starts and lands softly and stays below one") {
  Playback playback{5};
  playback.toggle();
  playback.advance(0.07f);
  CHECK(playback.eased().fraction < playback.fraction());
  playback.advance(0.62f);
  CHECK(playback.seq() == 0);
  CHECK(playback.eased().fraction > playback.fraction());
  CHECK(playback.eased().fraction < 1);
}

TEST_CASE("nothing leads past the horizon") {
  Playback playback{50};
  playback.go_to(40);
  playback.set_horizon(10);
  CHECK(playback.seq() == 10);
  playback.step_forward();
  CHECK(playback.seq() == 10);
  playback.go_to(11);
  CHECK(playback.seq() == 10);
  playback.toggle();
  playback.advance(10);
  CHECK(playback.moment() == figures::Moment{10, 0});
  playback.go_to(8);
  playback.toggle();
  playback.advance(100);
  CHECK(playback.moment() == figures::Moment{10, 0});
  playback.set_event_count(90);
  CHECK(playback.reach() == 10);
}

TEST_CASE("speeds are powers of two within limits") {
  Playback playback{5};
  CHECK(playback.speed_text() == "1×");
  playback.slower();
  CHECK(playback.speed_text() == "½×");
  for (int i = 0; i < 20; ++i) playback.slower();
  CHECK(playback.speed_text() == "⅛×");
  for (int i = 0; i < 40; ++i) playback.faster();
  CHECK(playback.speed_text() == "64×");
}

TEST_CASE("panes stand side by side in every window from the smallest up") {
  const PaneSet sets[] = {
      {}, {false, false, false, false, true}, {true, false, false, true, false}};
  for (const PaneSet& panes : sets) {
    for (const bool lesson : {false, true}) {
      for (const auto& [width, height] :
           {std::pair{1024.f, 640.f}, {1600.f, 900.f}, {3840.f, 2160.f}}) {
        const Layout l = layout_of(width, height, lesson, panes);
        const figures::Rect rects[] = {l.header,    l.lesson, l.tabs,   l.stage,  l.narration,
                                       l.transport, l.code,   l.events, l.states, l.inspector};
        float area = 0;
        for (const figures::Rect& a : rects) {
          area += a.width * a.height;
          CHECK(a.width >= 0);
          CHECK(a.height >= 0);
          CHECK(a.right() <= width);
          CHECK(a.bottom() <= height);
          for (const figures::Rect& b : rects) {
            if (&a == &b) continue;
            const float across = std::min(a.right(), b.right()) - std::max(a.x, b.x);
            const float down = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
            CHECK((across <= 0 || down <= 0));
          }
        }
        CHECK(area == Approx(width * height));
        CHECK(l.stage.height > 280);
        CHECK(l.stage.width > 450);
      }
    }
  }
}

TEST_CASE("every key means one thing and says which") {
  std::set<Key> keys;
  for (const KeyBinding& binding : key_bindings()) {
    CHECK(keys.insert(binding.key).second);
    CHECK(std::string{binding.words}.size() > 3);
  }
  CHECK(requests_of(static_cast<Key>('z')).at(0).action == Action::toggle_zoom);
  CHECK(requests_of(Key::none).empty());
}

TEST_CASE("the interaction diagram is laid out once per run, not once per frame") {
  App app;
  app.open(document_of(test::echo_of_two()));
  const figures::InteractionLayout* first = &app.layout();
  CHECK(&first->model() == app.model());
  app.press(Key::right);
  CHECK(&app.layout() == first);
  CHECK(&app.layout().model() == app.model());
  app.open(document_of(test::echo_of_two()));
  CHECK(&app.layout().model() == app.model());
}

TEST_CASE("keys step, play and change the view") {
  App app;
  app.open(document_of(test::echo_of_two()));
  app.press(Key::right);
  app.press(Key::right);
  CHECK(app.playback().seq() == 2);
  app.press(Key::left);
  CHECK(app.playback().seq() == 1);
  app.press(Key::end);
  CHECK(app.playback().seq() == app.model()->event_count());
  app.press(static_cast<Key>('2'));
  CHECK(app.settings().stage == StageView::activity);
  app.press(static_cast<Key>('t'));
  CHECK(app.settings().theme == figures::Theme::light);
  app.press(Key::home);
  app.press(Key::space);
  CHECK(app.animating());
}

TEST_CASE("a moment is a number, a time or a query") {
  Trace trace = test::echo_of_two();
  const Model model{trace};
  CHECK(moment_named(model, "#7") == 7);
  CHECK(moment_named(model, "0") == model.last_event_at(model.start_ns()));
  CHECK(moment_named(model, "9223372036854775807") == model.event_count());
  const std::uint32_t queued =
      moment_named(model, "SELECT min(seq) FROM events WHERE kind='completion_queued'");
  CHECK(model.event(queued).kind == EventKind::completion_queued);
  for (const char* wrong : {"#", "#99999", "#-1", "-5", "", "SELECT seq FROM nowhere",
                            "SELECT seq FROM events WHERE 0", "DROP TABLE events", "#1x"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(moment_named(model, wrong), InputError);
  }
}

TEST_CASE("a trace cannot make the window read any file it likes") {
  CHECK(source_place("../../etc/passwd").empty());
  CHECK(source_place("/etc/passwd").empty());
  CHECK(source_place("lessons/../../../etc/passwd").empty());
  CHECK(source_text("/etc/passwd").lines.empty());
  CHECK(source_text("lessons/programs/no_such_program.cpp").lines.empty());
  CHECK(source_text("lessons/programs/echo_server.cpp").lines.size() > 10);
}

TEST_CASE("code is told apart into words, and none of it is lost") {
  const std::string line = "  return \"a // b\" + 42;  // done";
  std::string joined;
  bool keyword = false;
  bool comment = false;
  for (const CodeSpan& span : code_spans(line)) {
    joined += span.text;
    keyword |= span.kind == CodeSpan::Kind::keyword && span.text == "return";
    comment |= span.kind == CodeSpan::Kind::comment && span.text == "// done";
  }
  CHECK(joined == line);
  CHECK(keyword);
  CHECK(comment);
  CHECK(code_spans("\"open").size() == 1);
  CHECK(code_spans("\"\\").size() == 1);
}

TEST_CASE("while a lesson's question is open nothing after its moment can be reached") {
  App app;
  app.open(open_document("one-read"));
  REQUIRE(app.lesson());
  int questions = 0;
  for (int guard = 0; guard < 100; ++guard) {
    const PageView& page = app.lesson()->page();
    if (page.question_open()) {
      ++questions;
      const std::uint32_t horizon = page.horizon;
      REQUIRE(horizon < app.model()->event_count());
      app.press(Key::end);
      CHECK(app.playback().seq() <= horizon);
      app.press(Key::right);
      app.press(Key::space);
      app.advance(1000);
      app.apply({Action::go_to, horizon + 1});
      CHECK(app.playback().seq() <= horizon);
      CHECK(app.snapshot().horizon() <= horizon);
      app.apply({Action::select, 0, {figures::Target::Kind::event, horizon + 1}});
      CHECK(app.selection().kind == figures::Target::Kind::none);
      app.press(Key::enter);  // without a guess Enter reveals nothing
      REQUIRE(app.lesson()->page().question_open());
      app.apply({Action::lesson_give_up});
      REQUIRE_FALSE(app.lesson()->page().question_open());
    } else if (page.has_next) {
      app.apply({Action::lesson_next});
    } else {
      break;
    }
  }
  CHECK(questions >= 2);
}

TEST_CASE("a typed number answers a question that asks for one") {
  App app;
  app.open(open_document("three-requests"));
  REQUIRE(app.lesson()->page().question_open());
  REQUIRE(app.lesson()->page().question->kind == QuestionView::Kind::number);
  for (const char c : std::string{"3156"}) {
    app.type(static_cast<char32_t>(c));
    app.press(static_cast<Key>(c));  // a digit, not the key of a view
  }
  app.press(Key::backspace);
  app.press(Key::enter);
  REQUIRE_FALSE(app.lesson()->page().question_open());
  CHECK(app.lesson()->page().question->correct);
  CHECK(app.settings().stage == StageView::activity);
}

TEST_CASE("an exercise runs the scenario anew with what was typed") {
  App app;
  app.open(open_document("three-requests"));
  while (!app.lesson()->page().exercise && app.lesson()->page().has_next) {
    app.apply({Action::lesson_give_up});
    app.apply({Action::lesson_next});
  }
  REQUIRE(app.lesson()->page().exercise);
  REQUIRE(app.lesson()->page().exercise->fields.size() == 2);
  const std::int64_t before = app.model()->end_ns();
  app.press(Key::tab);
  app.press(Key::tab);
  app.type('1');
  app.type('0');
  app.press(Key::enter);
  CHECK(app.notice().empty());
  CHECK(app.lesson()->page().exercise->tried);
  CHECK(app.lesson()->page().exercise->reached);
  CHECK(app.model()->end_ns() < before);
  // Empty fields restore the lesson's own run.
  app.press(Key::tab);
  app.press(Key::tab);
  app.press(Key::backspace);
  app.press(Key::backspace);
  app.press(Key::enter);
  CHECK_FALSE(app.lesson()->page().exercise->tried);
  CHECK(app.model()->end_ns() == before);
}

TEST_CASE("the first launch knows from its runs who finishes when") {
  App app;
  app.start_first_launch(run_three_requests());
  REQUIRE(app.in_first_launch());
  FirstLaunch& scene = *app.first_launch();
  CHECK(scene.right_choice() == 1);
  app.press(Key::enter);  // nothing to open yet
  CHECK(app.in_first_launch());
  app.press(static_cast<Key>('2'));
  CHECK(scene.phase() == FirstLaunch::Phase::watch);
  app.advance(7.9f);
  CHECK(scene.phase() == FirstLaunch::Phase::watch);
  app.advance(0.2f);
  CHECK(scene.finished());
  app.press(Key::enter);
  CHECK_FALSE(app.in_first_launch());
  REQUIRE(app.lesson());
  CHECK(app.lesson()->page().step == 0);
}

TEST_CASE("a name that is nothing is said in the window, and what was open stays") {
  App app;
  app.open(document_of(test::echo_of_two()));
  app.open_named("no-such-thing");
  CHECK(app.notice().find("no-such-thing") != std::string::npos);
  CHECK(app.model() != nullptr);
  app.press(Key::escape);
  CHECK(app.notice().empty());
}

TEST_CASE("nothing claims to be hidden where no question is open") {
  App app;
  app.open(open_document("echo"));
  app.apply({Action::go_to, app.model()->event_count()});
  CHECK(app.snapshot().hidden_after() == UINT32_MAX);
}
