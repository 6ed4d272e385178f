#include "gui/screenshot.hpp"

#include <algorithm>
#include <charconv>

#include "traces/format/input_error.hpp"
#include "traces/query/query.hpp"

namespace proactor_lab::gui {
namespace {

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

[[noreturn]] void fail(const std::string& text, const std::string& problem) {
  throw InputError{"--at " + text, "", problem,
                   "give #SEQ, nanoseconds since the start, or a query that selects a seq"};
}

}  // namespace

std::uint32_t moment_named(const Model& model, const std::string& text) {
  const std::uint32_t last = model.event_count();
  const auto checked = [&](std::optional<std::uint32_t> seq, const char* problem) {
    if (!seq) fail(text, problem);
    if (*seq > last) fail(text, "the trace has " + std::to_string(last) + " events");
    return *seq;
  };
  if (text.starts_with('#')) {
    return checked(whole_number<std::uint32_t>(std::string_view{text}.substr(1)),
                   "this is no event's number");
  }
  if (const auto ns = whole_number<std::int64_t>(text)) {
    if (*ns < 0) fail(text, "time starts at 0");
    const std::int64_t end = model.end_ns();
    const std::int64_t start = model.start_ns();
    return model.last_event_at(*ns > end - start ? end : start + *ns);
  }
  try {
    const std::string answer = TraceDatabase{model}.answer(text);
    if (answer.empty()) fail(text, "the query finds no event");
    return checked(whole_number<std::uint32_t>(answer),
                   "the query's first value is no event's seq");
  } catch (const QueryError& error) {
    fail(text, error.what());
  }
}

Image picture_of(App& app, Offscreen& offscreen, const FrameSize& size) {
  return offscreen.render(size, app.settings().theme, [&] { app.draw(offscreen.fonts()); });
}

}  // namespace proactor_lab::gui
