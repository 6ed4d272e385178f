// The background of the interaction diagram in characters: its columns, and their content at an
// event before the event itself is drawn. Private to the figure.
#pragma once

#include <cstdint>

#include "traces/figures/interaction/interaction_layout.hpp"
#include "traces/figures/text_canvas.hpp"

namespace proactor_lab::figures {

struct TextColumns {
  int initiator = 0;
  int handler = 0;
  int proactor = 0;
  int demultiplexer = 0;
  int border = 0;
  int lanes = 0;  ///< left end of the first sublane
  int lane_count = 1;
  int network = 0;  ///< position of what is under way between world and system
  int world = 0;
};

class TextGround {
 public:
  static constexpr int columns_min = 72;
  static constexpr int time_end = 10;  ///< time labels end left of it
  static constexpr int lane_cells = 6;

  TextGround(const Model& model, int columns);

 protected:
  const Band& band_of(const OperationRecord& operation) const;
  int lane_x(const Band& band) const;
  int thread_x(std::size_t thread_place, Spot spot) const;
  /// The thread's place at `seq`; null if it has none yet.
  const Place* place_of(std::size_t thread_place, std::uint32_t seq) const;
  std::size_t thread_place(std::uint16_t id) const;
  /// Where a flight enters or leaves the system.
  int edge_of(const Flight& flight, std::uint32_t seq) const;
  /// Lifelines, threads and bands as of `seq`. The event is drawn over them.
  TextLine ground(std::uint32_t seq) const;

  const Model& model_;
  InteractionLayout layout_;
  int columns_;
  bool blocking_;
  TextColumns at_;

 private:
  void put_threads(TextLine& line, std::uint32_t seq) const;
};

}  // namespace proactor_lab::figures
