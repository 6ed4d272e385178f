#include "traces/import/asio/asio_line.hpp"

#include <charconv>

namespace proactor_lab {
namespace {

/// Removes a number from the front.
template <class Number>
bool take_number(std::string_view& text, Number& number, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

bool take(std::string_view& text, std::string_view wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(wanted.size());
  return true;
}

bool parse_time(std::string_view& text, AsioLine& line) {
  const auto before = text.size();
  if (!take_number(text, line.seconds) || !take(text, '.')) return false;
  const std::size_t dot = text.size();
  if (!take_number(text, line.microseconds)) return false;
  // Always six digits: with fewer, the line was cut.
  return dot - text.size() == 6 && before > dot && take(text, '|');
}

bool parse_action(std::string_view& text, AsioLine& line) {
  if (text.empty()) return false;
  switch (text.front()) {
    case '>':
      line.action = AsioAction::entered;
      break;
    case '<':
      line.action = AsioAction::left;
      break;
    case '!':
      line.action = AsioAction::threw;
      break;
    case '~':
      line.action = AsioAction::destroyed;
      break;
    case '.':
      line.action = AsioAction::tried;
      break;
    default:
      if (!take_number(text, line.context)) return false;
      line.action = AsioAction::called;
      if (take(text, '*')) {
        line.action = AsioAction::created;
      } else if (take(text, '^')) {
        line.action = AsioAction::place;
      }
      if (line.action != AsioAction::called && (!take_number(text, line.id) || line.id == 0))
        return false;
      return take(text, '|');
  }
  text.remove_prefix(1);
  return take_number(text, line.id) && line.id != 0 && take(text, '|');
}

/// "socket@0x7ffcb6e8c9a8.async_accept". Some systems print pointers without the 0x, or "(nil)".
bool parse_object(std::string_view text, AsioLine& line) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  line.type = text.substr(0, at);
  text.remove_prefix(at + 1);
  if (!take(text, "(nil)")) {
    if (!take(text, "0x")) take(text, "0X");
    if (!take_number(text, line.object, 16)) return false;
  }
  if (!take(text, '.') || text.empty()) return false;
  line.name = text;
  return true;
}

/// "in 'do_read' (server.cpp:45)", "called from 'start' (server.cpp:37)".
bool parse_place(std::string_view text, AsioLine& line) {
  if (!take(text, "in ") && !take(text, "called from ")) return false;
  const std::size_t open = text.rfind('(');
  if (open == std::string_view::npos || text.back() != ')') return false;
  const std::string_view where = text.substr(open + 1, text.size() - open - 2);
  const std::size_t colon = where.rfind(':');
  if (colon == std::string_view::npos) return false;
  line.file = where.substr(0, colon);
  std::string_view number = where.substr(colon + 1);
  if (!take_number(number, line.line) || !number.empty()) return false;
  const std::size_t last_quote = text.substr(0, open).rfind('\'');
  if (text.front() == '\'' && last_quote != 0) line.function = text.substr(1, last_quote - 1);
  return true;
}

/// "ec=system:0,bytes_transferred=5"; any other text is the handler's own arguments.
bool parse_result(std::string_view text, AsioLine& line) {
  if (!take(text, "ec=")) return text.empty();
  const std::size_t comma = text.find(',');
  const std::string_view code = text.substr(0, comma);
  const std::size_t colon = code.rfind(':');
  if (colon == std::string_view::npos) return false;
  AsioError error{code.substr(0, colon), 0};
  std::string_view number = code.substr(colon + 1);
  if (!take_number(number, error.value) || !number.empty()) return false;
  line.error = error;
  if (comma == std::string_view::npos) return true;
  text.remove_prefix(comma + 1);
  if (take(text, "bytes_transferred=")) {
    return take_number(text, line.bytes.emplace()) && text.empty();
  }
  if (take(text, "signal_number=")) return take_number(text, line.signal.emplace()) && text.empty();
  return true;
}

}  // namespace

std::optional<AsioLine> parse_asio_line(std::string_view text) {
  AsioLine line;
  if (!take(text, asio_mark) || !parse_time(text, line) || !parse_action(text, line)) {
    return std::nullopt;
  }
  bool well = true;
  switch (line.action) {
    case AsioAction::created:
    case AsioAction::called:
      well = parse_object(text, line);
      break;
    case AsioAction::place:
      well = parse_place(text, line);
      break;
    case AsioAction::entered:
      well = parse_result(text, line);
      break;
    case AsioAction::tried: {
      const std::size_t comma = text.find(',');
      line.name = text.substr(0, comma);
      well = comma != std::string_view::npos && parse_result(text.substr(comma + 1), line) &&
             line.error;
      break;
    }
    case AsioAction::left:
    case AsioAction::threw:
    case AsioAction::destroyed:
      well = text.empty();
      break;
  }
  if (!well) return std::nullopt;
  return line;
}

}  // namespace proactor_lab
