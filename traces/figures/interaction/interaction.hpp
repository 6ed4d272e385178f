// The interaction diagram: which participant hands what to which. An operation draws a U: out along
// the top, down a band in the kernel's column, back along the bottom.
#pragma once

#include <string>
#include <vector>

#include "traces/figures/interaction/interaction_layout.hpp"
#include "traces/figures/moment.hpp"
#include "traces/figures/scene.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

enum class Axis : std::uint8_t {
  order,  ///< one row per event; long gaps become labelled breaks
  time,   ///< true scale
};

enum class Zoom : std::uint8_t {
  roles,         ///< Application, Completion Dispatcher, Operating System, World
  participants,  ///< the seven columns
};

/// Selected by a click on a column's heading: the id of a `Target::Kind::lifeline`.
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
  /// While a question about later events is open, events after this one are not drawn and do not
  /// affect even the size of the picture. The playhead never passes it.
  std::uint32_t horizon = UINT32_MAX;
  /// Axis::time: nanoseconds that the height shows; 0 fits the whole run. Each event adds 1.5
  /// pixels to the true scale, so that events with the same time remain distinguishable.
  float time_scale_ns = 0;
};

/// The window's view: the playhead is at 65% of the height, the diagram scrolls under it, and what
/// has not happened yet is blank.
/// A window keeps one layout per model (O(events) to build) and requests one scene per frame
/// (O(visible events)). The overload with a model builds a layout for a single use.
Scene interaction_scene(const InteractionLayout& layout, const InteractionOptions& options);
Scene interaction_scene(const Model& model, const InteractionOptions& options);

/// The whole run as one still picture, as tall as necessary (the height option is ignored, and
/// there is no playhead). Shows at most `max_events` events from `first` on; the picture says where
/// it was cut.
Scene interaction_sheet(const Model& model, const InteractionOptions& options,
                        std::uint32_t first = 1, std::uint32_t max_events = 400);

/// The same diagram for a terminal, at most `columns` wide, with one line per event.
std::string interaction_text(const Model& model, int columns, std::uint32_t first = 1,
                             std::uint32_t max_events = 400);

}  // namespace proactor_lab::figures
