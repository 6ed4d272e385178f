// At the right: the state of each operation; below, the selection and its causes.
#include <algorithm>
#include <string>
#include <vector>

#include <imgui.h>

#include "gui/panes/panes.hpp"
#include "traces/explain/explanation.hpp"
#include "traces/figures/states/states.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::Rect;
using figures::Target;

namespace {

constexpr float margin = 18;

/// The operation that the user follows: the selected one, else the current event's.
std::uint32_t followed_operation(const Snapshot& snapshot) {
  if (snapshot.selection.kind == Target::Kind::operation) return snapshot.selection.id;
  std::uint32_t seq = snapshot.seq();
  if (snapshot.selection.kind == Target::Kind::event) seq = snapshot.selection.id;
  if (seq == 0 || seq > snapshot.horizon()) return 0;
  return snapshot.model->event(seq).operation;
}

/// The operation's last event up to the playhead.
std::uint32_t last_moment(const OperationRecord& operation, std::uint32_t seq) {
  std::uint32_t last = 0;
  for (const std::uint32_t moment : {operation.initiated, operation.submitted, operation.started,
                                     operation.completed, operation.queued, operation.dequeued,
                                     operation.entered, operation.exited, operation.abandoned}) {
    if (moment != 0 && moment <= seq) last = std::max(last, moment);
  }
  return last;
}

/// For example "queued at 101.2 µs · 5 bytes · 53.1 µs after it was asked for".
std::string facts_of(const Model& model, const OperationRecord& operation, std::uint32_t seq) {
  const std::uint32_t last = last_moment(operation, seq);
  if (last == 0) return "not asked for yet";
  const Event& event = model.event(last);
  std::string words{name_of(model.state_at(operation, seq))};
  words += " since " + time_text(model, event.time_ns);
  if (operation.completed != 0 && operation.completed <= seq) {
    const Outcome outcome = model.outcome(operation);
    words += " · " + (outcome == Outcome::ok ? model.result_words(operation)
                                             : std::string{name_of(outcome)});
  } else if (operation.asked_bytes > 0) {
    words += " · up to " + std::to_string(operation.asked_bytes) + " bytes";
  }
  if (operation.initiated != 0 && last != operation.initiated) {
    const std::int64_t since = event.time_ns - model.event(operation.initiated).time_ns;
    if (since > 0) words += " · " + format_duration(since) + " after it was asked for";
  }
  return words;
}

float draw_chain(const Canvas& canvas, Point at, float width, const Model& model, std::uint32_t seq,
                 CauseChain& causes, Requests& requests) {
  constexpr float line_height = 18;
  constexpr float gap = 7;
  float y = at.y;
  Point above{};
  const auto& chain = causes.of(model, seq);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Ink ink = ink_of_event(model, model.event(chain[i].seq));
    const bool first = i == 0;
    if (!chain[i].passed.empty()) {
      y += canvas.paragraph({at.x + 22, y - 3}, width - 22, chain[i].passed, {Ink::text_faint, 12},
                            16);
    }
    const figures::TextStyle style{first ? (ink == Ink::text_dim ? Ink::text : ink) : Ink::text_dim,
                                   13, first ? Face::bold : Face::regular};
    const std::string sentence = model.sentence(chain[i].seq);
    const std::string words = first ? sentence : because(sentence);
    const float height =
        canvas.paragraph({at.x + 22, y}, width - 22, words, style, line_height, false);
    ImGui::PushID(static_cast<int>(i));
    const Press press = canvas.press("cause", {at.x, y - gap / 2, width, height + gap});
    ImGui::PopID();
    if (press.hovered) canvas.fill({at.x, y - gap / 2, width, height + gap}, Ink::grid, 4, 0.45f);
    if (press.clicked) requests.push_back({Action::go_to, chain[i].seq});
    const Point dot{at.x + 7, y + line_height / 2 - 2};
    if (!first) canvas.line({above.x, above.y + 5}, {dot.x, dot.y - 5}, Ink::grid, 1.5f);
    canvas.disc(dot, 3.5f, first ? style.ink : (ink == Ink::text_dim ? Ink::text_faint : ink));
    canvas.paragraph({at.x + 22, y}, width - 22, words, style, line_height);
    above = dot;
    y += height + gap;
  }
  if (causes.is_cut()) {
    canvas.text({at.x + 22, y}, "… and so on, back to the run's start", {Ink::text_faint, 12});
    y += line_height;
  }
  return y - at.y;
}

}  // namespace

void draw_states(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::panel);
  draw_caption(canvas, {box.x + margin, box.y + 16}, "STATE OF EACH OPERATION");
  // Without the inspector it grows a little, but a much taller figure would not look like a U.
  const float height = std::min(box.height - 40, box.width * 1.2f);
  const Rect area{box.x + 8, box.y + 34, box.width - 16, height};
  figures::StatesOptions options;
  options.width = area.width;
  options.height = area.height;
  options.at = snapshot.moment();
  options.selection = {Target::Kind::operation, followed_operation(snapshot)};
  options.horizon = snapshot.hidden_after();
  const figures::Scene scene = figures::states_scene(*snapshot.model, options);
  const Press press = canvas.press("states", area);
  canvas.paint(scene, {area.x, area.y});
  if (press.clicked) {
    const Point mouse = mouse_position();
    requests.push_back({Action::select, 0, scene.hit({mouse.x - area.x, mouse.y - area.y})});
  }
  if (!snapshot.settings.panes.inspector) return;
  canvas.line({box.x + margin, box.bottom()}, {box.right() - margin, box.bottom()}, Ink::grid);
}

void draw_inspector(const Canvas& canvas, Rect box, const Snapshot& snapshot, CauseChain& causes,
                    Requests& requests) {
  canvas.fill({box.x, box.y + 1, box.width, box.height - 1}, Ink::panel);
  const Model& model = *snapshot.model;
  const ScrollArea scroll{"inspector", {box.x, box.y + 6, box.width, box.height - 8}};
  const Canvas inner{canvas.fonts(), canvas.theme()};
  const float left = box.x + margin;
  const float width = box.width - 2 * margin;
  const float top = scroll.origin().y;
  float y = top + 10;

  const OperationRecord* operation = model.operation(followed_operation(snapshot));
  const bool selected = snapshot.selection.kind == Target::Kind::operation ||
                        snapshot.selection.kind == Target::Kind::event;
  draw_caption(inner, {left, y}, selected ? "SELECTED" : "NOW");
  y += 22;
  std::uint32_t seq = snapshot.seq();
  if (snapshot.selection.kind == Target::Kind::event) {
    seq = std::min(snapshot.selection.id, snapshot.horizon());
  }
  if (operation) {
    const std::uint32_t last = last_moment(*operation, snapshot.seq());
    if (snapshot.selection.kind == Target::Kind::operation) seq = last;
    inner.text_within({left, y}, width, model.name_of_operation(operation->id),
                      {ink_of_operation(model, operation->id), 16, Face::bold});
    y += 26;
    y += inner.paragraph({left, y}, width, facts_of(model, *operation, snapshot.seq()),
                         {Ink::text_dim, 12}, 17);
    y += 14;
  } else if (seq != 0) {
    inner.text_within({left, y}, width, name_of(model.event(seq).kind),
                      {Ink::text, 14, Face::mono});
    y += 30;
  }
  if (seq == 0) {
    inner.paragraph({left, y}, width,
                    selected ? "It has not been asked for yet." : "Nothing has happened yet.",
                    {Ink::text_dim, 13}, 18);
  } else {
    draw_caption(inner, {left, y}, "WHY NOW?");
    y += 24;
    y += draw_chain(inner, {left, y}, width, model, seq, causes, requests);
  }
  scroll.set_content_height(y - top + 10);
}

}  // namespace proactor_lab::gui
