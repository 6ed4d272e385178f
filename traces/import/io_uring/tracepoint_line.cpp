#include "traces/import/io_uring/tracepoint_line.hpp"

#include <algorithm>
#include <charconv>

namespace proactor_lab {
namespace {

constexpr std::string_view spaces = " \t\r";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_'; }

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(spaces);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(spaces) - from + 1);
}

/// Removes the last word.
std::string_view take_last_word(std::string_view& text) {
  text = trimmed(text);
  const std::size_t space = text.find_last_of(spaces);
  const std::string_view word = space == std::string_view::npos ? text : text.substr(space + 1);
  text = text.substr(0, text.size() - word.size());
  return word;
}

template <class Number>
bool parse_whole(std::string_view text, Number& number, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc{} && at == end && !text.empty();
}

/// "48721.524203" in nanoseconds, or ticks without a decimal point.
bool parse_time(std::string_view text, TracepointLine& line) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) {
    line.in_ticks = true;
    return parse_whole(text, line.time) && line.time >= 0;
  }
  constexpr std::int64_t seconds_max = 9'000'000'000;
  std::int64_t seconds = 0;
  std::int64_t fraction = 0;
  const std::string_view digits = text.substr(point + 1);
  if (!parse_whole(text.substr(0, point), seconds) || seconds < 0 || seconds > seconds_max) {
    return false;
  }
  if (digits.size() > 9 || !std::all_of(digits.begin(), digits.end(), is_digit) ||
      !parse_whole(digits, fraction)) {
    return false;
  }
  for (std::size_t i = digits.size(); i < 9; ++i) fraction *= 10;
  line.time = seconds * 1'000'000'000 + fraction;
  return true;
}

/// "fio-123", "fio 123", "fio 120/123", each optionally followed by "(  120)".
void parse_task(std::string_view text, TracepointLine& line) {
  text = trimmed(text);
  if (text.ends_with(')')) text = trimmed(text.substr(0, text.rfind('(')));
  std::string_view name = text;
  std::string_view number = take_last_word(name);
  if (const std::size_t slash = number.find('/'); slash != std::string_view::npos) {
    number = number.substr(slash + 1);
  }
  if (!trimmed(name).empty() && parse_whole(number, line.thread)) {
    line.task = trimmed(name);
    return;
  }
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || !parse_whole(text.substr(dash + 1), line.thread)) {
    line.thread = -1;
    return;
  }
  line.task = trimmed(text.substr(0, dash));
}

/// The text before the time: thread, CPU, flags.
void parse_context(std::string_view text, TracepointLine& line) {
  std::string_view before = text;
  std::string_view word = take_last_word(before);
  std::string_view flags;
  const auto is_processor = [](std::string_view w) {
    return w.size() > 2 && w.front() == '[' && w.back() == ']';
  };
  if (!is_processor(word)) {
    // Flags follow the CPU, or its number is their first part: "1.....".
    std::string_view further = before;
    const std::string_view processor = take_last_word(further);
    const bool has_flags = word.find_first_of(".dhHsNnDbB") != std::string_view::npos;
    if (is_processor(processor)) {
      flags = word;
      before = further;
    } else if (has_flags && !word.empty() && is_digit(word.front())) {
      flags = word;
    } else {
      before = text;
    }
  }
  // irqs-off, need-resched, hardirq or softirq: h, H, s, Z or z in the third position.
  line.interrupt = flags.find_first_of("hHsZz") != std::string_view::npos;
  parse_task(before, line);
  if (line.thread < 0) line.thread = -1;
}

/// "CPU:1 [LOST 150 EVENTS]", "CPU:1 [150 EVENTS DROPPED]", "... PERF_RECORD_LOST lost 12".
bool parse_lost(std::string_view text, TracepointLine& line) {
  const bool of_ftrace = text.starts_with("CPU:") &&
                         (text.find("LOST") != text.npos || text.find("DROPPED") != text.npos);
  const std::size_t of_perf = text.find("PERF_RECORD_LOST");
  if (!of_ftrace && of_perf == std::string_view::npos) return false;
  line.kind = TracepointLineKind::lost;
  std::size_t at = of_ftrace ? text.find('[') : of_perf;
  at = at == std::string_view::npos ? text.size() : std::min(text.size(), at);
  while (at < text.size() && !is_digit(text[at])) ++at;
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  parse_whole(text.substr(at, end - at), line.number);
  return true;
}

/// "# entries-in-buffer/entries-written: 377/527   #P:2"
void parse_heading(std::string_view text, TracepointLine& line) {
  line.kind = TracepointLineKind::remark;
  constexpr std::string_view key = "entries-in-buffer/entries-written:";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return;
  std::string_view counts = trimmed(text.substr(at + key.size()));
  counts = counts.substr(0, counts.find_first_of(spaces));
  const std::size_t slash = counts.find('/');
  std::uint64_t kept = 0;
  std::uint64_t written = 0;
  if (slash == std::string_view::npos || !parse_whole(counts.substr(0, slash), kept) ||
      !parse_whole(counts.substr(slash + 1), written) || written <= kept) {
    return;
  }
  line.kind = TracepointLineKind::overwritten;
  line.number = written - kept;
}

/// "CONTEXT TIME: [SYSTEM:]EVENT: FIELDS", where `colon` is the colon after the time.
bool parse_event_at(std::string_view text, std::size_t colon, TracepointLine& line) {
  std::string_view before = text.substr(0, colon);
  if (before.empty() || !is_digit(before.back())) return false;
  const std::string_view time = take_last_word(before);
  std::string_view after = text.substr(colon + 1);
  if (after.empty() || spaces.find(after.front()) == std::string_view::npos) return false;
  after = trimmed(after);
  std::size_t end = 0;
  while (end < after.size() && is_name(after[end])) ++end;
  std::string_view name = after.substr(0, end);
  if (end + 1 < after.size() && after[end] == ':' && is_name(after[end + 1])) {
    const std::size_t from = end + 1;  // perf prints the subsystem first
    end = from;
    while (end < after.size() && is_name(after[end])) ++end;
    name = after.substr(from, end - from);
  }
  if (name.empty() || end >= after.size() || after[end] != ':') return false;
  if (!parse_time(time, line)) return false;
  parse_context(before, line);
  constexpr std::string_view prefix = "io_uring_";
  line.kind = name.starts_with(prefix) ? TracepointLineKind::io_uring : TracepointLineKind::other;
  line.event = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  line.fields = trimmed(after.substr(end + 1));
  return true;
}

}  // namespace

std::string_view TracepointLine::field(std::string_view key) const {
  constexpr std::string_view separators = " ,=";
  std::size_t at = 0;
  while ((at = fields.find(key, at)) != std::string_view::npos) {
    const std::size_t end = at + key.size();
    const bool begins = at == 0 || separators.find(fields[at - 1]) != std::string_view::npos;
    const bool ends = end < fields.size() && (fields[end] == ' ' || fields[end] == '=');
    if (!begins || !ends) {
      at = end;
      continue;
    }
    const std::size_t from = end + 1;
    return fields.substr(from, fields.find_first_of(" ,", from) - from);
  }
  return {};
}

TracepointLine parse_tracepoint_line(std::string_view text) {
  TracepointLine line;
  text = trimmed(text);
  if (text.empty() || text.front() == '#') {
    parse_heading(text, line);
    return line;
  }
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    if (parse_event_at(text, colon, line)) return line;
  }
  line = {};
  if (parse_lost(text, line)) return line;
  if (text.starts_with("cpus=")) line.kind = TracepointLineKind::remark;  // from trace-cmd
  return line;
}

std::optional<std::uint64_t> hexadecimal_in(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t number = 0;
  if (text == "(null)" || text == "(nil)") return number;
  if (!parse_whole(text, number, 16)) return std::nullopt;
  return number;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  if (text.starts_with("0x")) {
    const auto bits = hexadecimal_in(text);
    if (!bits) return std::nullopt;
    return static_cast<std::int64_t>(*bits);
  }
  std::int64_t number = 0;
  if (parse_whole(text, number)) return number;
  std::uint64_t large = 0;
  if (parse_whole(text, large)) return static_cast<std::int64_t>(large);
  return std::nullopt;
}

}  // namespace proactor_lab
