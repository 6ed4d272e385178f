// The interaction diagram as a still picture that a player elsewhere can set in motion: its shapes
// with the events that bring them, where the events' rows lie, and what moves along with the
// playhead. The player needs no model: what stands here is all there is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab::figures {

/// The tag of an operation: rides the tip of an arrow while its event comes.
struct FilmToken {
  std::uint32_t seq = 0;
  Point from;
  Point to;
  std::string words;
  Ink ink = Ink::text_dim;
  std::uint32_t operation = 0;
};

/// Where a thread's marble is from event `from` on; it keeps to the playhead.
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

/// A column, as something that a person can point at.
struct FilmColumn {
  Lifeline lifeline = Lifeline::none;
  float left = 0;
  float right = 0;
};

struct InteractionFilm {
  std::uint32_t first = 1;
  std::uint32_t last = 0;
  Scene scene{0, 0};        ///< what scrolls lies below `top`
  std::vector<float> rows;  ///< y of the events first - 1 to last, in the scene
  std::vector<FilmToken> tokens;
  std::vector<MarbleTrack> marbles;
  std::vector<FilmColumn> columns;
  float top = 0;
  float gutter = 0;
  float right = 0;
  float queue_x = 0;       ///< above it: how many completions wait; 0: the program has no queue
  float operations_x = 0;  ///< above it: how many operations the system holds
};

/// At most `max_events` events from `first` on. Height, moment and horizon of the options are
/// ignored.
InteractionFilm interaction_film(const InteractionLayout& layout, const InteractionOptions& options,
                                 std::uint32_t first, std::uint32_t max_events);

}  // namespace proactor_lab::figures
