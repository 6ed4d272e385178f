// The events, one per row. A click moves the playhead. Rows after the playhead are faint; rows
// after the horizon are not drawn.
#include <string>

#include <imgui.h>

#include "gui/panes/panes.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Rect;

namespace {

constexpr float row_height = 20;
constexpr float text_size = 12;

/// A short description for a narrow column: "#4 receive B".
std::string subject_of(const Model& model, const Event& event) {
  if (const OperationRecord* operation = model.operation(event.operation)) {
    std::string words = "#" + std::to_string(operation->id) + " ";
    words += model.trace().text(operation->opcode);
    const std::string letter = model.letter_of_handle(operation->handle);
    return letter.empty() ? words : words + " " + letter;
  }
  if (event.handle != 0) return model.name_of_handle(event.handle);
  if (event.label != no_string) return std::string{model.trace().text(event.label)};
  return {};
}

void draw_row(const Canvas& canvas, Rect row, const Model& model, std::uint32_t seq,
              const Snapshot& snapshot) {
  const Event& event = model.event(seq);
  const bool current = seq == snapshot.seq();
  const bool future = seq > snapshot.seq();
  const Ink subject_ink = ink_of_event(model, event);
  if (current) {
    canvas.fill(row, Ink::playhead, 3, 0.14f);
    canvas.fill({row.x, row.y, 3, row.height}, Ink::playhead);
  }
  const float alpha = future ? 0.55f : 1;
  const float top = row.middle_y() - text_size / 2;
  constexpr float time_right = 64;
  constexpr float kind_left = 78;
  canvas.text({row.x + time_right, top}, time_parts(model, event.time_ns).number,
              {Ink::text_dim, text_size, Face::mono, Anchor::right, alpha});
  constexpr float kind_width = 142;
  canvas.text_within(
      {row.x + kind_left, top}, kind_width, name_of(event.kind),
      {future ? Ink::text_dim : Ink::text, text_size, Face::mono, Anchor::left, alpha});
  const float subject_left = row.x + kind_left + kind_width + 8;
  if (row.right() - subject_left < 30) return;
  canvas.text_within({subject_left, top}, row.right() - 6 - subject_left, subject_of(model, event),
                     {subject_ink, text_size, Face::regular, Anchor::left, alpha});
}

}  // namespace

void draw_events(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::panel_raised, 0, 0.55f);
  canvas.line({box.x, box.y}, {box.right(), box.y}, Ink::grid);
  canvas.line({box.x, box.y}, {box.x, box.bottom()}, Ink::grid);
  const Model& model = *snapshot.model;
  draw_caption(canvas, {box.x + 16, box.y + 12}, "EVENTS");
  canvas.text({box.x + 72, box.y + 11}, "in " + time_parts(model, 0).unit, {Ink::text_faint, 12});
  std::string place = "#" + std::to_string(snapshot.seq());
  if (!snapshot.future_hidden()) place += " of " + std::to_string(model.event_count());
  canvas.text({box.right() - 16, box.y + 11}, place,
              {Ink::text_dim, 12, Face::mono, Anchor::right});

  const Rect area{box.x + 6, box.y + 31, box.width - 10, box.height - 35};
  const ScrollArea scroll{"events", area};
  const Canvas inner{canvas.fonts(), canvas.theme()};
  ImGuiStorage* memory = ImGui::GetStateStorage();
  const ImGuiID followed = ImGui::GetID("followed");
  // Scrolls to the playhead when it moves or the pane's height changes. In between, the user may
  // scroll.
  const auto state = static_cast<int>(snapshot.seq() * 4096 + static_cast<unsigned>(area.height));
  if (memory->GetInt(followed, -1) != state) {
    memory->SetInt(followed, state);
    const float centre = (static_cast<float>(snapshot.seq()) - 0.5f) * row_height;
    ImGui::SetScrollY(std::max(0.f, centre - area.height * 0.6f));
  }
  ImGui::SetCursorPos({0, 0});
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(snapshot.horizon()), row_height);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const Rect row{area.x, at.y, scroll.width(), row_height};
      const auto number = static_cast<std::uint32_t>(i + 1);
      ImGui::PushID(i);
      const Press press = inner.press("row", row);
      ImGui::PopID();
      if (press.hovered) inner.fill(row, Ink::grid, 3, 0.5f);
      draw_row(inner, row, model, number, snapshot);
      if (press.clicked) requests.push_back({Action::go_to, number});
      ImGui::SetCursorScreenPos({at.x, at.y + row_height});
    }
  }
}

}  // namespace proactor_lab::gui
