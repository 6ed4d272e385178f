// What panes can see and what they can request. A pane is a function of a snapshot: it draws and
// returns requests. It owns no run and changes nothing.
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

/// The user's settings of the window. They do not depend on the run.
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
  const Model* model = nullptr;  ///< the run that the playhead is in
  /// The layout of that run; null: the interaction diagram is laid out for one frame.
  const figures::InteractionLayout* layout = nullptr;
  const std::vector<NamedRun>* runs = nullptr;  ///< all runs of the document
  const PageView* lesson = nullptr;             ///< null: no lesson
  Playback playback;
  ViewSettings settings;
  figures::Target selection;
  GivenAnswer answer;  ///< entered, not yet revealed
  ExerciseInput exercise;
  std::string title;
  std::string notice;  ///< an error or remark, in plain words

  std::uint32_t seq() const { return playback.seq(); }
  std::uint32_t horizon() const { return playback.reach(); }
  bool by_time() const {
    return settings.stage == StageView::activity || settings.axis == figures::Axis::time;
  }
  figures::Moment moment() const { return by_time() ? playback.moment() : playback.eased(); }
  bool future_hidden() const { return lesson && lesson->horizon != UINT32_MAX; }
  /// For figures: the last event before those that a question hides.
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
  lesson_type,    ///< number: a character, or 8 for backspace
  lesson_reveal,
  lesson_give_up,
  exercise_focus,  ///< number: field
  exercise_run,
  continue_on,  ///< Enter: performs the next step, whatever it is
};

struct Request {
  Action action = Action::close;
  std::uint32_t number = 0;
  figures::Target target{};
};

using Requests = std::vector<Request>;

/// The colour of the event's or operation's connection; `Ink::text_dim` if it has none.
figures::Ink ink_of_operation(const Model& model, std::uint32_t operation);
figures::Ink ink_of_event(const Model& model, const Event& event);

/// The playhead's time between two events, in nanoseconds since the run's start.
std::int64_t playhead_ns(const Snapshot& snapshot);

/// In logical pixels, relative to the window.
figures::Point mouse_position();
/// Turns of the wheel in this frame; positive: away from the user.
float mouse_wheel();

/// The name shown for something clickable: "Completion Event Queue", "receive #3 on A".
std::string words_of(const Model& model, const figures::Target& target);

/// Time since the run's start, in one unit for the whole run, so that lines are comparable: "25.961
/// ms".
std::string time_text(const Model& model, std::int64_t time_ns);
/// The same in two parts, for columns: "25.961" and "ms".
struct TimeParts {
  std::string number;
  std::string unit;
};
TimeParts time_parts(const Model& model, std::int64_t time_ns);

}  // namespace proactor_lab::gui
