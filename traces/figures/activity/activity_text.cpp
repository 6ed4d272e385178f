// The activity diagram for a terminal.
#include <algorithm>

#include "traces/figures/activity/activity.hpp"
#include "traces/figures/activity/activity_plan.hpp"
#include "traces/figures/interaction_words.hpp"
#include "traces/figures/text_canvas.hpp"

namespace proactor_lab::figures {

namespace {

constexpr int left = 6;  // "T1 " and a space
constexpr int columns_min = 40;
constexpr std::size_t lanes_max = 16;

class ActivityWriter {
 public:
  ActivityWriter(std::span<const ActivityGroup> groups, int columns)
      : columns_(std::max(columns, columns_min)),
        width_(columns_ - left - 2),
        span_ns_(axis_span(groups, INT64_MAX)) {}

  std::string write(std::span<const ActivityGroup> groups) {
    for (const ActivityGroup& group : groups) {
      if (group.model != nullptr) write_group(group, GroupPlan(*group.model, INT64_MAX));
    }
    write_axis();
    text_ +=
        "      A a thread works for connection A    █ it works for none    · it waits\n"
        "      / waits for a lock    : has no CPU    ╶A╴ an operation, in the system\n";
    return std::move(text_);
  }

 private:
  int x_of(std::int64_t ns) const {
    if (span_ns_ <= 0) return left;
    return left +
           static_cast<int>(static_cast<double>(ns) / static_cast<double>(span_ns_) * width_);
  }

  void write_group(const ActivityGroup& group, const GroupPlan& plan) {
    std::string title = group.title;
    if (auto totals = plan.totals()) {
      title += ": " + format_duration(totals->finish_ns) + ", " + std::to_string(totals->threads) +
               (totals->threads == 1 ? " thread, " : " threads, ") +
               std::to_string(totals->switches) +
               (totals->switches == 1 ? " switch, " : " switches, ") +
               std::to_string(totals->waiting_percent) + "% waiting";
      if (group.memory_bytes > 0) title += ", " + memory_words(group.memory_bytes);
    }
    TextLine heading(columns_);
    heading.put(0, title);
    text_ += heading.text();
    std::size_t lanes = std::min(plan.threads().size(), lanes_max);
    for (std::size_t i = 0; i < lanes; ++i) write_lane(plan, *plan.threads()[i]);
    if (lanes < plan.threads().size()) {
      text_ += "      " + std::to_string(plan.threads().size() - lanes) + " more threads\n";
    }
    write_flights(plan);
    text_ += "\n";
  }

  void write_lane(const GroupPlan& plan, const ThreadRecord& thread) {
    TextLine line(columns_);
    line.put_right(left - 2, "T" + std::to_string(thread.id));
    line.set(left - 1, U'│');
    line.set(left + width_, U'│');
    auto count = static_cast<std::size_t>(width_);
    std::vector<Stretch> stretches = plan.stretches(thread, count, span_ns_, INT64_MAX);
    // Work is drawn over waiting, because it is short and more interesting.
    std::stable_partition(stretches.begin(), stretches.end(), [](const Stretch& stretch) {
      return stretch.activity != ThreadActivity::running;
    });
    for (const Stretch& stretch : stretches) {
      std::string letter = cell_of(plan.model(), stretch);
      int end = std::min(std::max(x_of(stretch.to_ns), x_of(stretch.from_ns) + 1), left + width_);
      for (int x = x_of(stretch.from_ns); x < end; ++x) line.put(x, letter);
    }
    text_ += line.text();
  }

  static std::string cell_of(const Model& model, const Stretch& stretch) {
    switch (stretch.activity) {
      case ThreadActivity::none:
        return " ";
      case ThreadActivity::blocked_io:
        return "·";
      case ThreadActivity::blocked_lock:
        return "/";
      case ThreadActivity::runnable:
        return ":";
      case ThreadActivity::running:
        break;
    }
    std::string letter = model.letter_of_handle(stretch.handle);
    return letter.empty() ? "█" : letter.substr(0, 1);
  }

  void write_flights(const GroupPlan& plan) {
    const Model& model = plan.model();
    for (std::uint32_t row = 0; row < plan.flight_rows(); ++row) {
      TextLine line(columns_);
      if (row == 0) line.put(0, "system");
      for (const FlightBar& bar : plan.flights()) {
        if (bar.row != row) continue;
        int from = x_of(bar.from_ns);
        int to = std::max(x_of(bar.to_ns) - 1, from);
        for (int x = from; x <= to; ++x) line.set(x, U'─');
        if (to > from) {
          line.set(from, U'╶');
          line.set(to, U'╴');
        }
        const OperationRecord& operation = *model.operation(bar.operation);
        std::string words = model.letter_of_handle(operation.handle);
        std::string opcode(model.trace().text(operation.opcode));
        std::string long_words = words.empty() ? opcode : words + " " + opcode;
        if (cell_count(long_words) <= to - from - 3) words = long_words;
        if (cell_count(words) < to - from) line.put_middle((from + to + 1) / 2, words);
      }
      text_ += line.text();
    }
    if (plan.flights_left_out() > 0) {
      text_ += "      and " + std::to_string(plan.flights_left_out()) + " more operations\n";
    }
  }

  void write_axis() {
    TextLine marks(columns_);
    TextLine labels(columns_);
    for (int x = left - 1; x <= left + width_; ++x) marks.set(x, U'─');
    if (span_ns_ > 0) {
      std::int64_t step = tick_step(span_ns_, std::max(width_ / 14, 1));
      for (std::int64_t at = 0; at <= span_ns_; at += step) {
        marks.set(x_of(at), U'┴');
        std::string words = format_moment(at);
        if (x_of(at) + cell_count(words) <= columns_) labels.put(x_of(at), words);
      }
    }
    text_ += marks.text() + labels.text();
  }

  int columns_;
  int width_;
  std::int64_t span_ns_;
  std::string text_;
};

}  // namespace

std::string activity_text(std::span<const ActivityGroup> groups, int columns) {
  return ActivityWriter(groups, columns).write(groups);
}

}  // namespace proactor_lab::figures
