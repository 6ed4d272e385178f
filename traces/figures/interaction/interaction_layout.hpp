// Where things stand in the interaction diagram, as far as it depends on the trace alone: the row
// of each event, the sublane of each operation, the column in which each thread is. Built once a
// model. What it says of an event depends on no later event, so that a picture can end at a
// horizon.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "traces/model/model.hpp"

namespace proactor_lab::figures {

/// Where a thread's marble is.
enum class Spot : std::uint8_t {
  nowhere,  ///< not started, or ended
  initiator,
  completion_handler,
  proactor,
  demultiplexer,
  system,  ///< across the border, in a call that may block
};

/// From event `from` on, until the next place.
struct Place {
  std::uint32_t from = 0;
  Spot spot = Spot::nowhere;
  bool waiting = false;
  std::uint32_t operation = 0;  ///< whose handler runs
  std::uint32_t handle = 0;     ///< the connection it works for
  std::uint32_t lane = 0;       ///< Spot::system: the sublane of the call
};

/// A stay in the system's column: an operation in flight, or a thread's blocking call.
struct Band {
  std::uint32_t from = 0;
  std::uint32_t to = 0;  ///< 0: it never ended
  std::uint32_t lane = 0;
};

struct CallBand {
  Band band;
  std::uint16_t thread = 0;
  std::uint32_t handle = 0;
  StringId opcode = no_string;
};

/// Bytes, or a wish to connect or to close, on their way between the world and the system.
struct Flight {
  std::uint32_t sent = 0;     ///< incoming: the client's event; outgoing: bytes_moved
  std::uint32_t arrived = 0;  ///< 0: it never did
  bool outgoing = false;
  std::uint32_t operation = 0;  ///< that took them or sent them, where there is one
  std::uint16_t thread = 0;     ///< likewise of a blocking call
  std::uint32_t handle = 0;
};

/// A completion's time in the queue.
struct QueueStay {
  std::uint32_t slot = 0;  ///< of those side by side
  /// The event that takes it from the queue; 0: none. If the recording does not see that, the event
  /// that shows the program going on: it may have taken all by then.
  std::uint32_t end = 0;
};

class InteractionLayout {
 public:
  explicit InteractionLayout(const Model& model);  ///< keeps a reference

  const Model& model() const { return model_; }

  /// Axis::order: pixels from the top of the diagram to event `seq`; 0 for `seq` 0.
  double row_y(std::uint32_t seq) const { return rows_[seq]; }
  /// A long gap before `seq`, drawn as a labelled break.
  bool is_break(std::uint32_t seq) const;
  static constexpr float break_height = 34;

  /// By place in `model().operations()`.
  const Band& band(std::uint32_t operation_place) const { return bands_[operation_place]; }
  const std::vector<CallBand>& calls() const { return calls_; }
  /// Places in `calls()` that overlap the events [from, to].
  std::vector<std::uint32_t> calls_between(std::uint32_t from, std::uint32_t to) const;
  const std::vector<Flight>& flights() const { return flights_; }
  /// Places in `flights()` of those under way at some moment of the events [from, to].
  std::vector<std::uint32_t> flights_between(std::uint32_t from, std::uint32_t to) const;
  /// The flight that ends at event `seq`; null where none does.
  const Flight* flight_arriving_at(std::uint32_t seq) const;
  /// By place in `model().threads()`; ascending in `from`.
  const std::vector<Place>& places(std::uint32_t thread_place) const {
    return places_[thread_place];
  }
  /// Sublanes, and completions waiting side by side, that events up to `seq` ever needed.
  std::uint32_t lanes_by(std::uint32_t seq) const;
  /// How a completion waits in the queue: `completion` is one of the operation's at that place.
  QueueStay queue_stay(std::uint32_t operation_place, const CompletionRecord& completion) const;

  /// 1 to 5 where `seq` is that step of the pattern for the run's first operation, else 0.
  int step(std::uint32_t seq) const;
  /// The program blocks in system calls and initiates nothing, as far as `seq`.
  bool blocks_by(std::uint32_t seq) const;

 private:
  friend class LayoutBuilder;

  const Model& model_;
  std::vector<double> rows_;           ///< by seq; a float would lose pixels in a long run
  std::vector<std::uint32_t> breaks_;  ///< ascending
  std::vector<Band> bands_;
  std::vector<QueueStay> stays_;                                ///< of last completions
  std::unordered_map<std::uint32_t, QueueStay> earlier_stays_;  ///< of others, by their `queued`
  std::vector<CallBand> calls_;
  LifeIndex call_lives_;
  std::vector<Flight> flights_;
  LifeIndex flight_lives_;
  IdIndex arrivals_;
  std::vector<std::vector<Place>> places_;
  std::vector<std::uint32_t> lane_records_;  ///< seq at which the n-th sublane was first needed
  std::array<std::uint32_t, 5> steps_{};
  std::uint32_t first_call_ = 0;
  std::uint32_t first_initiated_ = 0;
};

}  // namespace proactor_lab::figures
