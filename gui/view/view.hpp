// What the panes see and what they may ask for. A pane is a function of a snapshot: it draws, and
// returns requests; it owns no run and changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gui/document/document.hpp"
#include "gui/view/playback.hpp"
#include "traces/figures/interaction/interaction.hpp"
#include "traces/figures/scene.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::gui {

enum class StageView : std::uint8_t { interaction, activity };

/// How a person has set the window up. Nothing in it depends on the run.
struct ViewSettings {
  StageView stage = StageView::interaction;
  figures::Axis axis = figures::Axis::order;
  figures::Zoom zoom = figures::Zoom::participants;
  figures::Theme theme = figures::Theme::dark;
  PaneSet panes;
  bool help = false;
};

/// Everything a frame shows.
struct Snapshot {
  const Model* model = nullptr;                 ///< the run that the playhead is in
  /// Of that run; null: the interaction diagram is laid out for one frame.
  const figures::InteractionLayout* layout = nullptr;
  const std::vector<NamedRun>* runs = nullptr;  ///< all of the document's
  const PageView* lesson = nullptr;             ///< null: no lesson
  Playback playback;
  ViewSettings settings;
  figures::Target selection;
  GivenAnswer answer;  ///< given, not yet revealed
  ExerciseInput exercise;
  std::string title;
  std::string notice;  ///< what went wrong, or is to be known, in plain words

  std::uint32_t seq() const { return playback.seq(); }
  std::uint32_t horizon() const { return playback.reach(); }
  bool by_time() const {
    return settings.stage == StageView::activity || settings.axis == figures::Axis::time;
  }
  figures::Moment moment() const { return by_time() ? playback.moment() : playback.eased(); }
  bool future_hidden() const { return lesson && lesson->horizon != UINT32_MAX; }
  /// For figures: the event after which a question hides everything.
  std::uint32_t hidden_after() const { return future_hidden() ? horizon() : UINT32_MAX; }
};

enum class Action : std::uint8_t {
  toggle_play,
  step_back,
  step_forward,
  go_start,
  go_end,
  slower,
  faster,
  go_to,       ///< number: seq
  select,      ///< target
  show_stage,  ///< number: StageView
  toggle_zoom,
  toggle_axis,
  set_theme,  ///< number: Theme
  next_theme,
  toggle_states,
  toggle_inspector,
  toggle_code,
  toggle_events,
  toggle_help,
  close,  ///< the help, the notice
  lesson_back,
  lesson_next,
  lesson_choose,  ///< number: choice
  lesson_type,    ///< number: a character, or 8 to take one back
  lesson_reveal,
  lesson_give_up,
  exercise_focus,  ///< number: field
  exercise_run,
  continue_on,  ///< Enter: whatever comes next
};

struct Request {
  Action action = Action::close;
  std::uint32_t number = 0;
  figures::Target target{};
};

using Requests = std::vector<Request>;

/// The connection's colour of an event or operation; `Ink::text_dim` where it has none.
figures::Ink ink_of_operation(const Model& model, std::uint32_t operation);
figures::Ink ink_of_event(const Model& model, const Event& event);

/// Where the playhead stands between two events, in nanoseconds since the run's start.
std::int64_t playhead_ns(const Snapshot& snapshot);

/// Of the window, in logical pixels.
figures::Point mouse_position();
/// Turns of the wheel in this frame, away from the person positive.
float mouse_wheel();

/// What a person calls a thing that can be clicked: "Completion Event Queue", "receive #3 on A".
std::string words_of(const Model& model, const figures::Target& target);

/// Time since the run's start in the run's own unit, "25.961 ms": comparable line by line.
std::string time_text(const Model& model, std::int64_t time_ns);
/// The same in two parts, for columns: "25.961" and "ms".
struct TimeParts {
  std::string number;
  std::string unit;
};
TimeParts time_parts(const Model& model, std::int64_t time_ns);

}  // namespace proactor_lab::gui
