// What somebody sees who opens the program for the first time: three requests, served in three
// ways. One guesses which finishes when, and watches. Every number is computed from the runs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/document/document.hpp"
#include "gui/paint/canvas.hpp"
#include "gui/view/keys.hpp"

namespace proactor_lab::gui {

/// The three runs, in the order: one thread, three threads, a proactor.
struct FirstLaunchRuns {
  struct Entry {
    std::string title;
    std::unique_ptr<Run> run;
  };
  std::vector<Entry> entries;
  std::size_t requests = 0;
  std::chrono::nanoseconds work{0};  ///< of each request
  std::chrono::nanoseconds waiting{0};
};

/// Runs the three scenarios that come with the program. Throws InputError where one is missing.
FirstLaunchRuns run_three_requests();

class FirstLaunch {
 public:
  enum class Phase : std::uint8_t { guess, watch, told };
  static constexpr int choice_count = 3;

  explicit FirstLaunch(FirstLaunchRuns runs);

  Phase phase() const { return phase_; }
  bool finished() const { return phase_ == Phase::told; }
  bool animating() const { return phase_ == Phase::watch; }
  std::optional<int> guessed() const { return guess_; }
  /// The choice that the runs bear out; -1 where they bear out none.
  int right_choice() const;

  void guess(int choice);
  void advance(float seconds);
  /// Straight to the end, as a screenshot wants it.
  void finish();
  /// True where it meant something here.
  bool press(Key key);

  /// True where the person asked for lesson one.
  bool draw(const Canvas& canvas, figures::Rect window);

 private:
  std::array<std::int64_t, 3> finish_times_ns() const;
  std::int64_t longest_ns() const;
  std::int64_t shown_ns() const;
  void draw_figure(const Canvas& canvas, figures::Rect box) const;
  void draw_choices(const Canvas& canvas, figures::Rect box);
  bool draw_ending(const Canvas& canvas, figures::Rect box);

  FirstLaunchRuns runs_;
  Phase phase_ = Phase::guess;
  std::optional<int> guess_;
  float watched_seconds_ = 0;
};

}  // namespace proactor_lab::gui
