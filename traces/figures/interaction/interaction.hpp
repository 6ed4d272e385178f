// The interaction diagram: who hands what to whom. An operation draws a U: out along the top, down
// a band in the kernel's column, back along the bottom.
#pragma once

#include <string>
#include <vector>

#include "traces/figures/interaction/interaction_layout.hpp"
#include "traces/figures/moment.hpp"
#include "traces/figures/scene.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

enum class Axis : std::uint8_t {
  order,  ///< one row an event; long gaps become labelled breaks
  time,   ///< true scale
};

enum class Zoom : std::uint8_t {
  roles,         ///< Application, Completion Dispatcher, Operating System, World
  participants,  ///< the seven columns
};

/// What a click on a column's heading selects: the id of a `Target::Kind::lifeline`.
enum class Lifeline : std::uint8_t {
  none,
  initiator,
  completion_handler,
  proactor,
  demultiplexer,
  completion_event_queue,
  operating_system,
  world,
  application,
  completion_dispatcher,
};

struct InteractionOptions {
  Axis axis = Axis::order;
  Zoom zoom = Zoom::participants;
  float width = 900;
  float height = 560;
  Moment at;
  Target selection;
  /// Events after this one must leave no mark, not even in the size of the picture: a question
  /// about them is open. The playhead never passes it.
  std::uint32_t horizon = UINT32_MAX;
  /// Axis::time: nanoseconds the height shows; 0 fits the run. Each event adds a pixel and a half
  /// to the true scale, so that events which share a nanosecond stay apart.
  float time_scale_ns = 0;
};

/// The window's view: the playhead at 65% of the height, the diagram scrolled under it, what has
/// not happened yet left blank.
/// A window keeps one layout a model (O(events) to build) and asks for a scene a frame (O(what is
/// visible)); the overload with a model builds a layout for one use.
Scene interaction_scene(const InteractionLayout& layout, const InteractionOptions& options);
Scene interaction_scene(const Model& model, const InteractionOptions& options);

/// The whole run as one still picture, as tall as it must be (the height option is ignored, no
/// playhead). At most `max_events` events from `first` on; the picture says where it was cut.
Scene interaction_sheet(const Model& model, const InteractionOptions& options,
                        std::uint32_t first = 1, std::uint32_t max_events = 400);

/// The same for a terminal, at most `columns` wide, one line an event.
std::string interaction_text(const Model& model, int columns, std::uint32_t first = 1,
                             std::uint32_t max_events = 400);

}  // namespace proactor_lab::figures
