#include "traces/figures/interaction/interaction_columns.hpp"

#include <algorithm>

namespace proactor_lab::figures {

namespace {

constexpr float panel_gap = 8;
constexpr float network_gap = 18;  // between the system and the world: the network
constexpr float margin = 8;

/// Places columns side by side from the left. Widths are shares of the total width.
class Ruler {
 public:
  Ruler(float left, float width, float shares) : at_(left), unit_(width / shares) {}
  float take(float share) {
    float left = at_;
    at_ += share * unit_;
    return left + share * unit_ / 2;
  }
  float at() const { return at_; }
  float unit() const { return unit_; }
  void skip(float pixels) { at_ += pixels; }

 private:
  float at_;
  float unit_;
};

void lay_system_and_world(Columns& columns, Ruler& ruler, float os_share, float world_share) {
  float os_left = ruler.at();
  float os_x = ruler.take(os_share);
  float left = columns.border_x;
  columns.lanes_left = os_left + (columns.blocking ? 24 : 34 * std::min(1.f, ruler.unit()));
  columns.lanes_right = ruler.at() - 30 * std::min(1.f, ruler.unit());
  columns.panels.push_back({left, ruler.at(), Ink::system});
  columns.headings.push_back({Lifeline::operating_system, os_x, os_share * ruler.unit(),
                              Ink::system, "", "Operating System",
                              columns.blocking ? "calls in progress" : "operations in progress"});
  columns.network_x = ruler.at() + network_gap / 2;
  ruler.skip(network_gap);
  float world_left = ruler.at();
  float world_middle = ruler.take(world_share);
  columns.world_x = world_left + 0.8f * world_share * ruler.unit();
  columns.panels.push_back({world_left, ruler.at(), Ink::world});
  columns.headings.push_back({Lifeline::world, world_middle, world_share * ruler.unit(), Ink::world,
                              "", "World", "clients, peers"});
  columns.right = ruler.at();
}

void lay_participants(Columns& columns, float width) {
  Ruler ruler(columns.gutter, width - columns.gutter - margin - panel_gap - network_gap, 822);
  float unit = ruler.unit();
  bool narrow = unit < 0.8f;
  float left = ruler.at();
  columns.initiator_x = ruler.take(92);
  columns.handler_x = ruler.take(100);
  columns.panels.push_back({left, ruler.at(), Ink::application});
  ruler.skip(panel_gap);
  left = ruler.at();
  columns.proactor_x = ruler.take(88);
  columns.demultiplexer_x = ruler.take(100);
  columns.queue_x = columns.border_x = ruler.take(96);
  columns.queue_half = 48 * unit;
  columns.park_x = columns.queue_x - columns.queue_half + 10 * unit;
  columns.panels.push_back({left, columns.border_x, Ink::proactor});
  columns.headings = {
      {Lifeline::initiator, columns.initiator_x, 92 * unit, Ink::application, "", "Initiator",
       "starts operations"},
      {Lifeline::completion_handler, columns.handler_x, 100 * unit, Ink::application, "Completion",
       "Handler", "called when done"},
      {Lifeline::proactor, columns.proactor_x, 88 * unit, Ink::proactor, "", "Proactor",
       "dispatches"},
      {Lifeline::demultiplexer, columns.demultiplexer_x, 100 * unit, Ink::proactor,
       narrow ? "Demulti-" : "", narrow ? "plexer" : "Demultiplexer", "waits"},
      {Lifeline::completion_event_queue, columns.queue_x, 96 * unit, Ink::proactor, "Completion",
       "Event Queue", ""},
  };
  lay_system_and_world(columns, ruler, 236, 110);
}

void lay_roles(Columns& columns, float width) {
  Ruler ruler(columns.gutter, width - columns.gutter - margin - panel_gap - network_gap, 822);
  float unit = ruler.unit();
  float left = ruler.at();
  columns.initiator_x = columns.handler_x = ruler.take(190);
  columns.panels.push_back({left, ruler.at(), Ink::application});
  columns.headings.push_back({Lifeline::application, columns.initiator_x, 190 * unit,
                              Ink::application, "", "Application", "initiates and handles"});
  ruler.skip(panel_gap);
  left = ruler.at();
  columns.proactor_x = columns.demultiplexer_x = columns.queue_x = ruler.take(190);
  columns.queue_half = 24;
  columns.border_x = ruler.at();
  columns.park_x = columns.border_x - 12;
  columns.panels.push_back({left, ruler.at(), Ink::proactor});
  columns.headings.push_back({Lifeline::completion_dispatcher, columns.proactor_x, 190 * unit,
                              Ink::proactor, "Completion", "Dispatcher", ""});
  lay_system_and_world(columns, ruler, 322, 120);
}

void lay_blocking(Columns& columns, float width) {
  Ruler ruler(columns.gutter, width - columns.gutter - margin - network_gap, 822);
  float left = ruler.at();
  columns.initiator_x = columns.handler_x = ruler.take(300);
  columns.proactor_x = columns.demultiplexer_x = columns.queue_x = columns.initiator_x;
  columns.border_x = ruler.at();
  columns.park_x = columns.border_x;
  columns.panels.push_back({left, ruler.at(), Ink::application});
  columns.headings.push_back({Lifeline::application, columns.initiator_x, 300 * ruler.unit(),
                              Ink::application, "", "Application", "its threads make the calls"});
  lay_system_and_world(columns, ruler, 392, 130);
}

}  // namespace

float Columns::x_of(Spot spot) const {
  switch (spot) {
    case Spot::initiator:
      return initiator_x;
    case Spot::completion_handler:
      return handler_x;
    case Spot::proactor:
      return proactor_x;
    case Spot::demultiplexer:
      return demultiplexer_x;
    case Spot::system:
      return lanes_left;
    case Spot::nowhere:
      return initiator_x;
  }
  return initiator_x;
}

Columns columns_for(float width, Zoom zoom, bool blocking) {
  Columns columns;
  columns.blocking = blocking;
  columns.roles = zoom == Zoom::roles;
  if (blocking) {
    lay_blocking(columns, width);
  } else if (columns.roles) {
    lay_roles(columns, width);
  } else {
    lay_participants(columns, width);
  }
  return columns;
}

}  // namespace proactor_lab::figures
