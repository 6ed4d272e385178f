// The middle of the window: the current figure, and the tabs that select it.
#include <string>
#include <vector>

#include "gui/panes/panes.hpp"
#include "traces/figures/activity/activity.hpp"
#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Rect;
using figures::Scene;

namespace {

Scene stage_scene(const Snapshot& snapshot, float width, float height) {
  if (snapshot.settings.stage == StageView::interaction) {
    figures::InteractionOptions options;
    options.axis = snapshot.settings.axis;
    options.zoom = snapshot.settings.zoom;
    options.width = width;
    options.height = height;
    options.at = snapshot.moment();
    options.selection = snapshot.selection;
    options.horizon = snapshot.hidden_after();
    return snapshot.layout != nullptr ? figures::interaction_scene(*snapshot.layout, options)
                                      : figures::interaction_scene(*snapshot.model, options);
  }
  std::vector<figures::ActivityGroup> groups;
  for (const NamedRun& run : *snapshot.runs) {
    groups.push_back({run.title, run.model, run.horizon_ns, run.seen});
  }
  figures::ActivityOptions options;
  options.width = width;
  options.height = height;
  // If this run has ended but others take longer, the figure shows their ends, too.
  const bool ended = snapshot.seq() == snapshot.model->event_count() && groups.size() > 1;
  options.at_ns = ended ? INT64_MAX : playhead_ns(snapshot);
  return figures::activity_scene(groups, options);
}

}  // namespace

void draw_tabs(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::panel_raised, 0, 0.55f);
  canvas.line({box.x, box.bottom()}, {box.right(), box.bottom()}, Ink::grid);
  struct Tab {
    const char* name;
    const char* key;
  };
  constexpr Tab tabs[] = {{"Interaction", "1"}, {"Activity", "2"}};
  float x = box.x + 24;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const bool on = i == static_cast<std::uint32_t>(snapshot.settings.stage);
    const figures::TextStyle style{on ? Ink::text : Ink::text_dim, 14,
                                   on ? Face::bold : Face::regular};
    const float width = canvas.width(tabs[i].name, style);
    const Rect hit{x - 10, box.y, width + 34, box.height};
    const Press press = canvas.press(tabs[i].name, hit);
    if (press.clicked) requests.push_back({Action::show_stage, i});
    if (press.hovered && !on) canvas.fill(hit, Ink::grid, 0, 0.35f);
    canvas.text({x, box.middle_y() - 7}, tabs[i].name, style);
    canvas.text({x + width + 8, box.middle_y() - 5}, tabs[i].key, {Ink::text_faint, 11});
    if (on) canvas.fill({x - 4, box.bottom() - 2.5f, width + 26, 2.5f}, Ink::accent);
    x += width + 48;
  }
  if (snapshot.settings.stage != StageView::interaction) return;
  float right = box.right() - 18;
  const int zoom = canvas.choice_row("zoom", right, box.middle_y(), {"roles", "participants"},
                                     static_cast<int>(snapshot.settings.zoom), &right);
  if (zoom >= 0 && zoom != static_cast<int>(snapshot.settings.zoom)) {
    requests.push_back({Action::toggle_zoom});
  }
  right -= 22;
  canvas.line({right + 11, box.y + 11}, {right + 11, box.bottom() - 11}, Ink::grid);
  const int axis = canvas.choice_row("axis", right, box.middle_y(), {"order", "time"},
                                     static_cast<int>(snapshot.settings.axis), &right);
  if (axis >= 0 && axis != static_cast<int>(snapshot.settings.axis)) {
    requests.push_back({Action::toggle_axis});
  }
}

void draw_stage(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::background);
  constexpr float inset = 10;
  const Rect area{box.x + inset, box.y + inset, box.width - 2 * inset, box.height - 2 * inset};
  const Scene scene = stage_scene(snapshot, area.width, area.height);
  const Press press = canvas.press("stage", area);
  canvas.paint(scene, {area.x, area.y});
  if (press.hovered) {
    const float wheel = mouse_wheel();
    if (wheel < 0) requests.push_back({Action::step_forward});
    if (wheel > 0) requests.push_back({Action::step_back});
  }
  if (press.clicked) {
    const figures::Point mouse = mouse_position();
    requests.push_back({Action::select, 0, scene.hit({mouse.x - area.x, mouse.y - area.y})});
  }
}

void draw_narration(const Canvas& canvas, Rect box, const Snapshot& snapshot) {
  canvas.fill(box, Ink::background);
  canvas.line({box.x, box.y}, {box.right(), box.y}, Ink::grid);
  const Model& model = *snapshot.model;
  const float top = box.middle_y() - 6.5f;
  float x = box.x + 20;
  if (snapshot.seq() == 0) {
    canvas.text({x, top}, "Before the first event. Press Space to play, or → to step.",
                {Ink::text_dim, 13});
    return;
  }
  const Event& event = model.event(snapshot.seq());
  const Ink ink = ink_of_event(model, event);
  canvas.disc({x + 4, box.middle_y()}, 4, ink);
  x += 18;
  const float stamp = canvas.text({box.right() - 18, top}, time_text(model, event.time_ns),
                                  {Ink::text_dim, 12, Face::mono, Anchor::right});
  canvas.text_within({x, top}, box.right() - 36 - stamp - x, model.sentence(snapshot.seq()),
                     {Ink::text, 13});
}

}  // namespace proactor_lab::gui
