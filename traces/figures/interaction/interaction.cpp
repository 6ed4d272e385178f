// The frame of the interaction diagram: columns, time, playhead. interaction_operations.cpp and
// interaction_flow.cpp paint its content.
#include "traces/figures/interaction/interaction.hpp"

#include <algorithm>
#include <cmath>

#include "traces/figures/interaction/interaction_painter.hpp"
#include "traces/figures/interaction_words.hpp"

namespace proactor_lab::figures {

namespace {

constexpr float playhead_share = 0.65f;  // of the height: more past than future
constexpr float event_share_px = 1.5f;   // Axis::time: pixels added by each event
constexpr float lane_width_max = 52;
constexpr float lane_width_min = 16;
constexpr std::uint32_t lanes_min = 3;  // minimum room, so that the first lanes do not jump

}  // namespace

InteractionPainter::InteractionPainter(const InteractionLayout& layout,
                                       const InteractionOptions& options)
    : InteractionPainter(layout, options, nullptr) {}

InteractionPainter::InteractionPainter(const InteractionLayout& layout,
                                       const InteractionOptions& options, Sheet sheet)
    : InteractionPainter(layout, options, &sheet) {}

InteractionPainter::InteractionPainter(const InteractionLayout& layout, InteractionOptions options,
                                       const Sheet* sheet)
    : layout_(layout), model_(layout.model()), options_(options), scene_(0, 0) {
  limit_ = std::min(options.horizon, model_.event_count());
  at_ = options.at;
  if (at_.seq >= limit_) at_ = {limit_, 0};
  if (sheet != nullptr) {
    still_ = true;
    at_ = {std::min(sheet->last, limit_), 0};
  }
  columns_ = columns_for(options.width, options.zoom, layout.blocks_by(limit_));
  std::uint32_t lanes = std::max(layout.lanes_by(limit_), lanes_min);
  float room = std::max(columns_.lanes_right - columns_.lanes_left, lane_width_min);
  lane_width_ = std::clamp(room / static_cast<float>(lanes), lane_width_min, lane_width_max);
  lane_capacity_ = std::max(1u, static_cast<std::uint32_t>(room / lane_width_ + 0.01f));
  folds_ = lanes > lane_capacity_;
  for (std::size_t i = 0; i < model_.threads().size(); ++i) {
    const std::vector<Place>& places = layout_.places(static_cast<std::uint32_t>(i));
    if (!places.empty() && places.front().from <= limit_) ++thread_count_;
  }
  find_view(sheet);
}

void InteractionPainter::find_view(const Sheet* sheet) {
  double height = options_.height;
  if (options_.axis == Axis::time && limit_ > 0) {
    double shown_ns = static_cast<double>(options_.time_scale_ns);
    if (shown_ns <= 0)
      shown_ns = static_cast<double>(model_.event(limit_).time_ns - model_.start_ns());
    double room = still_ ? 600 : std::max(height - header_height - bottom_margin - 20, 50.0);
    time_scale_ = room / std::max(shown_ns, 1.0);
  }
  double raw_now = raw_y(at_.seq);
  if (at_.fraction > 0) raw_now += (raw_y(at_.seq + 1) - raw_now) * at_.fraction;
  if (sheet != nullptr) {
    scroll_ = raw_y(sheet->first - 1);
    height = top_ + raw_now - scroll_ + 40;
  } else {
    scroll_ = std::max(0.0, raw_now - (height - header_height - bottom_margin) * playhead_share);
  }
  scene_ = Scene(options_.width, static_cast<float>(height));
  bottom_ = static_cast<float>(height) - bottom_margin;
  now_y_ = static_cast<float>(raw_now - scroll_) + top_;
  constexpr double reach = 60;  // how far an event draws above or below its row
  std::uint32_t low = 1;
  std::uint32_t high = at_.seq + 1;
  while (low < high) {
    std::uint32_t middle = low + (high - low) / 2;
    if (raw_y(middle) < scroll_ - reach) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  first_visible_ = low;
  last_visible_ = at_.fraction > 0 ? at_.seq + 1 : at_.seq;
}

double InteractionPainter::raw_y(std::uint32_t seq) const {
  seq = std::min(seq, limit_);
  if (options_.axis == Axis::order) return layout_.row_y(seq);
  if (seq == 0) return 0;
  double since = static_cast<double>(model_.event(seq).time_ns - model_.start_ns());
  return since * time_scale_ + event_share_px * static_cast<double>(seq);
}

float InteractionPainter::row_height(std::uint32_t seq) const {
  return static_cast<float>(raw_y(seq) - raw_y(seq - 1));
}

/// 0 before the event, 1 from it on. In between, a hand-over moves during the last `slope` pixels
/// of the row, so that its tip follows the playhead.
float InteractionPainter::reveal(std::uint32_t seq, float slope) const {
  if (seq == 0 || seq > limit_) return 0;
  if (seq <= at_.seq) return 1;
  if (seq != at_.seq + 1 || at_.fraction <= 0) return 0;
  float height = row_height(seq);
  float moving = height <= slope ? 1 : slope / height;
  return std::clamp((at_.fraction - (1 - moving)) / moving, 0.f, 1.f);
}

bool InteractionPainter::visible(float y_top, float y_bottom) const {
  return y_bottom >= top_ - 30 && y_top <= bottom_ + 30;
}

float InteractionPainter::alpha_of(std::uint32_t operation) const {
  std::uint32_t selected = 0;
  if (options_.selection.kind == Target::Kind::operation) selected = options_.selection.id;
  if (options_.selection.kind == Target::Kind::event && options_.selection.id <= limit_ &&
      options_.selection.id > 0) {
    selected = model_.event(options_.selection.id).operation;
  }
  return selected == 0 || selected == operation ? 1 : 0.28f;
}

float InteractionPainter::lane_x(std::uint32_t lane) const {
  if (lane + 1 >= lane_capacity_) lane = std::min(lane, lane_capacity_ - 1);
  return columns_.lanes_left + static_cast<float>(lane) * lane_width_;
}

Scene InteractionPainter::paint() {
  paint_panels();
  paint_headings();
  scene_.push_clip({0, top_, scene_.width(), bottom_ - top_});
  paint_lifelines();
  paint_gutter();
  paint_breaks();
  if (!still_) paint_playhead();
  paint_threads();
  paint_events();
  paint_flights();
  paint_calls();
  paint_operations();
  paint_heads_and_tokens();
  paint_marbles();
  scene_.pop_clip();
  if (!still_) paint_playhead_label();
  paint_border_label();
  return std::move(scene_);
}

void InteractionPainter::paint_panels() {
  live(Motion::spans);
  for (const Panel& panel : columns_.panels) {
    Rect box{panel.left, 6, panel.right - panel.left, bottom_ - 6};
    scene_.rectangle(box, Ink::panel, 8);
    scene_.rectangle(box, panel.ink, 8, 0.055f);
  }
  live(Motion::none);
  scene_.line({columns_.gutter, top_}, {columns_.right, top_}, {Ink::grid, 1, Dash::solid, 0.8f});
}

void InteractionPainter::paint_headings() {
  for (const Heading& heading : columns_.headings) {
    float size = 12.5f;
    for (const std::string& line : {heading.above, heading.title}) {
      float width = text_width(line, size, Face::bold);
      if (width > heading.width) size = std::max(8.5f, size * heading.width / width);
    }
    Target target{Target::Kind::lifeline, static_cast<std::uint32_t>(heading.lifeline)};
    TextStyle bold{heading.ink, size, Face::bold, Anchor::middle, 1};
    float room = heading.width + 6;
    if (!heading.above.empty()) {
      scene_.text({heading.x, 13}, fit_text(heading.above, room, size, Face::bold), bold).target =
          target;
    }
    scene_.text({heading.x, 29}, fit_text(heading.title, room, size, Face::bold), bold).target =
        target;
    std::string subtitle = heading.subtitle;
    if (heading.lifeline == Lifeline::completion_event_queue ||
        heading.lifeline == Lifeline::completion_dispatcher) {
      std::uint32_t depth = model_.queue_depth_at(at_.seq);
      subtitle = depth == 0 ? "empty" : std::to_string(depth) + " waiting";
    }
    if (heading.lifeline == Lifeline::operating_system && !columns_.blocking) {
      std::uint32_t count = model_.in_flight_at(at_.seq);
      subtitle = count == 0 ? "nothing in progress"
                            : std::to_string(count) + (count == 1 ? " operation" : " operations") +
                                  " in progress";
    }
    if (still_) subtitle = heading.subtitle;
    bool counts =
        film_ != nullptr && (heading.x == film_->queue_x || heading.x == film_->operations_x);
    if (counts) continue;  // the player writes the counts
    if (text_width(subtitle, 10.5f) > room) continue;
    scene_.text({heading.x, 46}, subtitle,
                {Ink::text_dim, 10.5f, Face::regular, Anchor::middle, 1});
  }
}

void InteractionPainter::paint_lifelines() {
  live(Motion::spans);
  Stroke stroke{Ink::text_faint, 1, Dash::dashed, 0.45f};
  float xs[] = {columns_.initiator_x, columns_.handler_x, columns_.proactor_x,
                columns_.demultiplexer_x, columns_.world_x};
  float before = -1;
  for (float x : xs) {
    bool repeated = x == before || (columns_.blocking && x == columns_.initiator_x);
    if (!repeated) scene_.line({x, top_}, {x, bottom_}, stroke);
    before = x;
  }
  if (!columns_.blocking && !columns_.roles) {
    scene_.rectangle({columns_.queue_x - 26, top_, 52, bottom_ - top_}, Ink::proactor, 0, 0.10f);
  }
  scene_.line({columns_.border_x, top_}, {columns_.border_x, bottom_},
              {Ink::kernel_border, 3, Dash::solid, 0.9f});
}

void InteractionPainter::paint_gutter() {
  float last_label_y = -100;
  std::int64_t last_time_ns = INT64_MIN;
  std::string last_words;
  for (std::uint32_t seq = first_visible_; seq <= last_visible_; ++seq) {
    if (seq > at_.seq) break;
    float at = y(seq);
    if (at > bottom_) break;
    live(Motion::lands, seq);
    std::int64_t time_ns = model_.event(seq).time_ns;
    scene_
        .line({columns_.gutter - 6, at}, {columns_.gutter - 2, at},
              {Ink::text_faint, 1, Dash::solid, 0.4f})
        .target = {Target::Kind::event, seq};
    bool hidden = !still_ && std::abs(at - now_y_) < 15;
    if (time_ns == last_time_ns || at - last_label_y < 15 || at < top_ + 5 || hidden) continue;
    last_time_ns = time_ns;
    std::string words = format_moment(time_ns - model_.start_ns());
    if (words == last_words) continue;
    last_words = words;
    last_label_y = at;
    live(Motion::yields, seq);
    scene_.text({columns_.gutter - 10, at - 5.5f}, words,
                {Ink::text_faint, 10.5f, Face::regular, Anchor::right, 1});
  }
}

void InteractionPainter::paint_breaks() {
  if (options_.axis == Axis::time) return;
  for (std::uint32_t seq = std::max(first_visible_, 2u); seq <= last_visible_; ++seq) {
    if (!layout_.is_break(seq)) continue;
    float alpha = seq <= at_.seq ? 1 : at_.fraction;
    live(Motion::fades, seq);
    float middle = y(seq - 1) + 6 + InteractionLayout::break_height / 2;
    Rect box{columns_.gutter, middle - 8, columns_.right - columns_.gutter, 16};
    scene_.rectangle(box, Ink::background, 0, 0.8f * alpha);
    Stroke edge{Ink::text_faint, 1, Dash::dotted, 0.8f * alpha};
    scene_.line({box.x, box.y}, {box.right(), box.y}, edge);
    scene_.line({box.x, box.bottom()}, {box.right(), box.bottom()}, edge);
    std::int64_t gap_ns = model_.event(seq).time_ns - model_.event(seq - 1).time_ns;
    scene_.text({columns_.gutter + 10, middle - 5.5f}, format_duration(gap_ns) + " pass",
                {Ink::text, 11, Face::bold, Anchor::left, alpha});
  }
}

void InteractionPainter::paint_playhead() {
  float x = columns_.gutter - 2;
  scene_.line({x, now_y_}, {columns_.right, now_y_}, {Ink::playhead, 1.5f, Dash::solid, 0.95f});
  bool hides = options_.horizon != UINT32_MAX && at_.seq >= limit_;
  bool ended = at_.seq > 0 && model_.event(at_.seq).kind == EventKind::run_finished;
  if (!hides && !ended) return;
  float below = now_y_ + std::min((bottom_ - now_y_) / 2, 70.f);
  scene_.text({(columns_.gutter + columns_.right) / 2, below - 7},
              hides ? "What happens next is hidden until you answer." : "The run ends here.",
              {Ink::text_dim, 14, Face::regular, Anchor::middle, 1});
}

void InteractionPainter::paint_playhead_label() {
  std::int64_t time_ns = 0;
  if (at_.seq > 0) time_ns = model_.event(at_.seq).time_ns - model_.start_ns();
  if (at_.fraction > 0) {
    std::int64_t next_ns = model_.event(at_.seq + 1).time_ns - model_.start_ns();
    time_ns += static_cast<std::int64_t>(static_cast<double>(next_ns - time_ns) * at_.fraction);
  }
  scene_.rectangle({2, now_y_ - 10, columns_.gutter - 4, 20}, Ink::playhead, 4);
  std::string words = format_moment(time_ns);
  float size = text_width(words, 11, Face::bold) < columns_.gutter - 8 ? 11.f : 9.5f;
  scene_.text({columns_.gutter / 2, now_y_ - size / 2}, words,
              {Ink::on_fill, size, Face::bold, Anchor::middle, 1});
}

void InteractionPainter::paint_border_label() {
  live(Motion::hangs);
  float width = 84;
  Rect box{columns_.border_x - width / 2, bottom_ - 24, width, 17};
  scene_.rectangle(box, Ink::background, 8);
  scene_.outline(box, {Ink::kernel_border, 1, Dash::solid, 0.9f}, 8);
  scene_.text({columns_.border_x, box.middle_y() - 5.25f}, "kernel border",
              {Ink::text_dim, 10.5f, Face::regular, Anchor::middle, 1});
}

Scene interaction_scene(const InteractionLayout& layout, const InteractionOptions& options) {
  return InteractionPainter(layout, options).paint();
}

Scene interaction_scene(const Model& model, const InteractionOptions& options) {
  return interaction_scene(InteractionLayout(model), options);
}

Scene interaction_sheet(const Model& model, const InteractionOptions& options, std::uint32_t first,
                        std::uint32_t max_events) {
  std::uint32_t count = std::min(options.horizon, model.event_count());
  first = std::clamp(first, 1u, std::max(count, 1u));
  std::uint32_t last =
      count < first ? count : std::min(count, first + std::max(max_events, 1u) - 1);
  Scene picture = InteractionPainter(InteractionLayout(model), options, Sheet{first, last}).paint();
  std::string cut;
  if (first > 1) cut = "starts at event " + std::to_string(first);
  if (last < count) {
    cut += (cut.empty() ? "cut after event " : ", cut after event ") + std::to_string(last) +
           " of " + std::to_string(count);
  }
  if (cut.empty()) return picture;
  Scene framed(picture.width(), picture.height() + 24);
  framed.append(picture, {0, 0});
  framed.text({picture.width() / 2, picture.height() + 5}, cut,
              {Ink::text_dim, 12, Face::regular, Anchor::middle, 1});
  return framed;
}

}  // namespace proactor_lab::figures
