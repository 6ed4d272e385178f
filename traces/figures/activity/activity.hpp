// The activity diagram: what each thread did over time, one group a server model, one axis for all.
// Filled: executing for a connection. Grey: waiting for input or output; grey with diagonals: for a
// lock; grey with dots: runnable without a CPU. Thin outlined bars: operations in flight.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "traces/figures/scene.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

struct ActivityGroup {
  std::string title;  ///< "One thread"
  const Model* model = nullptr;
  /// A question about this run is open: nothing later of it may leave a mark. Negative: nothing.
  std::int64_t horizon_ns = INT64_MAX;
  bool seen = false;               ///< drawn whole, wherever the playhead stands
  std::uint64_t memory_bytes = 0;  ///< of the whole run, told at its end; 0: not known
};

struct ActivityOptions {
  float width = 900;
  float height = 560;              ///< a minimum where `sheet`; else lanes shrink to fit
  std::int64_t at_ns = INT64_MAX;  ///< the playhead, from each run's start; what is later is blank
  bool show_totals = true;  ///< at the right: finish time, share of waiting, switches, memory
  std::int64_t horizon_ns = INT64_MAX;  ///< a question is open: nothing later may leave a mark
};

Scene activity_scene(std::span<const ActivityGroup> groups, const ActivityOptions& options);

/// The same for a player that moves the playhead itself: what is left of it shows.
struct ActivityFilm {
  Scene scene{0, 0};
  float left = 0;   ///< x of the runs' start
  float right = 0;  ///< x of `span_ns` after it
  std::int64_t span_ns = 0;
};
ActivityFilm activity_film(std::span<const ActivityGroup> groups, const ActivityOptions& options);

/// The same for a terminal, at most `columns` wide.
std::string activity_text(std::span<const ActivityGroup> groups, int columns);

}  // namespace proactor_lab::figures
