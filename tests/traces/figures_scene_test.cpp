// Scenes, palettes, text widths and SVG: what every figure uses.
#include <algorithm>
#include <array>
#include <clocale>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "traces/figures/scene.hpp"
#include "traces/figures/shape_geometry.hpp"
#include "traces/figures/svg.hpp"
#include "traces/format/utf8.hpp"

using namespace proactor_lab::figures;

namespace {

double luminance(Colour c) {
  const auto channel = [](int value) {
    const double v = value / 255.0;
    return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(c.red) + 0.7152 * channel(c.green) + 0.0722 * channel(c.blue);
}

/// The contrast ratio as WCAG defines it. Text needs 4.5.
double contrast(Ink a, Ink b, Theme theme) {
  const double first = luminance(colour_of(a, theme));
  const double second = luminance(colour_of(b, theme));
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

constexpr std::array themes = {Theme::dark, Theme::light, Theme::contrast};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("text is readable in every theme") {
  for (const Theme theme : themes) {
    for (const Ink ground : {Ink::background, Ink::panel, Ink::panel_raised}) {
      CAPTURE(static_cast<int>(theme), static_cast<int>(ground));
      CHECK(contrast(Ink::text, ground, theme) >= 7);
      CHECK(contrast(Ink::text_dim, ground, theme) >= 4.5);
      CHECK(contrast(Ink::text_faint, ground, theme) >= 3);
      for (int i = static_cast<int>(Ink::accent); i < ink_count; ++i) {
        CAPTURE(i);
        CHECK(contrast(static_cast<Ink>(i), ground, theme) >= 4.5);
      }
    }
    for (std::uint32_t i = 0; i < connection_ink_count; ++i) {
      CHECK(contrast(Ink::on_fill, connection_ink(i), theme) >= 4.5);
    }
  }
}

TEST_CASE("connection colours repeat after eight") {
  CHECK(connection_ink(0) == Ink::connection_a);
  CHECK(connection_ink(7) == Ink::connection_h);
  CHECK(connection_ink(8) == Ink::connection_a);
}

TEST_CASE("a text's width is the sum of its letters' advance widths") {
  CHECK(text_width("", 13) == 0);
  CHECK(text_width("H", 1000) == Approx(740 + 4).margin(5));
  CHECK(text_width("AB", 20) == Approx(text_width("A", 20) + text_width("B", 20)));
  CHECK(text_width("receive", 26) == Approx(2 * text_width("receive", 13)));
  CHECK(text_width("receive", 13, Face::bold) > text_width("receive", 13));
  CHECK(text_width("abc", 10, Face::mono) == Approx(18));
}

TEST_CASE("a code point counts once however many bytes it has") {
  CHECK(text_width("µs", 10, Face::mono) == Approx(12));
  CHECK(text_width("a→b", 10, Face::mono) == Approx(18));
  // Bytes that are not UTF-8 have a width, too, and are not read past the end.
  CHECK(text_width("\xff\xc3", 10, Face::mono) == Approx(12));
  CHECK(text_width("\xe2\x86", 10, Face::mono) == Approx(12));
}

TEST_CASE("a text that fits is left as it is") { CHECK(fit_text("receive", 500, 13) == "receive"); }

TEST_CASE("a text that does not fit is cut with an ellipsis, at whole letters") {
  const std::string text = "Größe der Übertragung";
  for (float width = 0; width < 150; width += 1) {
    const std::string cut = fit_text(text, width, 13);
    CAPTURE(width, cut);
    CHECK(text_width(cut, 13) <= width);
    CHECK((cut == text || cut.empty() || cut.ends_with("…")));
    for (std::string_view rest = cut; !rest.empty();)
      CHECK(proactor_lab::next_code_point(rest) != 0xFFFD);
  }
}

TEST_CASE("a hit finds the topmost shape that stands for something") {
  Scene scene{100, 100};
  const Target below{Target::Kind::operation, 1};
  const Target above{Target::Kind::event, 2};
  scene.rectangle({10, 10, 50, 50}, Ink::panel).target = below;
  scene.rectangle({30, 30, 50, 50}, Ink::panel).target = above;
  scene.text({30, 30}, "no target", {});
  CHECK(scene.hit({20, 20}) == below);
  CHECK(scene.hit({40, 40}) == above);
  CHECK(scene.hit({90, 5}) == Target{});
}

TEST_CASE("lines, circles and texts can be hit") {
  Scene scene{200, 200};
  const Target line{Target::Kind::event, 1};
  const Target circle{Target::Kind::thread, 2};
  const Target text{Target::Kind::lifeline, 3};
  scene.arrow({0, 0}, {100, 100}, {}).target = line;
  scene.circle({150, 50}, 10, Ink::accent).target = circle;
  scene.text({100, 150}, "Proactor", {Ink::text, 13, Face::bold, Anchor::middle}).target = text;
  CHECK(scene.hit({50, 53}) == line);
  CHECK(scene.hit({50, 80}) == Target{});
  CHECK(scene.hit({105, 105}) == Target{});
  CHECK(scene.hit({155, 55}) == circle);
  CHECK(scene.hit({159, 59}) == Target{});
  CHECK(scene.hit({80, 155}) == text);
  CHECK(scene.hit({20, 155}) == Target{});
}

TEST_CASE("what a clip hides cannot be hit") {
  Scene scene{100, 100};
  const Target target{Target::Kind::operation, 1};
  scene.push_clip({0, 0, 50, 50});
  scene.rectangle({0, 0, 100, 100}, Ink::panel).target = target;
  scene.pop_clip();
  CHECK(scene.hit({40, 40}) == target);
  CHECK(scene.hit({60, 60}) == Target{});
}

TEST_CASE("an appended scene is moved, and cut to its own size") {
  Scene inner{20, 20};
  inner.rectangle({0, 0, 100, 100}, Ink::panel).target = {Target::Kind::state, 4};
  inner.line({1, 2}, {3, 4}, {});
  Scene outer{100, 100};
  outer.append(inner, {10, 30});
  CHECK(outer.hit({15, 35}) == Target{Target::Kind::state, 4});
  CHECK(outer.hit({50, 50}) == Target{});
  const Shape& line = outer.shapes()[2];
  CHECK(line.from.x == 11);
  CHECK(line.to.y == 34);
}

TEST_CASE("a picture as SVG is the same in every locale") {
  Scene scene{120.5f, 80};
  scene.rectangle({1.25f, 2.5f, 10, 20}, Ink::accent, 3, 0.5f);
  scene.arrow({0, 0}, {33.333f, 10}, {Ink::bad, 1.5f, Dash::dashed});
  const std::string before = to_svg(scene, Theme::light);
  const char* changed = std::setlocale(LC_ALL, "de_DE.UTF-8");
  const std::string after = to_svg(scene, Theme::light);
  if (changed) std::setlocale(LC_ALL, "C");
  CHECK(before == after);
  CHECK(before.find("width=\"120.5\"") != std::string::npos);
  CHECK(before.find("fill-opacity=\"0.5\"") != std::string::npos);
}

TEST_CASE("numbers in SVG have at most two decimals, and are never what XML readers refuse") {
  Scene scene{10, 10};
  scene.line({1.0f / 3, -0.001f}, {NAN, INFINITY}, {});
  scene.rectangle({0, 0, -5, 3}, Ink::panel);
  const std::string svg = to_svg(scene, Theme::dark);
  CHECK(svg.find("x1=\"0.33\"") != std::string::npos);
  CHECK(svg.find("y1=\"0\"") != std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  CHECK(svg.find("width=\"-") == std::string::npos);
}

TEST_CASE("text in SVG is escaped, whatever a trace put in it") {
  Scene scene{10, 10};
  scene.text({0, 0}, "<script>&\"\x01\xff</script>", {});
  const std::string svg = to_svg(scene, Theme::light);
  CHECK(svg.find("<script>") == std::string::npos);
  CHECK(svg.find("&lt;script&gt;&amp;&quot;\xEF\xBF\xBD\xEF\xBF\xBD&lt;/script&gt;") !=
        std::string::npos);
}

TEST_CASE("an SVG for a page fits its width, and tells a screen reader what it is") {
  SvgDocument document;
  document.title = "A <b> & c";
  document.description = "Two operations.";
  document.width_max_mm = a4_width_mm;
  const std::string wide = to_svg(Scene{900, 1800}, Theme::light, document);
  CHECK(wide.find("width=\"190mm\" height=\"380mm\" viewBox=\"0 0 900 1800\"") !=
        std::string::npos);
  CHECK(wide.find(">\n<title>A &lt;b&gt; &amp; c</title>\n<desc>Two operations.</desc>\n") !=
        std::string::npos);
  // A picture that fits keeps its size. Without a document there is no title.
  const std::string narrow = to_svg(Scene{700, 90}, Theme::light, document);
  CHECK(narrow.find("width=\"700\" height=\"90\"") != std::string::npos);
  CHECK(to_svg(Scene{900, 90}, Theme::light).find("<title>") == std::string::npos);
  CHECK(to_svg(Scene{900, 90}, Theme::light).find("width=\"900\"") != std::string::npos);
}

TEST_CASE("clips in SVG are balanced even where a scene forgets") {
  Scene scene{10, 10};
  scene.pop_clip();
  scene.push_clip({0, 0, 5, 5});
  scene.push_clip({1, 1, 2, 2});
  scene.circle({2, 2}, 1, Ink::accent);
  const std::string svg = to_svg(scene, Theme::light);
  CHECK(count_of(svg, "<svg") == 3);
  CHECK(count_of(svg, "</svg>") == 3);
}

TEST_CASE("SVG defines each pattern once, and only those in use") {
  Scene scene{100, 100};
  scene.rectangle({0, 0, 10, 10}, Ink::waiting).pattern = Pattern::diagonals;
  scene.rectangle({20, 0, 10, 10}, Ink::waiting).pattern = Pattern::diagonals;
  const std::string svg = to_svg(scene, Theme::light);
  CHECK(count_of(svg, "<pattern") == 1);
  CHECK(count_of(svg, "url(#diagonals") == 2);
  CHECK(to_svg(Scene{10, 10}, Theme::light).find("<defs>") == std::string::npos);
}
