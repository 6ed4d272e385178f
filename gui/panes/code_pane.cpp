// The program's source, with the line that led to the current event.
#include <algorithm>
#include <string>

#include <imgui.h>

#include "gui/document/source_text.hpp"
#include "gui/panes/panes.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Rect;

namespace {

constexpr float line_height = 18;
constexpr float text_size = 12;

struct Place {
  std::string_view file;
  std::uint32_t line = 0;
};

/// The event's call site, or the nearest one among its causes. An operation's later events belong
/// to the call that initiated it.
Place place_among_causes(const Model& model, std::uint32_t seq) {
  for (int steps = 0; seq != 0 && steps < 64; ++steps) {
    const Event& event = model.event(seq);
    if (event.file != no_string) return {model.trace().text(event.file), event.line};
    const OperationRecord* operation = model.operation(event.operation);
    if (operation && operation->initiated != 0 && operation->initiated < seq) {
      seq = operation->initiated;
    } else {
      seq = event.cause < seq ? event.cause : 0;
    }
  }
  return {};
}

/// If no cause has a call site, the last one that the program reached.
Place place_of(const Model& model, std::uint32_t seq) {
  const Place place = place_among_causes(model, seq);
  if (!place.file.empty()) return place;
  constexpr std::uint32_t furthest = 2000;
  for (std::uint32_t i = 0; i < furthest && i < seq; ++i) {
    const Event& event = model.event(seq - i);
    if (event.file != no_string) return {model.trace().text(event.file), event.line};
  }
  return {};
}

Ink ink_of(CodeSpan::Kind kind, bool current) {
  switch (kind) {
    case CodeSpan::Kind::keyword:
      return Ink::connection_f;
    case CodeSpan::Kind::string:
      return Ink::connection_d;
    case CodeSpan::Kind::number:
      return Ink::connection_g;
    case CodeSpan::Kind::comment:
      return Ink::text_faint;
    case CodeSpan::Kind::plain:
      break;
  }
  return current ? Ink::text : Ink::text_dim;
}

void draw_line(const Canvas& canvas, Rect row, std::string_view words, int number, bool current,
               Ink mark) {
  if (current) {
    canvas.fill(row, mark, 0, 0.16f);
    canvas.fill({row.x, row.y, 3, row.height}, mark);
  }
  const float top = row.middle_y() - text_size / 2;
  canvas.text({row.x + 32, top}, std::to_string(number),
              {current ? Ink::text : Ink::text_faint, text_size, Face::mono, Anchor::right});
  float x = row.x + 44;
  for (const CodeSpan& span : code_spans(words)) {
    if (x > row.right()) break;
    x += canvas.text({x, top}, span.text, {ink_of(span.kind, current), text_size, Face::mono});
  }
}

}  // namespace

void draw_code(const Canvas& canvas, Rect box, const Snapshot& snapshot) {
  canvas.fill(box, Ink::panel_raised, 0, 0.55f);
  canvas.line({box.x, box.y}, {box.right(), box.y}, Ink::grid);
  const Model& model = *snapshot.model;
  const Place place = place_of(model, snapshot.seq());
  const float left = box.x + 20;
  const SourceText& source = source_text(place.file);
  if (source.lines.empty()) {
    draw_caption(canvas, {left, box.y + 12}, "CODE");
    const std::string words =
        place.file.empty() ? "No line of the program has led here yet."
                           : "The source, " + std::string{place.file} + ", is not on this machine.";
    canvas.paragraph({left, box.y + 36}, box.width - 40, words, {Ink::text_faint, 13}, 18);
    return;
  }
  canvas.text({left, box.y + 11}, source.name, {Ink::text_dim, 12, Face::mono});
  const Rect area{box.x + 8, box.y + 31, box.width - 16, box.height - 37};
  canvas.list().PushClipRect({area.x, area.y}, {area.right(), area.bottom()}, true);
  const int rows = std::max(1, static_cast<int>(area.height / line_height));
  const int count = static_cast<int>(source.lines.size());
  const int current = static_cast<int>(std::min<std::uint32_t>(place.line, 1u << 30));
  const int first = std::clamp(current - rows / 2, 1, std::max(1, count - rows + 1));
  const Ink mark = ink_of_event(model, model.event(snapshot.seq()));
  for (int i = 0; i < rows && first + i <= count; ++i) {
    const Rect row{area.x, area.y + line_height * static_cast<float>(i), area.width, line_height};
    draw_line(canvas, row, source.lines[first + i - 1], first + i, first + i == current,
              mark == Ink::text_dim ? Ink::accent : mark);
  }
  canvas.list().PopClipRect();
}

}  // namespace proactor_lab::gui
