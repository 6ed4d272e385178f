#include "traces/figures/activity/activity.hpp"

#include <algorithm>
#include <cmath>

#include "traces/figures/activity/activity_plan.hpp"
#include "traces/figures/interaction_words.hpp"

namespace proactor_lab::figures {

namespace {

constexpr float top_margin = 34;      // room for the playhead's label
constexpr float bottom_margin = 30;   // room for the axis
constexpr float lane_height_min = 3;  // below this height, lanes are omitted

/// Heights for a picture of ordinary size; all are scaled together.
struct Heights {
  float lane = 26;
  float flight = 17;  // including the gap below it
  float gap = 34;     // between groups
  float group = 54;   // minimum height of a group: its title and totals
};

std::string count_words(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

class ActivityPainter {
 public:
  ActivityPainter(std::span<const ActivityGroup> groups, const ActivityOptions& options)
      : groups_(groups), options_(options), scene_(options.width, options.height) {
    at_ns_ = std::min(options.at_ns, options.horizon_ns);
    span_ns_ = axis_span(groups, options.horizon_ns);
    left_ = std::clamp(options.width * 0.19f, 96.f, 180.f);
    right_ =
        options.width - (options.show_totals ? std::clamp(options.width * 0.13f, 92.f, 116.f) : 20);
    for (const ActivityGroup& group : groups) {
      if (group.model == nullptr) continue;
      plans_.emplace_back(*group.model, std::min(options.horizon_ns, group.horizon_ns));
    }
    find_heights();
  }

  ActivityFilm film() {
    ActivityFilm film;
    film.left = left_;
    film.right = right_;
    film.span_ns = span_ns_;
    film.scene = paint();
    return film;
  }

  Scene paint() {
    float y = top_margin;
    float bottom = std::min(options_.height - bottom_margin, y + content_height() + 22);
    paint_axis(bottom);
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (i > 0) {
        float line_y = y - heights_.gap / 2;
        scene_.line({12, line_y}, {options_.width - 12, line_y}, {Ink::grid, 1, Dash::solid, 1});
      }
      passed_ = {groups_[i].seen ? Motion::none : Motion::wipes, 0, 0, 0, 0};
      until_ns_ = groups_[i].seen ? INT64_MAX : std::min(at_ns_, groups_[i].horizon_ns);
      y = paint_group(groups_[i], plans_[i], y) + heights_.gap;
    }
    paint_playhead(bottom);
    return std::move(scene_);
  }

 private:
  float flights_height(const GroupPlan& plan) const {
    return plan.flight_rows() == 0 ? 0
                                   : 6 + static_cast<float>(plan.flight_rows()) * heights_.flight;
  }

  float group_height(const GroupPlan& plan) const {
    std::size_t lanes = std::clamp<std::size_t>(plan.threads().size(), 1, lanes_max_);
    float drawn = static_cast<float>(lanes) * heights_.lane + flights_height(plan);
    return std::max(drawn, heights_.group);
  }

  float content_height() const {
    float height = -heights_.gap;
    for (const GroupPlan& plan : plans_) height += group_height(plan) + heights_.gap;
    return std::max(height, 0.f);
  }

  /// Scales up for a tall picture, down for a low one. If lanes would become too thin, some are
  /// omitted.
  void find_heights() {
    float room = options_.height - top_margin - bottom_margin - 10;
    float scale = room / std::max(content_height(), 1.f);
    float larger = std::clamp(scale, 1.f, 1.5f);
    heights_ = {26 * larger, 17 * std::min(larger, 1.25f), 34 * larger, 54};
    if (scale >= 1) return;
    float smaller = std::max(scale, 0.4f);
    heights_ = {26 * smaller, 17 * smaller, 34 * smaller, 54 * std::max(smaller, 0.6f)};
    std::size_t lanes_most = 1;
    for (const GroupPlan& plan : plans_) lanes_most = std::max(lanes_most, plan.threads().size());
    while (content_height() > room && heights_.lane > lane_height_min) {
      heights_.lane = std::max(heights_.lane * 0.9f, lane_height_min);
    }
    lanes_max_ = std::max<std::size_t>(lanes_most, 1);
    while (content_height() > room && lanes_max_ > 1) lanes_max_ = lanes_max_ * 9 / 10;
  }

  float x_of(std::int64_t ns) const {
    if (span_ns_ <= 0) return left_;
    double share = static_cast<double>(ns) / static_cast<double>(span_ns_);
    return left_ + (right_ - left_) * static_cast<float>(std::clamp(share, 0.0, 1.0));
  }

  void paint_axis(float bottom) {
    scene_.line({left_, bottom}, {right_, bottom}, {Ink::grid, 1, Dash::solid, 1});
    if (span_ns_ <= 0) return;
    std::int64_t step = tick_step(span_ns_, static_cast<int>((right_ - left_) / 90));
    for (std::int64_t at = 0; at <= span_ns_; at += step) {
      float x = x_of(at);
      scene_.line({x, top_margin - 6}, {x, bottom}, {Ink::grid, 1, Dash::dotted, 0.9f});
      scene_.text({x, bottom + 7}, format_moment(at),
                  {Ink::text_faint, 11, Face::regular, Anchor::middle, 1});
    }
  }

  float paint_group(const ActivityGroup& group, const GroupPlan& plan, float y) {
    float top = y;
    std::size_t lanes = std::min(plan.threads().size(), lanes_max_);
    paint_title(group, plan, y);
    float gap = heights_.lane >= 12 ? 4.f : heights_.lane >= 6 ? 2.f : 0.f;
    for (std::size_t i = 0; i < lanes; ++i) {
      Rect lane{left_, y, right_ - left_, std::max(heights_.lane - gap, 2.f)};
      paint_lane(plan, *plan.threads()[i], lane);
      y += heights_.lane;
    }
    if (lanes == 0) {
      scene_.rectangle({left_, y, right_ - left_, heights_.lane - gap}, Ink::panel, 3);
      y += heights_.lane;
    }
    float lanes_bottom = y;
    if (plan.flight_rows() > 0) y = paint_flights(plan, y + 6);
    paint_totals(plan, group.memory_bytes, top, lanes_bottom);
    return std::max(y, top + heights_.group);
  }

  void paint_title(const ActivityGroup& group, const GroupPlan& plan, float y) {
    float room = left_ - 20;
    scene_.text({12, y + 1}, fit_text(group.title, room, 13.5f, Face::bold),
                {Ink::text, 13.5f, Face::bold, Anchor::left, 1});
    std::string threads = count_words(plan.threads().size(), "thread", "threads");
    if (plan.threads().size() > lanes_max_) threads += ", " + std::to_string(lanes_max_) + " shown";
    scene_.text({12, y + 19}, fit_text(threads, room, 11.5f),
                {Ink::text_dim, 11.5f, Face::regular, Anchor::left, 1});
  }

  void paint_lane(const GroupPlan& plan, const ThreadRecord& thread, Rect lane) {
    Target target{Target::Kind::thread, thread.id};
    scene_.rectangle(lane, Ink::panel, 3).target = target;
    auto columns = static_cast<std::size_t>(std::max(lane.width / 2, 1.f));
    scene_.set_life(passed_);
    for (const Stretch& stretch : plan.stretches(thread, columns, span_ns_, until_ns_)) {
      if (stretch.activity == ThreadActivity::none) continue;
      float x = x_of(stretch.from_ns);
      // Even the shortest stretch is at least half a pixel wide.
      Rect box{x, lane.y, std::max(x_of(stretch.to_ns) - x, 0.5f), lane.height};
      paint_stretch(plan.model(), stretch, box, target);
    }
    for (std::int64_t at_ns : plan.switches(thread, columns)) {
      if (at_ns > until_ns_) break;
      float x = x_of(at_ns);
      scene_.line({x, lane.y - 2}, {x, lane.bottom() + 2}, {Ink::background, 3, Dash::solid, 1});
      scene_.line({x, lane.y - 2}, {x, lane.bottom() + 2}, {Ink::text, 1.2f, Dash::solid, 1});
    }
    scene_.set_life({});
  }

  void paint_stretch(const Model& model, const Stretch& stretch, Rect box, Target target) {
    float radius = std::min(3.f, box.width / 2);
    if (stretch.activity == ThreadActivity::running) {
      Ink ink = ink_of_handle(model, stretch.handle);
      bool connection = ink != Ink::waiting;
      scene_.rectangle(box, connection ? ink : Ink::text_dim, radius, connection ? 1 : 0.6f)
          .target = target;
      std::string letter = connection ? model.letter_of_handle(stretch.handle) : "";
      if (!letter.empty() && box.height >= 14 &&
          box.width >= text_width(letter, 11, Face::bold) + 6) {
        scene_.text({box.middle_x(), box.middle_y() - 5.5f}, letter,
                    {Ink::on_fill, 11, Face::bold, Anchor::middle, 1});
      }
      return;
    }
    Shape& shape = scene_.rectangle(box, Ink::waiting, radius, 0.26f);
    shape.target = target;
    if (stretch.activity == ThreadActivity::blocked_lock) shape.pattern = Pattern::diagonals;
    if (stretch.activity == ThreadActivity::runnable) {
      shape.pattern = Pattern::dots;
      shape.fill_alpha = 0.12f;
    }
    bool io = stretch.activity == ThreadActivity::blocked_io;
    std::string words = io                                                 ? "waiting"
                        : stretch.activity == ThreadActivity::blocked_lock ? "lock"
                                                                           : "";
    if (words.empty() || box.height < 15 || box.width < 64) return;
    scene_.text({box.x + 8, box.middle_y() - 5.25f}, words,
                {Ink::text_dim, 10.5f, Face::regular, Anchor::left, 0.9f});
  }

  float paint_flights(const GroupPlan& plan, float y) {
    const Model& model = plan.model();
    float height = heights_.flight - 3;
    scene_.text({left_ - 10, y + height / 2 - 5.25f}, left_ > 150 ? "in the system" : "system",
                {Ink::system, 10.5f, Face::regular, Anchor::right, 1});
    scene_.set_life(passed_);
    for (const FlightBar& bar : plan.flights()) {
      if (bar.from_ns > until_ns_) continue;
      const OperationRecord& operation = *model.operation(bar.operation);
      Ink ink = ink_of_handle(model, operation.handle);
      float x = x_of(bar.from_ns);
      float width = std::max(x_of(std::min(bar.to_ns, until_ns_)) - x, 1.5f);
      Rect box{x, y + static_cast<float>(bar.row) * heights_.flight, width, height};
      Shape& shape = scene_.rectangle(box, ink, std::min(height / 2, width / 2), 0.15f);
      shape.stroke = ink;
      shape.thickness = 1.2f;
      shape.target = {Target::Kind::operation, operation.id};
      std::string words = flight_words(model, operation);
      if (height < 11 || text_width(words, 10) > width - 12) continue;
      scene_.text(
          {box.middle_x(), box.middle_y() - 5}, words,
          {ink == Ink::waiting ? Ink::text_dim : ink, 10, Face::regular, Anchor::middle, 1});
    }
    scene_.set_life({});
    y += static_cast<float>(plan.flight_rows()) * heights_.flight;
    if (plan.flights_left_out() == 0) return y;
    scene_.text({left_ - 10, y - 13}, "+" + std::to_string(plan.flights_left_out()) + " more",
                {Ink::text_faint, 10.5f, Face::regular, Anchor::right, 1});
    return y;
  }

  static std::string flight_words(const Model& model, const OperationRecord& operation) {
    std::string opcode(model.trace().text(operation.opcode));
    std::string who = operation.handle == 0 ? "" : model.name_of_handle(operation.handle) + " ";
    return who + opcode;
  }

  void paint_totals(const GroupPlan& plan, std::uint64_t memory_bytes, float top, float bottom) {
    std::optional<GroupTotals> totals = plan.totals();
    if (!options_.show_totals || !totals || totals->finish_ns > until_ns_) return;
    if (passed_.motion != Motion::none) {
      scene_.set_life({Motion::arrives, 0, 0, 0, x_of(totals->finish_ns)});
    }
    float x = right_ + 12;
    float y = std::max(top + 2, (top + bottom) / 2 - 24);
    scene_.text({x, y}, format_duration(totals->finish_ns),
                {Ink::text, 16, Face::bold, Anchor::left, 1});
    scene_.text({x, y + 20}, std::to_string(totals->waiting_percent) + "% waiting",
                {Ink::text_dim, 11, Face::regular, Anchor::left, 1});
    scene_.text({x, y + 35}, count_words(totals->switches, "switch", "switches"),
                {Ink::text_dim, 11, Face::regular, Anchor::left, 1});
    if (memory_bytes != 0) {
      scene_.text({x, y + 50}, memory_words(memory_bytes),
                  {Ink::text_dim, 11, Face::regular, Anchor::left, 1});
    }
    scene_.set_life({});
  }

  void paint_playhead(float bottom) {
    if (at_ns_ > span_ns_ || span_ns_ <= 0 || at_ns_ < 0) return;
    float x = x_of(at_ns_);
    scene_.line({x, top_margin - 12}, {x, bottom}, {Ink::playhead, 1.6f, Dash::solid, 1});
    std::string words = format_moment(at_ns_);
    float width = std::max(text_width(words, 11, Face::bold) + 14, 46.f);
    float left = std::clamp(x - width / 2, 2.f, options_.width - width - 2);
    scene_.rectangle({left, 3, width, 20}, Ink::playhead, 4);
    scene_.text({left + width / 2, 7.5f}, words, {Ink::on_fill, 11, Face::bold, Anchor::middle, 1});
  }

  std::span<const ActivityGroup> groups_;
  ActivityOptions options_;
  Scene scene_;
  std::vector<GroupPlan> plans_;
  std::int64_t at_ns_ = 0;     // the playhead
  std::int64_t until_ns_ = 0;  // of the group being painted; later times are blank
  std::int64_t span_ns_ = 0;
  Life passed_;  // of shapes that the playhead reveals
  float left_ = 0;
  float right_ = 0;
  Heights heights_;
  std::size_t lanes_max_ = SIZE_MAX;
};

}  // namespace

Scene activity_scene(std::span<const ActivityGroup> groups, const ActivityOptions& options) {
  return ActivityPainter(groups, options).paint();
}

ActivityFilm activity_film(std::span<const ActivityGroup> groups, const ActivityOptions& options) {
  return ActivityPainter(groups, options).film();
}

}  // namespace proactor_lab::figures
