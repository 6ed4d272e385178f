#include "traces/figures/page/page_run.hpp"

#include <algorithm>

#include "traces/figures/interaction/interaction_film.hpp"
#include "traces/figures/interaction_words.hpp"
#include "traces/figures/page/page_shapes.hpp"
#include "traces/figures/page/page_states.hpp"
#include "traces/format/run_systems.hpp"

namespace proactor_lab::figures {

namespace {

// The page scales its pictures. At these sizes there is room for their text.
constexpr float film_width = 900;
constexpr float activity_width = 820;
constexpr float activity_height = 520;

/// Limits each text, because a long name in a trace is repeated in every event.
constexpr std::size_t words_max = 1'000;

std::string within_limit(std::string words) {
  if (words.size() <= words_max) return words;
  std::size_t end = words_max;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;
  words.resize(end);
  return words + "…";
}

Ink ink_of_event(const Model& model, const Event& event) {
  const OperationRecord* operation = model.operation(event.operation);
  return ink_of_handle(model, operation != nullptr ? operation->handle : event.handle);
}

/// Height of an event's bar in the overview, in hundredths.
int weight_of(EventKind kind) {
  switch (kind) {
    case EventKind::handler_entered:
      return 100;
    case EventKind::operation_completed:
    case EventKind::completion_queued:
    case EventKind::completion_dequeued:
      return 75;
    case EventKind::operation_initiated:
    case EventKind::client_sent:
    case EventKind::client_received:
    case EventKind::syscall_entered:
    case EventKind::syscall_returned:
      return 60;
    default:
      return 32;
  }
}

/// One array per event: [time in ns from the start of the run, words, kind, cause, ink, weight,
/// completions queued, operations in progress].
std::string events_text(const Model& model, std::uint32_t first, std::uint32_t last) {
  JsonList events('[');
  for (std::uint32_t seq = first; seq <= last; ++seq) {
    const Event& event = model.event(seq);
    JsonList one('[');
    one.number(event.time_ns - model.start_ns());
    one.text(within_limit(model.sentence(seq)));
    one.number(static_cast<std::int64_t>(event.kind));
    one.number(std::int64_t{event.cause});
    one.number(static_cast<std::int64_t>(ink_of_event(model, event)));
    one.number(std::int64_t{weight_of(event.kind)});
    one.number(std::int64_t{model.queue_depth_at(seq)});
    one.number(std::int64_t{model.in_flight_at(seq)});
    events.raw("\n" + one.take());
  }
  return events.take();
}

std::string shapes_text(const Scene& scene, PageShapes& shapes) {
  JsonList list('[');
  for (const Shape& shape : scene.shapes()) {
    const bool clips = shape.kind == ShapeKind::push_clip || shape.kind == ShapeKind::pop_clip;
    if (!clips) list.raw(shapes.shape(shape));
  }
  return list.take();
}

std::string tokens_text(const InteractionFilm& film) {
  JsonList tokens('[');
  for (const FilmToken& token : film.tokens) {
    JsonList one('[');
    one.number(std::int64_t{token.seq});
    for (const float value : {token.from.x, token.from.y, token.to.x, token.to.y}) {
      one.number(value);
    }
    one.text(token.words);
    one.number(static_cast<std::int64_t>(token.ink));
    one.number(std::int64_t{token.operation});
    tokens.raw(one.take());
  }
  return tokens.take();
}

std::string marbles_text(const InteractionFilm& film) {
  JsonList marbles('[');
  for (const MarbleTrack& track : film.marbles) {
    JsonList places('[');
    for (const MarblePlace& place : track.places) {
      places.number(std::int64_t{place.from});
      places.number(place.x);
      places.number(std::int64_t{place.gone ? 2 : place.waiting ? 1 : 0});
    }
    JsonList one('[');
    one.text("T" + std::to_string(track.thread));
    one.raw(places.take());
    marbles.raw(one.take());
  }
  return marbles.take();
}

std::string columns_text(const InteractionFilm& film) {
  JsonList columns('[');
  for (const FilmColumn& column : film.columns) {
    JsonList one('[');
    one.number(static_cast<std::int64_t>(column.lifeline));
    one.number(column.left);
    one.number(column.right);
    columns.raw(one.take());
  }
  return columns.take();
}

std::string film_text(const InteractionFilm& film, PageShapes& shapes) {
  JsonList rows('[');
  for (const float row : film.rows) rows.number(row);
  JsonList out('{');
  out.member("width", json_number(film.scene.width()));
  out.member("height", json_number(film.scene.height()));
  out.member("top", json_number(film.top));
  out.member("gutter", json_number(film.gutter));
  out.member("right", json_number(film.right));
  out.member("queueX", json_number(film.queue_x));
  out.member("operationsX", json_number(film.operations_x));
  out.member("rows", rows.take());
  out.member("shapes", shapes_text(film.scene, shapes));
  out.member("tokens", tokens_text(film));
  out.member("marbles", marbles_text(film));
  out.member("columns", columns_text(film));
  return out.take();
}

}  // namespace

std::string page_run(const Model& model, const std::string& title, const PageWindow& window) {
  InteractionOptions options;
  options.axis = window.axis;
  options.zoom = window.zoom;
  options.width = film_width;
  const InteractionLayout layout(model);
  const InteractionFilm film = interaction_film(layout, options, window.first, window.max_events);
  const std::uint32_t last = film.last;
  PageShapes shapes;
  JsonList out('{');
  const TraceHeader& header = model.trace().header;
  out.member("title", json_text(within_limit(title)));
  out.member("program", json_text(within_limit(header.program)));
  out.member("system", json_text(within_limit(heading_of_system(header.system, header.seed))));
  out.member("simulated", system_named(header.system).is_simulated ? "true" : "false");
  out.member("first", std::to_string(film.first));
  out.member("last", std::to_string(last));
  out.member("count", std::to_string(model.event_count()));
  const bool ends =
      last > 0 && last == model.event_count() && model.event(last).kind == EventKind::run_finished;
  out.member("ends", ends ? "true" : "false");
  const std::uint32_t before = film.first - 1;
  out.member("before",
             "[" +
                 std::to_string(before == 0 ? 0 : model.event(before).time_ns - model.start_ns()) +
                 "," + std::to_string(before == 0 ? 0 : model.queue_depth_at(before)) + "," +
                 std::to_string(before == 0 ? 0 : model.in_flight_at(before)) + "]");
  out.member("events", events_text(model, film.first, last));
  out.member("film", film_text(film, shapes));
  out.member("states", page_states(model, film.first, last, shapes));
  out.member("looks", shapes.looks());
  out.member("shapes", shapes.kept_shapes());
  return out.take();
}

std::string page_activity(std::span<const ActivityGroup> groups) {
  ActivityOptions options;
  options.width = activity_width;
  options.height = activity_height;
  const ActivityFilm film = activity_film(groups, options);
  PageShapes shapes;
  JsonList out('{');
  out.member("width", json_number(activity_width));
  out.member("height", json_number(activity_height));
  out.member("left", json_number(film.left));
  out.member("right", json_number(film.right));
  out.member("span", std::to_string(film.span_ns));
  out.member("groups", std::to_string(groups.size()));
  out.member("shapes", shapes_text(film.scene, shapes));
  out.member("looks", shapes.looks());
  return out.take();
}

}  // namespace proactor_lab::figures
