// "What if": the scenario values that a lesson lets the learner change, and a button that runs the
// scenario again.
#include <string>

#include <imgui.h>

#include "gui/panes/panes.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::Rect;

namespace {

constexpr float pad = 14;
constexpr float row_height = 36;
constexpr float field_width = 84;

void draw_field(const Canvas& canvas, Rect row, std::size_t index, const Snapshot& snapshot,
                Requests& requests) {
  const ExerciseField& field = snapshot.lesson->exercise->fields[index];
  const ExerciseInput& input = snapshot.exercise;
  const bool focused = input.focus == index;
  const float unit_width = field.unit.empty() ? 0 : 26;
  const Rect box{row.right() - field_width - unit_width, row.y + 3, field_width, row.height - 8};
  const float top = box.middle_y() - 6.5f;
  canvas.text_within({row.x, top}, box.x - row.x - 8, field.label, {Ink::text, 13});
  ImGui::PushID(static_cast<int>(index));
  const Press press = canvas.press("field", box);
  ImGui::PopID();
  if (press.clicked) {
    requests.push_back({Action::exercise_focus, static_cast<std::uint32_t>(index)});
  }
  canvas.fill(box, Ink::background, 5);
  canvas.outline(box, focused || press.hovered ? Ink::accent : Ink::text_faint, 5);
  const std::string typed = index < input.values.size() ? input.values[index] : std::string{};
  const bool own = !typed.empty();
  const float wide = canvas.text({box.x + 9, top}, own || focused ? typed : field.value,
                                 {own ? Ink::text : Ink::text_dim, 13, Face::mono});
  if (focused) canvas.fill({box.x + 10 + wide, box.y + 6, 1.5f, box.height - 12}, Ink::accent);
  canvas.text({box.right() + 7, top}, field.unit, {Ink::text_dim, 13});
}

}  // namespace

float draw_exercise(const Canvas& canvas, Point at, float width, const Snapshot& snapshot,
                    Requests& requests) {
  const ExerciseView& exercise = *snapshot.lesson->exercise;
  const auto count = static_cast<float>(exercise.fields.size());
  const float result = exercise.tried ? 28.f : 0;
  const Rect box{at.x, at.y, width, 2 * pad + 24 + count * row_height + 42 + result};
  const Ink ink = exercise.reached ? Ink::good : Ink::accent;
  canvas.fill(box, ink, 8, 0.07f);
  canvas.outline(box, ink, 8, 1.2f, 0.8f);
  float y = box.y + pad;
  canvas.text({box.x + pad, y}, "WHAT IF", {ink, 11, Face::bold});
  y += 24;
  for (std::size_t i = 0; i < exercise.fields.size(); ++i) {
    draw_field(canvas, {box.x + pad, y, width - 2 * pad, row_height}, i, snapshot, requests);
    y += row_height;
  }
  if (canvas.button("run exercise", {box.x + pad, y + 6, width - 2 * pad, 32}, "Run it again",
                    false)) {
    requests.push_back({Action::exercise_run});
  }
  y += 50;
  if (exercise.tried) {
    canvas.text({box.x + pad, y},
                exercise.reached ? "✓  That is the goal." : "Not yet. Try another.",
                {exercise.reached ? Ink::good : Ink::text, 14, Face::bold});
  }
  return box.height;
}

}  // namespace proactor_lab::gui
