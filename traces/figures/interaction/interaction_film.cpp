#include "traces/figures/interaction/interaction_film.hpp"

#include <algorithm>

#include "traces/figures/interaction/interaction_painter.hpp"

namespace proactor_lab::figures {

void InteractionPainter::record(InteractionFilm& film) {
  film_ = &film;
  for (const Heading& heading : columns_.headings) {
    film.columns.push_back(
        {heading.lifeline, heading.x - heading.width / 2, heading.x + heading.width / 2});
    bool queue = heading.lifeline == Lifeline::completion_event_queue ||
                 heading.lifeline == Lifeline::completion_dispatcher;
    if (queue) film.queue_x = heading.x;
    if (heading.lifeline == Lifeline::operating_system && !columns_.blocking) {
      film.operations_x = heading.x;
    }
  }
  film.top = top_;
  film.gutter = columns_.gutter;
  film.right = columns_.right;
  for (std::uint32_t seq = film.first - 1; seq <= film.last; ++seq) film.rows.push_back(y(seq));
  record_marbles();
  film.scene = paint();
}

void InteractionPainter::record_marbles() {
  for (std::size_t i = 0; i < model_.threads().size(); ++i) {
    MarbleTrack track;
    track.thread = model_.threads()[i].id;
    for (const Place& place : layout_.places(static_cast<std::uint32_t>(i))) {
      if (place.from > film_->last) break;
      MarblePlace here{place.from, marble_x(i, place), place.waiting, place.spot == Spot::nowhere};
      // Of the places before the first event, only the last one is kept.
      if (place.from < film_->first) track.places.clear();
      track.places.push_back(here);
    }
    if (!track.places.empty()) film_->marbles.push_back(std::move(track));
  }
}

InteractionFilm interaction_film(const InteractionLayout& layout, const InteractionOptions& options,
                                 std::uint32_t first, std::uint32_t max_events) {
  const std::uint32_t count = layout.model().event_count();
  InteractionFilm film;
  film.first = std::clamp(first, 1u, std::max(count, 1u));
  film.last = std::min(count, film.first + std::max(max_events, 1u) - 1);
  InteractionPainter(layout, options, Sheet{film.first, film.last}).record(film);
  return film;
}

}  // namespace proactor_lab::figures
