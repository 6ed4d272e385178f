// The part of the interaction diagram's layout that depends only on the trace: the row of each
// event, the sublane of each operation, the column of each thread. Built once per model. The layout
// of an event does not depend on later events, so that a picture can end at a horizon.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "traces/model/model.hpp"

namespace proactor_lab::figures {

/// Position of a thread's marble.
enum class Spot : std::uint8_t {
  nowhere,  ///< not started, or ended
  initiator,
  completion_handler,
  proactor,
  demultiplexer,
  system,  ///< beyond the border, in a call that may block
};

/// A thread's position from event `from` until the next place.
struct Place {
  std::uint32_t from = 0;
  Spot spot = Spot::nowhere;
  bool waiting = false;
  std::uint32_t operation = 0;  ///< the operation whose handler runs
  std::uint32_t handle = 0;     ///< the connection it serves
  std::uint32_t lane = 0;       ///< Spot::system: the sublane of the call
};

/// A stay in the system's column: an operation in flight, or a blocking call of a thread.
struct Band {
  std::uint32_t from = 0;
  std::uint32_t to = 0;  ///< 0: it did not end
  std::uint32_t lane = 0;
};

struct CallBand {
  Band band;
  std::uint16_t thread = 0;
  std::uint32_t handle = 0;
  StringId opcode = no_string;
};

/// Bytes, or a request to connect or close, on their way between the world and the system.
struct Flight {
  std::uint32_t sent = 0;     ///< incoming: the client's event; outgoing: bytes_moved
  std::uint32_t arrived = 0;  ///< 0: did not arrive
  bool outgoing = false;
  std::uint32_t operation = 0;  ///< that received or sent them, if any
  std::uint16_t thread = 0;     ///< the same for a blocking call
  std::uint32_t handle = 0;
};

/// How long a completion is in the queue.
struct QueueStay {
  std::uint32_t slot = 0;  ///< among those side by side
  /// The event that dequeues it; 0: none. If the recording does not show dequeues, the event that
  /// shows that the program continued: it may have dequeued all by then.
  std::uint32_t end = 0;
};

class InteractionLayout {
 public:
  explicit InteractionLayout(const Model& model);  ///< must outlive the layout

  const Model& model() const { return model_; }

  /// Axis::order: distance in pixels from the top of the diagram to event `seq`; 0 for `seq` 0.
  double row_y(std::uint32_t seq) const { return rows_[seq]; }
  /// True if a long gap before `seq` is drawn as a labelled break.
  bool is_break(std::uint32_t seq) const;
  static constexpr float break_height = 34;

  /// By index in `model().operations()`.
  const Band& band(std::uint32_t operation_place) const { return bands_[operation_place]; }
  const std::vector<CallBand>& calls() const { return calls_; }
  /// Indices in `calls()` of those that overlap the events [from, to].
  std::vector<std::uint32_t> calls_between(std::uint32_t from, std::uint32_t to) const;
  const std::vector<Flight>& flights() const { return flights_; }
  /// Indices in `flights()` of those that overlap the events [from, to].
  std::vector<std::uint32_t> flights_between(std::uint32_t from, std::uint32_t to) const;
  /// The flight that ends at event `seq`; null if there is none.
  const Flight* flight_arriving_at(std::uint32_t seq) const;
  /// By index in `model().threads()`; ascending in `from`.
  const std::vector<Place>& places(std::uint32_t thread_place) const {
    return places_[thread_place];
  }
  /// The maximum number of sublanes in use at once, up to event `seq`.
  std::uint32_t lanes_by(std::uint32_t seq) const;
  /// A completion's stay in the queue. `completion` belongs to the operation with this index.
  QueueStay queue_stay(std::uint32_t operation_place, const CompletionRecord& completion) const;

  /// 1 to 5 if `seq` is that step of the pattern for the run's first operation, else 0.
  int step(std::uint32_t seq) const;
  /// True if, up to `seq`, the program makes blocking system calls and initiates no operation.
  bool blocks_by(std::uint32_t seq) const;

 private:
  friend class LayoutBuilder;

  const Model& model_;
  std::vector<double> rows_;           ///< by seq; float is too coarse for a long run
  std::vector<std::uint32_t> breaks_;  ///< ascending
  std::vector<Band> bands_;
  std::vector<QueueStay> stays_;                                ///< of last completions
  std::unordered_map<std::uint32_t, QueueStay> earlier_stays_;  ///< of others, by `queued`
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
