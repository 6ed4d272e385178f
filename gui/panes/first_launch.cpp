#include "gui/panes/first_launch.hpp"

#include <algorithm>
#include <cstdlib>

#include <imgui.h>

#include "gui/panes/panes.hpp"
#include "traces/figures/activity/activity.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::Rect;

namespace {

constexpr float watch_seconds = 8;
constexpr float figure_margin = 12;  ///< the figure's margin, so that its text aligns with ours

constexpr const char* choices[FirstLaunch::choice_count] = {
    "All three finish together. Work is work.",
    "One thread is last by far. The other two finish together.",
    "Three threads are first by far. One thread is one thread.",
};

bool about_equal(std::int64_t a, std::int64_t b) {
  return std::llabs(a - b) * 10 <= std::max(a, b);
}

std::string in_words(std::size_t count) {
  constexpr const char* words[] = {"No", "One", "Two", "Three", "Four", "Five", "Six"};
  return count < std::size(words) ? words[count] : std::to_string(count);
}

}  // namespace

FirstLaunch::FirstLaunch(FirstLaunchRuns runs) : runs_(std::move(runs)) {}

std::array<std::int64_t, 3> FirstLaunch::finish_times_ns() const {
  std::array<std::int64_t, 3> times{};
  for (std::size_t i = 0; i < times.size() && i < runs_.entries.size(); ++i) {
    const Model& model = runs_.entries[i].run->model();
    times[i] = model.end_ns() - model.start_ns();
  }
  return times;
}

std::int64_t FirstLaunch::longest_ns() const {
  const auto times = finish_times_ns();
  return *std::max_element(times.begin(), times.end());
}

int FirstLaunch::right_choice() const {
  const auto [one, three, proactor] = finish_times_ns();
  const bool together = about_equal(three, proactor);
  if (about_equal(one, three) && together) return 0;
  if (together && one > three) return 1;
  if (about_equal(one, proactor) && three < one) return 2;
  return -1;
}

void FirstLaunch::guess(int choice) {
  if (phase_ != Phase::guess || choice < 0 || choice >= choice_count) return;
  guess_ = choice;
  phase_ = Phase::watch;
  watched_seconds_ = 0;
}

void FirstLaunch::advance(float seconds) {
  if (phase_ != Phase::watch) return;
  watched_seconds_ += std::max(0.f, seconds);
  if (watched_seconds_ >= watch_seconds) phase_ = Phase::told;
}

void FirstLaunch::finish() { phase_ = Phase::told; }

bool FirstLaunch::press(Key key) {
  const int digit = static_cast<int>(key) - '1';
  if (phase_ == Phase::guess && digit >= 0 && digit < choice_count) {
    guess(digit);
    return true;
  }
  if (phase_ == Phase::watch && (key == Key::space || key == Key::enter)) {
    finish();
    return true;
  }
  return key == Key::enter || (digit >= 0 && digit < 9);
}

std::int64_t FirstLaunch::shown_ns() const {
  if (phase_ == Phase::guess) return -1;  // nothing has happened yet
  if (phase_ == Phase::told) return INT64_MAX;
  const double share = std::min(1.0, static_cast<double>(watched_seconds_) / watch_seconds);
  return static_cast<std::int64_t>(share * static_cast<double>(longest_ns()));
}

void FirstLaunch::draw_figure(const Canvas& canvas, Rect box) const {
  std::vector<figures::ActivityGroup> groups;
  for (const auto& entry : runs_.entries) groups.push_back({entry.title, &entry.run->model()});
  figures::ActivityOptions options;
  options.width = box.width + 2 * figure_margin;
  options.height = box.height;
  options.at_ns = shown_ns();
  options.show_totals = phase_ != Phase::guess;
  if (phase_ == Phase::guess) options.horizon_ns = 0;  // the number of threads may be visible
  canvas.paint(figures::activity_scene(groups, options), {box.x - figure_margin, box.y});
}

void FirstLaunch::draw_choices(const Canvas& canvas, Rect box) {
  constexpr float gap = 16;
  const float width = (box.width - gap * (choice_count - 1)) / choice_count;
  const int right = right_choice();
  for (int i = 0; i < choice_count; ++i) {
    const Rect card{box.x + static_cast<float>(i) * (width + gap), box.y, width, box.height};
    const bool mine = guess_ == i;
    const bool told = phase_ == Phase::told;
    Ink mark = mine ? Ink::accent : Ink::grid;
    if (told && i == right) mark = Ink::good;
    if (told && mine && i != right) mark = Ink::bad;
    if (phase_ == Phase::guess) {
      ImGui::PushID(i);
      const Press press = canvas.press("guess", card);
      ImGui::PopID();
      if (press.hovered) {
        canvas.fill(card, Ink::panel_raised, 8);
        mark = Ink::accent;
      }
      if (press.clicked) guess(i);
    }
    if (mark != Ink::grid) canvas.fill(card, mark, 8, 0.1f);
    canvas.outline(card, mark, 8, 1.2f);
    const Point badge{card.x + 27, card.middle_y()};
    const bool marked = told && (i == right || mine);
    if (marked) {
      canvas.disc(badge, 12, mark);
      canvas.text({badge.x, badge.y - 7}, i == right ? "✓" : "✗",
                  {Ink::on_fill, 14, Face::bold, Anchor::middle});
    } else {
      canvas.disc(badge, 12, Ink::panel_raised);
      canvas.ring(badge, 12, mine ? Ink::accent : Ink::text_faint, 1);
      canvas.text({badge.x, badge.y - 6.5f}, std::to_string(i + 1),
                  {Ink::text, 13, Face::bold, Anchor::middle});
    }
    const figures::TextStyle style{told && !marked ? Ink::text_faint : Ink::text, 14};
    const float room = card.width - 66;
    const float high = canvas.paragraph({0, 0}, room, choices[i], style, 20, false);
    canvas.paragraph({card.x + 50, card.middle_y() - high / 2 + 3}, room, choices[i], style, 20);
  }
}

bool FirstLaunch::draw_ending(const Canvas& canvas, Rect box) {
  const std::string nobody =
      "Nobody here waited " +
      (runs_.requests == 3 ? std::string{"three"} : std::to_string(runs_.requests)) +
      " times. Who did?";
  canvas.text({box.x, box.y}, nobody, {Ink::text, 22, Face::bold});
  canvas.text({box.x, box.y + 36}, "That is the whole idea of a proactor, and the first lesson.",
              {Ink::text_dim, 14});
  const Rect open{box.right() - 218, box.y + 6, 218, 42};
  return canvas.button("lesson one", open, "Open lesson one   ↵", true);
}

bool FirstLaunch::draw(const Canvas& canvas, Rect window) {
  const bool roomy = window.height > 760;
  const float width = std::min(1120.f, window.width - 120);
  const float left = window.middle_x() - width / 2;
  const std::string title = in_words(runs_.requests) + " requests.";
  const std::string terms = "Each needs " + format_duration(runs_.work.count()) + " of work and " +
                            format_duration(runs_.waiting.count()) + " of waiting.";
  float y = window.y + (roomy ? 88.f : 36.f);
  const float wide = canvas.text({left, y}, title, {Ink::text, 30, Face::bold});
  if (roomy) {
    canvas.text({left, y + 44}, terms, {Ink::text_dim, 22});
    y += 106;
  } else {
    canvas.text({left + wide + 14, y + 7}, terms, {Ink::text_dim, 22});
    y += 56;
  }

  constexpr float card_height = 66;
  constexpr float ending_height = 64;
  const float below = card_height + ending_height + (roomy ? 120.f : 74.f);
  const float figure_height = std::min(480.f, window.bottom() - y - below);
  draw_figure(canvas, {left, y, width, figure_height});
  y += figure_height + (roomy ? 34.f : 18.f);

  const char* ask = phase_ == Phase::guess   ? "Which finishes when? Guess, then watch."
                    : phase_ == Phase::watch ? "Watch. Space skips."
                                             : "What happened:";
  canvas.text({left, y}, ask,
              {phase_ == Phase::guess ? Ink::accent : Ink::text_dim, 16, Face::bold});
  y += 32;
  draw_choices(canvas, {left, y, width, card_height});
  y += card_height + (roomy ? 34.f : 20.f);
  if (phase_ != Phase::told) return false;
  return draw_ending(canvas, {left, y, width, ending_height});
}

}  // namespace proactor_lab::gui
