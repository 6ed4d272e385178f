// The content of an exported page, without a browser. tests/page/ opens it in one.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/figures/interaction/interaction_film.hpp"
#include "traces/figures/page/page_document.hpp"
#include "traces/figures/page/page_json.hpp"
#include "traces/figures/page/page_run.hpp"
#include "traces/figures/page/sha256.hpp"

namespace {

using namespace proactor_lab;
using namespace proactor_lab::figures;
using nlohmann::json;

std::string document_of(const Model& model) {
  const ActivityGroup group{"echo", &model};
  PageContent content;
  content.title = "echo";
  content.runs = "[" + page_run(model, "echo", {}) + "]";
  content.activities = "[" + page_activity({&group, 1}) + "]";
  return page_document(content);
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const std::uint8_t byte : sha256(bytes)) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace

TEST_CASE("SHA-256 gives the standard's own examples") {
  CHECK(hex_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex_of(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(policy_hash("abc") == "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

TEST_CASE("text in a page cannot leave its place") {
  CHECK(json_text("</script><!-- & 'x' \"y\" \\") ==
        "\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u0027x\\u0027 \\u0022y\\u0022 \\u005c\"");
  CHECK(json_text("a\xE2\x80\xA8z\xE2\x80\xA9") == "\"a\\u2028z\\u2029\"");
  CHECK(json_text("a\nb\tc\x01") == "\"a b c\xEF\xBF\xBD\"");
  CHECK(json_text("\xFF\xC3") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(json_text("\xE2\x80\xAEright to left") == "\"\xEF\xBF\xBDright to left\"");
  CHECK(html_text("<b a='1'>&\"") == "&#60;b a=&#39;1&#39;&#62;&#38;&#34;");
  for (const char* text : {"plain", "µs · ×37 …", "</script>", "\"\\'"}) {
    CHECK(json::parse(json_text(text)).get<std::string>() == text);
  }
}

TEST_CASE("a page loads nothing, and names its own script and style in its policy") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  const std::string page = document_of(model);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  CHECK(page.find("unsafe-inline") == std::string::npos);
  CHECK(page.find("script-src '" + policy_hash(page_script()) + "'") != std::string::npos);
  const std::size_t style = page.find("<style>") + 7;
  const std::string css = page.substr(style, page.find("</style>") - style);
  CHECK(page.find("style-src '" + policy_hash(css) + "'") != std::string::npos);
  // Nothing that a browser would fetch. The only address is SVG's namespace.
  for (const char* fetch : {" src=", " srcset=", " href=", " poster=", " action=", "@import",
                            "<link", "<img", "<iframe", "<object", "<embed"}) {
    INFO(fetch);
    CHECK(page.find(fetch) == std::string::npos);
  }
  CHECK(count_of(page, "url(") == count_of(page, "url(#"));
  CHECK(count_of(page, "://") == 1);
  CHECK(count_of(page, "http://www.w3.org/2000/svg") == 1);
  CHECK(count_of(page, "<script") == 2);
  CHECK(count_of(page, "</script") == 2);
  // No way to turn text into markup or code.
  for (const char* way : {"innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
                          "Function(", "setTimeout(", "fetch(", "XMLHttp", "WebSocket"}) {
    INFO(way);
    CHECK(page_script().find(way) == std::string_view::npos);
  }
}

TEST_CASE("the same run gives the same page, byte for byte") {
  const Trace one = test::echo_of_two();
  const Trace two = test::echo_of_two();
  CHECK(document_of(Model(one)) == document_of(Model(two)));
}

TEST_CASE("a page's data holds every event of its window, and none beside it") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  PageWindow window;
  window.first = 11;
  window.max_events = 20;
  const json run = json::parse(page_run(model, "echo", window));
  CHECK(run["first"] == 11);
  CHECK(run["last"] == 30);
  CHECK(run["count"] == model.event_count());
  REQUIRE(run["events"].size() == 20);
  for (std::uint32_t seq = 11; seq <= 30; ++seq) {
    const json& event = run["events"][seq - 11];
    CHECK(event[0] == model.event(seq).time_ns - model.start_ns());
    CHECK(event[1] == model.sentence(seq));
    CHECK(event[3] == model.event(seq).cause);
  }
  CHECK(run["film"]["rows"].size() == 21);
  CHECK(run["states"]["frames"].size() == 21);
  for (const json& shape : run["film"]["shapes"]) {
    const int since = shape.size() > 2 ? shape[2].get<int>() : 0;
    CHECK(since <= 30);
  }
}

TEST_CASE("a window beyond the run's end gives its last event") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  PageWindow window;
  window.first = 1'000'000;
  const json run = json::parse(page_run(model, "echo", window));
  CHECK(run["first"] == model.event_count());
  CHECK(run["last"] == model.event_count());
}

TEST_CASE("a trace without events still gives a page") {
  Trace trace;
  const Model model(trace);
  const json run = json::parse(page_run(model, "nothing", {}));
  CHECK(run["events"].empty());
  CHECK(run["film"]["rows"].size() == 1);
}

TEST_CASE("a film's shapes come with their events, in their rows") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  const InteractionLayout layout(model);
  const InteractionFilm film = interaction_film(layout, {}, 1, 400);
  REQUIRE(film.rows.size() == model.event_count() + 1);
  CHECK(std::is_sorted(film.rows.begin(), film.rows.end()));
  std::size_t arrows = 0;
  for (const Shape& shape : film.scene.shapes()) {
    if (shape.life.motion != Motion::travels) continue;
    ++arrows;
    CHECK(std::abs(shape.to.y - film.rows[shape.life.since]) < 0.5f);
  }
  CHECK(arrows > 30);
  REQUIRE(film.marbles.size() == 1);
  CHECK(film.marbles[0].places.size() > 20);
  CHECK(film.columns.size() == 7);
}

TEST_CASE("what an operation does wears its number, so that it can be followed") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  const InteractionFilm film = interaction_film(InteractionLayout(model), {}, 1, 400);
  for (const OperationRecord& operation : model.operations()) {
    const auto own =
        std::count_if(film.scene.shapes().begin(), film.scene.shapes().end(),
                      [&](const Shape& shape) { return shape.life.operation == operation.id; });
    CHECK(own >= 5);
  }
}

TEST_CASE("one long name does not make a page as many times as long") {
  test::TraceBuilder builder;
  builder.thread_started("main");
  const std::uint32_t stream = builder.open(std::string(60'000, 'x'));
  for (int i = 0; i < 300; ++i) builder.initiate("receive", stream, 64, "on_receive");
  const Trace trace = builder.finish();
  const Model model(trace);
  PageWindow window;
  window.max_events = 1'000;
  CHECK(page_run(model, "long", window).size() < 2'000'000);
}
