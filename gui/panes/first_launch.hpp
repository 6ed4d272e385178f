// The first screen that a new user sees: three requests, served in three ways. The user guesses
// which way finishes when, and then watches. Every number is computed from the runs.
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

/// The three runs, in this order: one thread, three threads, a proactor.
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

/// Runs the three shipped scenarios. Throws InputError if one is missing.
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
  /// The choice that agrees with the runs; -1 if none does.
  int right_choice() const;

  void guess(int choice);
  void advance(float seconds);
  /// Skips to the end, for screenshots.
  void finish();
  /// Returns true if the key was handled.
  bool press(Key key);

  /// Returns true if the user asked for lesson one.
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
