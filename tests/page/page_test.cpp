// Exported pages, opened in a real browser.
#include <fstream>

#include "lessons/player/lesson_page.hpp"
#include "tests/page/browser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/figures/interaction_words.hpp"
#include "traces/figures/page/page_document.hpp"
#include "traces/figures/page/page_run.hpp"

namespace {

using namespace proactor_lab;
using proactor_lab::testing::Browser;
using proactor_lab::testing::TemporaryFolder;

std::string page_of(const Model& model, const figures::PageWindow& window = {}) {
  const figures::ActivityGroup group{model.trace().header.program, &model};
  figures::PageContent content;
  content.title = model.trace().header.program;
  content.runs = "[" + figures::page_run(model, content.title, window) + "]";
  content.activities = "[" + figures::page_activity({&group, 1}) + "]";
  return figures::page_document(content);
}

/// A browser with an open page.
struct Opened {
  explicit Opened(const std::string& page, const std::string& hash = "") {
    std::ofstream(folder.file("page.html"), std::ios::binary) << page;
    open(hash);
  }
  void open(const std::string& hash) { browser.open(folder.file("page.html"), hash); }
  /// All that a user can see or have read aloud.
  std::string all() { return browser.text("document.body.outerHTML"); }
  std::string words() { return browser.text("document.getElementById('words').textContent"); }
  int at() { return browser.value("Number(document.getElementById('player').dataset.at)"); }
  void go_to(std::uint32_t seq) {
    browser.value("location.hash = '#at=" + std::to_string(seq) + "'; readAddress()");
  }

  TemporaryFolder folder;
  Browser browser;
};

/// Lists what is cut off or exceeds the window; empty if nothing is.
constexpr const char* overflow = R"((() => {
  const found = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) found.push("page");
  for (const name of ["header", "#tabs", "#transport", "#narration", "#stage", "#lesson .buttons"]) {
    const box = document.querySelector(name);
    if (!box || !box.clientWidth) continue;
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) {
      found.push(name);
    }
    const {left, top, right, bottom} = box.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth + 1 || bottom > innerHeight + 1) {
      found.push(name + " outside");
    }
  }
  for (const text of document.querySelectorAll("#picture text, #states text")) {
    const svg = text.closest("#picture, #states").getBoundingClientRect();
    const {left, right, width} = text.getBoundingClientRect();
    if (width && (left < svg.left - 4 || right > svg.right + 4)) found.push(text.textContent);
  }
  return found.join(", ");
})())";

}  // namespace

TEST_CASE("a page opens without a word of complaint and asks for nothing") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  Opened page(page_of(model));
  for (const char* key : {"1", "2", "3", "t", "t", "End", "Home", " ", " "})
    page.browser.press(key);
  INFO((page.browser.complaints().empty() ? "" : page.browser.complaints().front()));
  CHECK(page.browser.complaints().empty());
  CHECK(page.browser.requests().size() == 1);  // the page itself
}

TEST_CASE("a page says of every event what the model says, at the model's time") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  Opened page(page_of(model));
  for (std::uint32_t seq = 1; seq <= model.event_count(); ++seq) {
    page.go_to(seq);
    CHECK(page.words() == model.sentence(seq));
    CHECK(page.browser.text("document.getElementById('stamp').textContent") ==
          figures::format_moment(model.event(seq).time_ns - model.start_ns()) + " · #" +
              std::to_string(seq));
    CHECK(page.browser.text("document.querySelector('#causes button').textContent") ==
          model.sentence(seq));
  }
}

TEST_CASE("stepping on, stepping back and jumping lead to the same picture") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  Opened page(page_of(model));
  page.browser.set_reduced_motion(true);
  for (const char* view : {"1", "2", "3"}) {
    page.browser.press(view);
    page.browser.press("Home");
    std::vector<std::string> forward = {page.all()};
    for (std::uint32_t seq = 1; seq <= model.event_count(); ++seq) {
      page.browser.press("ArrowRight");
      REQUIRE(page.at() == static_cast<int>(seq));
      forward.push_back(page.all());
    }
    for (std::uint32_t seq = model.event_count(); seq-- > 0;) {
      page.browser.press("ArrowLeft");
      REQUIRE(page.at() == static_cast<int>(seq));
      CHECK(page.all() == forward[seq]);
    }
    for (const std::uint32_t seq : {40u, 3u, model.event_count(), 21u}) {
      page.go_to(seq);
      CHECK(page.all() == forward[seq]);
    }
    // Also in a page that has drawn nothing before.
    for (const std::uint32_t seq : {40u, 21u}) {
      page.open("at=" + std::to_string(seq));
      page.browser.press(view);
      CHECK(page.all() == forward[seq]);
    }
  }
}

TEST_CASE("what is drawn between two events depends on the moment alone") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  Opened page(page_of(model));
  const auto draw = [&](int seq, const char* fraction) {
    page.browser.value("state.seq = " + std::to_string(seq) + "; state.fraction = " + fraction +
                       "; paint()");
    return page.all();
  };
  for (const char* view : {"1", "2", "3"}) {
    page.browser.press(view);
    const std::string here = draw(30, "0.6");
    CHECK(here != draw(30, "0.3"));
    draw(31, "0.9");
    draw(2, "0.5");
    CHECK(here == draw(30, "0.6"));
  }
}

TEST_CASE("keys and the scrubber reach their moments") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  const int last = static_cast<int>(model.event_count());
  Opened page(page_of(model), "at=7");
  CHECK(page.at() == 7);
  page.browser.press("ArrowRight");  // with motion: it glides there
  CHECK(page.browser.becomes("state.seq === 8 && !state.glide"));
  page.browser.press("ArrowLeft");
  CHECK(page.browser.becomes("state.seq === 7 && !state.glide && state.fraction === 0"));
  page.browser.press("End");
  CHECK(page.at() == last);
  page.browser.press("ArrowRight");
  CHECK(page.at() == last);
  page.browser.press("Home");
  CHECK(page.at() == 0);
  page.browser.press("ArrowLeft");
  CHECK(page.at() == 0);
  page.browser.value("scrub.value = 33; scrub.dispatchEvent(new Event('input'))");
  CHECK(page.at() == 33);
  CHECK(page.words() == model.sentence(33));
  page.browser.press(" ");
  CHECK(page.browser.becomes("state.seq >= 35"));
  page.browser.press(" ");
  CHECK(page.browser.value("state.playing") == false);
  page.browser.press("?");
  CHECK(page.browser.value("help.open") == true);
  const int here = page.at();
  page.browser.press("ArrowRight");  // the help lists the keys
  CHECK(page.at() == here);
  page.browser.value("help.close()");
  for (const auto& [key, view] : {std::pair{"3", "activity"}, {"2", "states"}}) {
    page.browser.press(key);
    CHECK(page.browser.text("picture.dataset.view") == view);
  }
}

TEST_CASE("nothing overflows, in a small window and at home") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  Opened page(page_of(model));
  for (const auto& [width, height] : {std::pair{1024, 640}, {1600, 900}}) {
    page.browser.set_size(width, height);
    for (const char* view : {"1", "2", "3"}) {
      page.browser.press(view);
      for (const std::uint32_t seq : {0u, 12u, 47u, model.event_count()}) {
        page.go_to(seq);
        INFO(width << "x" << height << ", view " << view << ", event " << seq);
        CHECK(page.browser.text(overflow).empty());
      }
    }
  }
}

TEST_CASE("a hostile trace's words stay words") {
  const std::vector<std::string> attacks = {
      "</script><script>window.hacked = 1</script>",
      "<!--<script>",
      "</script x",  // before the next one, which would cancel its effect
      "<!--<script x",
      "<img src=x onerror='window.hacked = 1'>",
      "\"];window.hacked=1;//",
      "'\"\\\xE2\x80\xA8window.hacked=1\xE2\x80\xA9",
      "{{script}}{{data}}",
      "]]>&lt;svg onload=hacked&gt;",
      "javascript:window.hacked=1",
  };
  std::string all;
  for (const std::string& attack : attacks) all += attack;
  test::TraceBuilder builder(all);
  builder.thread_started(all);
  const std::uint32_t stream = builder.open(all);
  const std::uint32_t receive = builder.initiate(all, stream, 64, all);
  builder.wait();
  builder.submit(receive);
  builder.start(receive);
  builder.client_sent(all, stream, 5);
  for (const std::string& attack : attacks) {
    Event& note = builder.add(EventKind::note);
    note.text = builder.word(attack);
  }
  Trace trace = builder.finish();
  trace.header.system = all;
  const Model model(trace);
  Opened page(page_of(model));
  for (std::uint32_t seq = 1; seq <= model.event_count(); ++seq) {
    page.go_to(seq);
    CHECK(page.words() == model.sentence(seq));
  }
  for (const char* key : {"2", "3", "1"}) page.browser.press(key);
  CHECK(page.browser.text("document.title") == all);
  CHECK(page.browser.text("typeof window.hacked") == "undefined");
  CHECK(page.browser.value("document.scripts.length") == 2);
  CHECK(page.browser.value("document.images.length") == 0);
  INFO((page.browser.complaints().empty() ? "" : page.browser.complaints().front()));
  CHECK(page.browser.complaints().empty());
  CHECK(page.browser.requests().size() == 1);
}

TEST_CASE("script that gets into a page all the same is not run") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  std::string html = page_of(model);
  html.insert(html.find("<noscript>"),
              "<script>window.hacked = 1</script>"
              "<img src='data:,' onerror='window.hacked = 1'>"
              "<a id=bad href='javascript:window.hacked = 1'>x</a>");
  Opened page(html);
  page.browser.value("bad.click()");
  CHECK(page.browser.text("typeof window.hacked") == "undefined");
  CHECK_FALSE(page.browser.complaints().empty());
}

TEST_CASE("a page of a long run keeps its words and its pictures") {
  test::TraceBuilder builder("long");
  builder.thread_started("main");
  const std::uint32_t stream = builder.open("A");
  while (builder.last() < 20'000) {
    const std::uint32_t receive = builder.initiate("receive", stream, 64, "on_receive");
    builder.wait();
    builder.submit(receive);
    builder.start(receive);
    builder.after(1'000'000).move(receive, 5);
    builder.complete(receive, 5);
    builder.queue(receive);
    builder.wait_returned(1);
    builder.dequeue(receive);
    builder.enter(receive, "on_receive");
    builder.leave(receive);
  }
  const Trace trace = builder.finish();
  const Model model(trace);
  figures::PageWindow window;
  window.max_events = 20'000;
  Opened page(page_of(model, window));
  for (const std::uint32_t seq : {20'000u, 9'999u, 1u}) {
    page.go_to(seq);
    CHECK(page.words() == model.sentence(seq));
    CHECK(page.browser.value("picture.querySelectorAll('*').length").get<int>() < 1500);
  }
  CHECK(page.browser.complaints().empty());
}

TEST_CASE("a lesson's page hides what a question is about until it is answered") {
  const auto root = std::filesystem::path(PROACTOR_LAB_SOURCE_DIR) / "lessons";
  LessonPlayer player(read_lesson(root / "course" / "one-read", root));
  Opened page(lesson_page(read_lesson(root / "course" / "one-read", root)));
  page.browser.press("PageDown");
  player.next();
  const int horizon = static_cast<int>(player.horizon());
  page.browser.press("End");
  CHECK(page.at() == horizon);
  page.go_to(static_cast<std::uint32_t>(horizon) + 5);
  CHECK(page.at() == horizon);
  page.browser.press("PageDown");
  CHECK(page.browser.value("learner.step") == 1);
  page.browser.value("document.querySelector('input[value=\"0\"]').click()");
  page.browser.press("Enter");
  const Verdict verdict = player.answer(player.page().choices[0].value);
  CHECK(page.browser.text("document.querySelector('#lesson legend').textContent") ==
        (verdict.right ? "As you predicted" : "Not as you predicted"));
  const std::string text = page.browser.text("document.querySelector('#lesson .text').innerText");
  CHECK(text.find(verdict.feedback.front().runs.front().text.substr(0, 40)) != std::string::npos);
  page.browser.press("End");
  CHECK(page.at() == static_cast<int>(player.model().event_count()));
}

TEST_CASE("every lesson's page can be gone through, at both sizes, without overflow") {
  const auto root = std::filesystem::path(PROACTOR_LAB_SOURCE_DIR) / "lessons";
  for (const auto& folder : lesson_folders(root)) {
    const Lesson lesson = read_lesson(folder, root);
    Opened page(lesson_page(lesson));
    const auto steps = static_cast<int>(lesson.steps.size());
    for (int step = 0; step < steps; ++step) {
      INFO(lesson.id << ", step " << step + 1);
      CHECK(page.browser.value("learner.step") == step);
      for (const auto& [width, height] : {std::pair{1024, 640}, {1600, 900}}) {
        page.browser.set_size(width, height);
        CHECK(page.browser.text(overflow).empty());
      }
      page.browser.value("if (isOpen(learner.step)) reveal(false)");
      page.browser.press("PageDown");
    }
    CHECK(page.browser.complaints().empty());
  }
}
