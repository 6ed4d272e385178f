// The columns of the interaction diagram: who stands where, for a width and a zoom.
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
  float gutter = 66;  ///< time labels stand left of it
  float right = 0;
  float initiator_x = 0;
  float handler_x = 0;
  float proactor_x = 0;
  float demultiplexer_x = 0;
  float queue_x = 0;
  float queue_half = 0;  ///< completions in the queue stay within this of its middle
  float park_x = 0;      ///< where what is initiated waits to be submitted
  float border_x = 0;
  float lanes_left = 0;
  float lanes_right = 0;
  float network_x = 0;  ///< what is under way between world and system hangs here
  float world_x = 0;
  bool blocking = false;  ///< columns of a program that blocks: no proactor, no queue
  bool roles = false;
  std::vector<Heading> headings;
  std::vector<Panel> panels;

  float x_of(Spot spot) const;
};

Columns columns_for(float width, Zoom zoom, bool blocking);

}  // namespace proactor_lab::figures
