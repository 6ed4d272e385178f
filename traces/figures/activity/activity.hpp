// The activity diagram: what each thread did over time, with one group per server model and one
// common time axis. Filled: executing for a connection. Grey: waiting for I/O. Grey with diagonals:
// waiting for a lock. Grey with dots: runnable without a CPU. Thin outlined bars: operations in
// flight.
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
  /// While a question about this run is open, nothing later is drawn. Negative: nothing at all.
  std::int64_t horizon_ns = INT64_MAX;
  bool seen = false;               ///< drawn completely, wherever the playhead is
  std::uint64_t memory_bytes = 0;  ///< of the whole run, shown at its end; 0: unknown
};

struct ActivityOptions {
  float width = 900;
  float height = 560;              ///< a minimum in a sheet; otherwise lanes shrink to fit
  std::int64_t at_ns = INT64_MAX;  ///< the playhead, from each run's start; later times are blank
  bool show_totals = true;         ///< at the right: finish time, waiting time, switches, memory
  std::int64_t horizon_ns = INT64_MAX;  ///< while a question is open: nothing later is drawn
};

Scene activity_scene(std::span<const ActivityGroup> groups, const ActivityOptions& options);

/// The same diagram for a player that moves the playhead itself: what is left of the playhead
/// shows.
struct ActivityFilm {
  Scene scene{0, 0};
  float left = 0;   ///< x of the start of the runs
  float right = 0;  ///< x of the time `span_ns` after the start
  std::int64_t span_ns = 0;
};
ActivityFilm activity_film(std::span<const ActivityGroup> groups, const ActivityOptions& options);

/// The same diagram for a terminal, at most `columns` wide.
std::string activity_text(std::span<const ActivityGroup> groups, int columns);

}  // namespace proactor_lab::figures
