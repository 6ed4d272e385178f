// Checks that tests of figures make on a picture.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "traces/figures/svg.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab::test {

/// The picture as a value: two scenes show the same picture if these are equal.
inline std::string picture(const figures::Scene& scene) {
  return figures::to_svg(scene, figures::Theme::dark);
}

/// Every coordinate is finite and is in the scene or at most `margin` outside its edge.
inline bool is_sane(const figures::Scene& scene, float margin = 64) {
  auto inside = [&](float x, float y) {
    return std::isfinite(x) && std::isfinite(y) && x >= -margin && x <= scene.width() + margin &&
           y >= -margin && y <= scene.height() + margin;
  };
  if (!std::isfinite(scene.width()) || !std::isfinite(scene.height())) return false;
  int depth = 0;
  for (const figures::Shape& shape : scene.shapes()) {
    using figures::ShapeKind;
    bool good = true;
    switch (shape.kind) {
      case ShapeKind::rectangle:
      case ShapeKind::push_clip:
        good = inside(shape.box.x, shape.box.y) && inside(shape.box.right(), shape.box.bottom()) &&
               shape.box.width >= 0 && shape.box.height >= 0;
        depth += shape.kind == ShapeKind::push_clip ? 1 : 0;
        break;
      case ShapeKind::line:
      case ShapeKind::arrow:
        good = inside(shape.from.x, shape.from.y) && inside(shape.to.x, shape.to.y);
        break;
      case ShapeKind::circle:
      case ShapeKind::text:
        good = inside(shape.from.x, shape.from.y);
        break;
      case ShapeKind::pop_clip:
        good = --depth >= 0;
        break;
    }
    good = good && shape.fill_alpha >= 0 && shape.fill_alpha <= 1 && shape.stroke_alpha >= 0 &&
           shape.stroke_alpha <= 1 && std::isfinite(shape.radius) && std::isfinite(shape.thickness);
    if (!good) return false;
  }
  return depth == 0;
}

/// The first text that crosses the scene's left or right edge; empty if there is none.
inline std::string text_cut_in(const figures::Scene& scene) {
  for (const figures::Shape& shape : scene.shapes()) {
    if (shape.kind != figures::ShapeKind::text) continue;
    float width = figures::text_width(shape.text, shape.text_size, shape.face);
    float left = shape.from.x;
    if (shape.anchor == figures::Anchor::middle) left -= width / 2;
    if (shape.anchor == figures::Anchor::right) left -= width;
    if (left < -1 || left + width > scene.width() + 1) return shape.text;
  }
  return "";
}

inline bool says(const figures::Scene& scene, const std::string& words) {
  return std::any_of(scene.shapes().begin(), scene.shapes().end(),
                     [&](const figures::Shape& shape) {
                       return shape.kind == figures::ShapeKind::text &&
                              shape.text.find(words) != std::string::npos;
                     });
}

/// The first `count` events, as a run that was killed there would leave them.
inline Trace cut_after(const Trace& trace, std::uint32_t count) {
  Trace cut;
  cut.header = trace.header;
  cut.strings = {};
  for (Event event : trace.events) {
    if (event.seq > count) break;
    auto keep = [&](StringId& id) { id = cut.strings.keep(trace.text(id)); };
    keep(event.opcode);
    keep(event.label);
    keep(event.text);
    keep(event.file);
    cut.events.push_back(event);
  }
  return cut;
}

/// Events that are well-formed but inconsistent, as a hostile file may contain.
inline Trace nonsense(std::uint32_t seed, int count) {
  std::mt19937 random(seed);
  Trace trace;
  StringId words[] = {no_string, trace.strings.keep("receive"), trace.strings.keep("io"),
                      trace.strings.keep("a label that is far longer than any label ought to be"),
                      trace.strings.keep("listener")};
  auto id = [&]() -> std::uint32_t {
    switch (random() % 8) {
      case 0:
        return 0;
      case 1:
        return static_cast<std::uint32_t>(random());
      default:
        return static_cast<std::uint32_t>(random() % 9);
    }
  };
  std::int64_t time_ns = 0;
  for (int i = 1; i <= count; ++i) {
    Event event;
    event.kind = static_cast<EventKind>(random() % event_kind_count);
    event.seq = static_cast<std::uint32_t>(i);
    if (random() % 3 == 0) time_ns += static_cast<std::int64_t>(random() % 100'000);
    event.time_ns = event.earliest_ns = time_ns;
    event.value = static_cast<std::int64_t>(random() % 200) - 130;
    event.bytes = static_cast<std::int64_t>(random() % 5000) - 10;
    event.cause = random() % 2 == 0 ? id() : event.seq - 1;
    event.operation = id();
    event.target = id();
    event.handle = id();
    event.buffer = id();
    event.thread = static_cast<std::uint16_t>(id());
    event.opcode = words[random() % 5];
    event.label = words[random() % 5];
    event.text = words[random() % 5];
    event.certainty = random() % 2 == 0 ? Certainty::observed : Certainty::inferred;
    event.role = static_cast<Role>(random() % 3);
    event.more = random() % 5 == 0;
    trace.events.push_back(event);
  }
  return trace;
}

/// The golden file's text. With PROACTOR_LAB_UPDATE_GOLDENS=1, `actual` is written there first.
inline std::string golden(const std::string& name, const std::string& actual) {
  std::filesystem::path path =
      std::filesystem::path(PROACTOR_LAB_SOURCE_DIR) / "tests/goldens" / name;
  const char* update = std::getenv("PROACTOR_LAB_UPDATE_GOLDENS");
  if (update != nullptr && std::string(update) == "1") {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace proactor_lab::test
