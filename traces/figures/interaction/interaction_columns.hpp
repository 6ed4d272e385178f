// The columns of the interaction diagram: the position of each participant for a width and a zoom.
#pragma once

#include <string>
#include <vector>

#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab::figures {

struct Heading {
  Lifeline lifeline = Lifeline::none;
  float x = 0;  ///< middle of the column
  float width = 0;
  Ink ink = Ink::text;
  std::string above;  ///< first line of a title that needs two
  std::string title;
  std::string subtitle;
};

struct Panel {
  float left = 0;
  float right = 0;
  Ink ink = Ink::panel;
};

struct Columns {
  float gutter = 66;  ///< time labels are left of it
  float right = 0;
  float initiator_x = 0;
  float handler_x = 0;
  float proactor_x = 0;
  float demultiplexer_x = 0;
  float queue_x = 0;
  float queue_half = 0;  ///< queued completions are at most this far from its middle
  float park_x = 0;      ///< position of initiated operations until they are submitted
  float border_x = 0;
  float lanes_left = 0;
  float lanes_right = 0;
  float network_x = 0;  ///< position of what is under way between world and system
  float world_x = 0;
  bool blocking = false;  ///< columns of a blocking program: no proactor, no queue
  bool roles = false;
  std::vector<Heading> headings;
  std::vector<Panel> panels;

  float x_of(Spot spot) const;
};

Columns columns_for(float width, Zoom zoom, bool blocking);

}  // namespace proactor_lab::figures
