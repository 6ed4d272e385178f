// The overview strip. On the axis of order, a bar represents a few events and is as high as the
// weightiest of them. On the time axis, its height represents the number of events. The part that a
// question hides has no bars, and its width does not reveal how long it is.
#include <algorithm>
#include <cmath>
#include <vector>

#include "gui/panes/panes.hpp"

namespace proactor_lab::gui {

using figures::Ink;
using figures::Rect;

namespace {

constexpr float pitch = 5;  ///< distance between bars
constexpr float hidden_share = 0.2f;

struct Bar {
  float height = 0;  ///< 0 to 1
  Ink ink = Ink::text_dim;
};

float weight_of(EventKind kind) {
  switch (kind) {
    case EventKind::handler_entered:
      return 1;
    case EventKind::operation_completed:
    case EventKind::completion_queued:
    case EventKind::completion_dequeued:
      return 0.75f;
    case EventKind::operation_initiated:
    case EventKind::client_sent:
    case EventKind::client_received:
    case EventKind::syscall_entered:
    case EventKind::syscall_returned:
      return 0.6f;
    default:
      return 0.32f;
  }
}

/// Converts moments to positions on the strip and back.
class Scale {
 public:
  Scale(const Snapshot& snapshot, Rect box) : snapshot_(snapshot), box_(box) {
    const bool hidden = snapshot.future_hidden();
    width_ = box.width * (hidden ? 1 - hidden_share : 1);
    const Model& model = *snapshot.model;
    last_ = std::max(1u, snapshot.horizon());
    if (model.event_count() == 0) return;
    start_ns_ = model.start_ns();
    end_ns_ = std::max(start_ns_ + 1, model.event(std::min(last_, model.event_count())).time_ns);
  }

  bool by_time() const { return snapshot_.by_time(); }
  float width() const { return width_; }

  std::uint32_t last() const { return last_; }

  float playhead() const {
    if (by_time()) return time_share(playhead_ns(snapshot_));
    const figures::Moment at = snapshot_.moment();
    return (static_cast<float>(at.seq) + at.fraction) / static_cast<float>(last_);
  }
  /// The last event up to this fraction of the strip.
  std::uint32_t seq_within(float share) const {
    if (!by_time()) {
      return static_cast<std::uint32_t>(std::lround(share * static_cast<float>(last_)));
    }
    const auto ns = static_cast<std::int64_t>(static_cast<double>(share) *
                                              static_cast<double>(end_ns_ - start_ns_));
    return std::min(last_, snapshot_.model->last_event_at(start_ns_ + ns));
  }
  std::uint32_t seq_at(float x) const {
    return seq_within(std::clamp((x - box_.x) / width_, 0.f, 1.f));
  }

 private:
  float time_share(std::int64_t since_start) const {
    return static_cast<float>(static_cast<double>(since_start) /
                              static_cast<double>(end_ns_ - start_ns_));
  }

  const Snapshot& snapshot_;
  Rect box_;
  float width_ = 0;
  std::uint32_t last_ = 1;
  std::int64_t start_ns_ = 0;
  std::int64_t end_ns_ = 1;
};

/// The bar for the events after `before` up to `last`. Examines fewer than
/// 2 * `most_looked_at` of them, because a run may have millions.
Bar bar_of(const Model& model, std::uint32_t before, std::uint32_t last) {
  constexpr std::uint32_t most_looked_at = 48;
  const std::uint32_t step = std::max(1u, (last - before) / most_looked_at);
  Bar bar;
  for (std::uint32_t seq = before + 1; seq <= last; seq += step) {
    const Event& event = model.event(seq);
    const float weight = weight_of(event.kind);
    if (weight <= bar.height) continue;
    bar.height = weight;
    bar.ink = ink_of_event(model, event);
  }
  return bar;
}

std::vector<Bar> bars_of(const Scale& scale, const Model& model) {
  const auto count = static_cast<std::size_t>(std::max(1.f, scale.width() / pitch));
  std::vector<Bar> bars(count);
  std::vector<std::uint32_t> events(count);
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float share = static_cast<float>(i + 1) / static_cast<float>(count);
    const std::uint32_t last = i + 1 == count ? scale.last() : scale.seq_within(share);
    if (last <= before) continue;
    bars[i] = bar_of(model, before, last);
    events[i] = last - before;
    before = last;
  }
  if (!scale.by_time()) return bars;
  const float most =
      static_cast<float>(std::max(1u, *std::max_element(events.begin(), events.end())));
  for (std::size_t i = 0; i < count; ++i) {
    bars[i].height = std::sqrt(static_cast<float>(events[i]) / most);
  }
  return bars;
}

}  // namespace

void draw_overview(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::background, 5);
  canvas.outline(box, Ink::grid, 5);
  const Rect inner{box.x + 7, box.y + 5, box.width - 14, box.height - 10};
  if (inner.width < 20) return;
  const Scale scale{snapshot, inner};
  const float playhead = inner.x + scale.playhead() * scale.width();
  const std::vector<Bar> bars = bars_of(scale, *snapshot.model);
  const float step = scale.width() / static_cast<float>(bars.size());
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (bars[i].height <= 0) continue;
    const float x = inner.x + step * static_cast<float>(i);
    const float high = std::max(2.f, bars[i].height * inner.height);
    const bool past = x + step / 2 <= playhead;
    canvas.fill({x, inner.bottom() - high, std::max(1.5f, step - 2), high}, bars[i].ink, 1,
                past ? 0.95f : 0.4f);
  }
  if (snapshot.future_hidden()) {
    const float from = inner.x + scale.width() + 4;
    const Rect hidden{from, box.y + 1, box.right() - 1 - from, box.height - 2};
    canvas.fill(hidden, Ink::panel_raised, 4);
    canvas.text({hidden.middle_x(), hidden.middle_y() - 5.5f}, "hidden",
                {Ink::text_faint, 11, figures::Face::regular, figures::Anchor::middle});
  }
  canvas.fill({playhead - 1, box.y - 3, 2, box.height + 6}, Ink::playhead, 1);
  canvas.triangle({playhead - 5, box.y - 4}, {playhead + 5, box.y - 4}, {playhead, box.y + 2},
                  Ink::playhead);
  if (canvas.press("overview", box).held) {
    requests.push_back({Action::go_to, scale.seq_at(mouse_position().x)});
  }
}

}  // namespace proactor_lab::gui
