// The interaction diagram as a still picture that an external player can animate: its shapes with
// the events that reveal them, the positions of the events' rows, and what moves with the playhead.
// The player needs no model; the film contains all data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab::figures {

/// The tag of an operation, drawn at the tip of an arrow while the arrow's event is current.
struct FilmToken {
  std::uint32_t seq = 0;
  Point from;
  Point to;
  std::string words;
  Ink ink = Ink::text_dim;
  std::uint32_t operation = 0;
};

/// Position of a thread's marble from event `from` on. Vertically it follows the playhead.
struct MarblePlace {
  std::uint32_t from = 0;
  float x = 0;
  bool waiting = false;
  bool gone = false;  ///< not started, or ended
};

struct MarbleTrack {
  std::uint16_t thread = 0;
  std::vector<MarblePlace> places;  ///< ascending in `from`
};

/// A column that a person can point at.
struct FilmColumn {
  Lifeline lifeline = Lifeline::none;
  float left = 0;
  float right = 0;
};

struct InteractionFilm {
  std::uint32_t first = 1;
  std::uint32_t last = 0;
  Scene scene{0, 0};        ///< the part below `top` scrolls
  std::vector<float> rows;  ///< y of the events first - 1 to last, in the scene
  std::vector<FilmToken> tokens;
  std::vector<MarbleTrack> marbles;
  std::vector<FilmColumn> columns;
  float top = 0;
  float gutter = 0;
  float right = 0;
  float queue_x = 0;       ///< the queue's count is shown above it; 0: the program has no queue
  float operations_x = 0;  ///< the number of operations in flight is shown above it
};

/// Shows at most `max_events` events from `first` on. Ignores height, moment and horizon in the
/// options.
InteractionFilm interaction_film(const InteractionLayout& layout, const InteractionOptions& options,
                                 std::uint32_t first, std::uint32_t max_events);

}  // namespace proactor_lab::figures
