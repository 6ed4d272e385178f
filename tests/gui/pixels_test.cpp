// The window as pixels, drawn without a display. These tests need EGL and fail if it is missing: a
// screenshot that cannot be taken is an error, not something to skip.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <imgui.h>

#include "gui/command_line.hpp"
#include "gui/paint/painter.hpp"
#include "gui/screen/offscreen.hpp"
#include "gui/screenshot.hpp"
#include "gui/view/layout.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/trace_builder.hpp"

using namespace proactor_lab;
using namespace proactor_lab::gui;

namespace {

namespace fs = std::filesystem;

constexpr FrameSize home{1600, 900, 1};
constexpr FrameSize smallest{1024, 640, 1};

/// One context for all tests, because creating it takes most of the time.
Offscreen& screen() {
  static Offscreen offscreen;
  return offscreen;
}

App app_with_echo() {
  App app;
  app.open(document_of(test::echo_of_two(), "echo"));
  return app;
}

Image picture(App& app, const FrameSize& size = home) { return picture_of(app, screen(), size); }

std::size_t colours_in(const Image& image) {
  std::set<std::uint32_t> colours;
  for (std::size_t i = 0; i + 3 < image.rgba.size(); i += 4) {
    colours.insert(static_cast<std::uint32_t>(image.rgba[i]) << 16 | image.rgba[i + 1] << 8 |
                   image.rgba[i + 2]);
  }
  return colours.size();
}

/// What the last frame sent to OpenGL.
struct DrawDataCheck {
  std::size_t vertices = 0;
  bool finite = true;
};

DrawDataCheck check_draw_data() {
  DrawDataCheck check;
  const ImDrawData* data = ImGui::GetDrawData();
  for (int i = 0; i < data->CmdListsCount; ++i) {
    for (const ImDrawVert& vertex : data->CmdLists[i]->VtxBuffer) {
      check.finite &= std::isfinite(vertex.pos.x) && std::isfinite(vertex.pos.y);
      ++check.vertices;
    }
  }
  return check;
}

DrawDataCheck paint_alone(const figures::Scene& scene) {
  screen().render(home, figures::Theme::dark, [&] {
    paint(*ImGui::GetBackgroundDrawList(), scene, screen().fonts(), figures::Theme::dark, {0, 0});
  });
  return check_draw_data();
}

int command(std::vector<std::string> words, std::string* errors = nullptr) {
  words.insert(words.begin(), "proactor-lab");
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  std::ostringstream output;
  std::ostringstream error_output;
  const int code =
      run_command(static_cast<int>(pointers.size()), pointers.data(), output, error_output);
  if (errors) *errors = error_output.str();
  UNSCOPED_INFO("it said: " << error_output.str());
  if (code == 0) CHECK(error_output.str().empty());
  return code;
}

/// Width and height from a PNG's header; zeros if it is not a PNG.
std::pair<unsigned, unsigned> png_size(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  unsigned char head[24] = {};
  file.read(reinterpret_cast<char*>(head), sizeof head);
  if (!file || head[1] != 'P' || head[2] != 'N' || head[3] != 'G') return {0, 0};
  const auto number = [&](int at) {
    return static_cast<unsigned>(head[at]) << 24 | static_cast<unsigned>(head[at + 1]) << 16 |
           static_cast<unsigned>(head[at + 2]) << 8 | head[at + 3];
  };
  return {number(16), number(20)};
}

}  // namespace

TEST_CASE("twenty steps forward and twenty back give the same picture") {
  App app = app_with_echo();
  app.apply({Action::go_to, 10});
  const Image before = picture(app);
  for (int i = 0; i < 20; ++i) app.press(Key::right);
  const Image there = picture(app);
  for (int i = 0; i < 20; ++i) app.press(Key::left);
  const Image back = picture(app);
  CHECK_FALSE(before == there);
  CHECK(before == back);
}

TEST_CASE("events that share a nanosecond are distinct pictures") {
  App app = app_with_echo();
  std::vector<Image> pictures;
  const Model& model = *app.model();
  std::uint32_t pairs = 0;
  for (std::uint32_t seq = 2; seq <= model.event_count() && pairs < 12; ++seq) {
    if (model.event(seq).time_ns != model.event(seq - 1).time_ns) continue;
    ++pairs;
    app.apply({Action::go_to, seq - 1});
    const Image first = picture(app, smallest);
    app.apply({Action::go_to, seq});
    CAPTURE(seq);
    CHECK_FALSE(first == picture(app, smallest));
  }
  CHECK(pairs >= 5);
}

TEST_CASE("the same state gives the same pixels, in every theme and view") {
  for (const auto theme : {figures::Theme::dark, figures::Theme::light, figures::Theme::contrast}) {
    for (const auto stage : {StageView::interaction, StageView::activity}) {
      for (const FrameSize& size : {home, smallest, FrameSize{2048, 1280, 2}}) {
        App app = app_with_echo();
        app.apply({Action::go_to, 30});
        app.settings().theme = theme;
        app.settings().stage = stage;
        const Image first = picture(app, size);
        CHECK(check_draw_data().finite);
        CHECK(colours_in(first) > 40);
        CHECK(first == picture(app, size));
      }
    }
  }
}

TEST_CASE("a picture shows what lies between two events, too") {
  App app = app_with_echo();
  app.apply({Action::go_to, 12});
  const Image at_rest = picture(app);
  app.press(Key::space);
  app.advance(0.35f);
  REQUIRE(app.playback().fraction() > 0);
  CHECK_FALSE(at_rest == picture(app));
}

TEST_CASE("a shape that is no number is left out") {
  figures::Scene scene{500, 500};
  scene.line({NAN, 0}, {10, INFINITY}, {});
  scene.rectangle({0, 0, NAN, 10}, figures::Ink::accent);
  scene.circle({10, 10}, -5, figures::Ink::accent);
  scene.arrow({50, 50}, {50, 50}, {});
  scene.text({10, 10}, "bytes \xff\xfe that are no text", {});
  CHECK(paint_alone(scene).finite);
}

TEST_CASE("what is out of view costs nothing") {
  figures::Scene scene{1e6f, 1e6f};
  for (int i = 0; i < 2000; ++i) {
    const float y = 2000 + static_cast<float>(i) * 20;
    scene.rectangle({0, y, 100, 10}, figures::Ink::accent, 4).pattern = figures::Pattern::diagonals;
    scene.text({0, y}, "far below", {});
    scene.arrow({0, y}, {1000, y}, {figures::Ink::text, 1, figures::Dash::dashed});
  }
  // A line of a million pixels is dashed only in its visible part.
  scene.line({0, 10}, {1e6f, 10}, {figures::Ink::text, 1, figures::Dash::dashed});
  auto& wide = scene.rectangle({0, 20, 1e6f, 1e6f}, figures::Ink::waiting);
  wide.pattern = figures::Pattern::dots;
  CHECK(paint_alone(scene).vertices < 300'000);
}

TEST_CASE("very many shapes in view are all drawn") {
  figures::Scene scene{1600, 900};
  for (int i = 0; i < 40'000; ++i) {
    scene.circle({static_cast<float>(i % 1600), static_cast<float>(i % 900)}, 3,
                 figures::Ink::accent);
  }
  const DrawDataCheck check = paint_alone(scene);
  CHECK(check.finite);
  CHECK(check.vertices > 65536);
}

TEST_CASE("without any font there is still text, in ASCII") {
  // The context that the other tests use must be current again afterwards. Only one may be current.
  Fonts fonts{FontSource::built_in};
  ImFontAtlas atlas;
  fonts.build(atlas, 1);
  CHECK(fonts.family(figures::Face::bold) == "built-in");
  const float arrow = fonts.width("→", 13, figures::Face::regular);
  CHECK(arrow > 0);
  CHECK(arrow == Approx(fonts.width(">", 13, figures::Face::regular)));
  CHECK(fonts.width("µ·–…×▶", 13, figures::Face::mono) > 5 * arrow);
}

TEST_CASE("a click plays, and a press on the overview goes there") {
  App app = app_with_echo();
  picture(app);
  const Layout layout = layout_of(1600, 900, false, {});
  ImGuiIO& io = ImGui::GetIO();
  const auto press_at = [&](float x, float y) {
    io.MousePos = {x, y};
    picture(app);
    io.MouseDown[0] = true;
    picture(app);
    io.MouseDown[0] = false;
    picture(app);
  };
  press_at(layout.transport.x + 14 + 68 + 19, layout.transport.middle_y());
  CHECK(app.playback().playing());
  press_at(layout.transport.right() - 40, layout.transport.middle_y());
  CHECK_FALSE(app.playback().playing());
  CHECK(app.playback().seq() > app.model()->event_count() * 9 / 10);
  io.MousePos = {-1, -1};
}

TEST_CASE("clicking on the diagram selects what is there") {
  App app = app_with_echo();
  app.apply({Action::go_to, 40});
  picture(app);
  const Layout layout = layout_of(1600, 900, false, {});
  ImGuiIO& io = ImGui::GetIO();
  bool selected = false;
  for (float x = layout.stage.x + 500; x < layout.stage.right() && !selected; x += 25) {
    io.MousePos = {x, layout.stage.y + layout.stage.height * 0.55f};
    picture(app);
    io.MouseDown[0] = true;
    picture(app);
    io.MouseDown[0] = false;
    picture(app);
    selected = app.selection().kind == figures::Target::Kind::operation;
  }
  CHECK(selected);
  io.MousePos = {-1, -1};
}

TEST_CASE("the lessons and the first launch can be drawn at both sizes") {
  for (const FrameSize& size : {home, smallest}) {
    for (const char* name : {"one-read", "three-requests"}) {
      App app;
      app.open(open_document(name));
      for (int guard = 0; guard < 40; ++guard) {
        const PageView& page = app.lesson()->page();
        picture(app, size);
        REQUIRE(check_draw_data().finite);
        if (page.question_open()) {
          app.apply({Action::lesson_give_up});
        } else if (page.has_next) {
          app.apply({Action::lesson_next});
        } else {
          break;
        }
      }
    }
    App app;
    app.start_first_launch(run_three_requests());
    const Image asked = picture(app, size);
    app.first_launch()->guess(0);
    app.advance(3);
    const Image watched = picture(app, size);
    app.first_launch()->finish();
    const Image told = picture(app, size);
    CHECK_FALSE(asked == watched);
    CHECK_FALSE(watched == told);
  }
}

TEST_CASE("a screenshot has the size that was asked for") {
  const testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "shot.png").string();
  REQUIRE(command({"--screenshot", file, "--at", "#20", "--size", "1024x640", "echo"}) == 0);
  CHECK(png_size(file) == std::pair{1024u, 640u});
  REQUIRE(command({"--screenshot", file, "--theme", "light", "--view", "activity", "echo"}) == 0);
  CHECK(png_size(file) == std::pair{1600u, 900u});
  REQUIRE(command({"--screenshot", file, "--scale", "2", "--size", "2048x1280"}) == 0);
  CHECK(png_size(file) == std::pair{2048u, 1280u});
  CHECK(folder.file_count() == 1);
}

TEST_CASE("a screenshot that cannot be is refused in words, and leaves nothing behind") {
  const testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "shot.png").string();
  std::string errors;
  for (const char* size : {"0x0", "1600", "1600x", "x900", "99999x900", "-5x900", "a", "1600x900x2",
                           "4294967297x900"}) {
    CAPTURE(size);
    CHECK(command({"--screenshot", file, std::string{"--size="} + size, "echo"}, &errors) == 2);
    CHECK(errors.find("--size") != std::string::npos);
  }
  CHECK(command({"--screenshot", file, "--at", "#100000", "echo"}, &errors) == 2);
  CHECK(command({"--screenshot", file, "--view", "rings", "echo"}, &errors) == 2);
  CHECK(command({"--screenshot", file, "--scale", "nan", "echo"}, &errors) == 2);
  CHECK(command({"--screenshot", file, "no-such-thing"}, &errors) == 2);
  CHECK(errors.find("no-such-thing") != std::string::npos);
  CHECK(command({"--screenshot", file, folder.path().string()}, &errors) == 2);
  CHECK(folder.file_count() == 0);
  const std::string nowhere = (folder.path() / "no_folder" / "shot.png").string();
  CHECK(command({"--screenshot", nowhere, "echo"}, &errors) == 2);
  CHECK(errors.find(nowhere) != std::string::npos);
}

TEST_CASE("without a display the window says what to do instead") {
  const char* saved = std::getenv("DISPLAY");
  const std::string display = saved ? saved : "";
  unsetenv("DISPLAY");
  unsetenv("WAYLAND_DISPLAY");
  std::string errors;
  CHECK(command({"echo"}, &errors) == 2);
  CHECK(errors.find("--screenshot") != std::string::npos);
  if (saved) setenv("DISPLAY", display.c_str(), 1);
}
