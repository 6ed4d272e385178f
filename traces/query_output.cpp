#include "traces/query_output.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <vector>

namespace proactor_lab {
namespace {

using Kind = QueryValue::Kind;

constexpr std::string_view hex = "0123456789abcdef";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Length of the UTF-8 sequence that `text` begins with; 0 where it begins with none.
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  // Longer than it need be, a surrogate, or past the last character.
  const bool wrong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) >= 0xA0) ||
                     (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) >= 0x90);
  return wrong ? 0 : length;
}

/// What a terminal may get: one line, without controls; C1 controls are two bytes in UTF-8.
std::string printable(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const bool c1 = length == 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
    if (length == 0 || c1 || is_control(text[0])) {
      const auto byte = static_cast<unsigned char>(c1 ? text[1] : text[0]);
      if (byte == '\n') {
        safe += "\\n";
      } else if (byte == '\t') {
        safe += "\\t";
      } else {
        safe += "\\x";
        safe += hex[byte >> 4];
        safe += hex[byte & 15];
      }
      text.remove_prefix(c1 ? 2 : 1);
      continue;
    }
    safe += text.substr(0, length);
    text.remove_prefix(length);
  }
  return safe;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string in_csv(std::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string in_json(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text[0];
    if (length == 0) {
      quoted += "\uFFFD";
    } else if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (is_control(c)) {
      quoted += "\\u00";
      quoted += hex[static_cast<unsigned char>(c) >> 4];
      quoted += hex[static_cast<unsigned char>(c) & 15];
    } else {
      quoted += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + '"';
}

}  // namespace

std::string to_text(const QueryResult& result) {
  const std::size_t columns = result.columns.size();
  std::vector<std::string> head;
  std::vector<std::size_t> widths;
  std::vector<bool> right(columns, !result.rows.empty());
  for (const std::string& column : result.columns) {
    widths.push_back(width_of(head.emplace_back(printable(column))));
  }
  for (const auto& row : result.rows) {
    for (std::size_t i = 0; i < columns; ++i) {
      widths[i] = std::max(widths[i], width_of(printable(row[i].text)));
      if (row[i].kind == Kind::text) right[i] = false;
    }
  }
  std::string text;
  const auto put = [&](std::size_t column, const std::string& cell) {
    const std::string fill(widths[column] - width_of(cell), ' ');
    text += right[column] ? fill + cell : cell + fill;
    if (column + 1 < columns) {
      text += "  ";
      return;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  };
  for (std::size_t i = 0; i < columns; ++i) put(i, head[i]);
  for (const auto& row : result.rows) {
    for (std::size_t i = 0; i < columns; ++i) put(i, printable(row[i].text));
  }
  return text;
}

std::string to_csv(const QueryResult& result) {
  std::string text;
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    text += (i == 0 ? "" : ",") + in_csv(result.columns[i]);
  }
  text += "\r\n";
  for (const auto& row : result.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      if (row[i].kind != Kind::null) text += in_csv(row[i].text);
    }
    text += "\r\n";
  }
  return text;
}

std::string to_json(const QueryResult& result) {
  std::vector<std::string> keys;
  std::set<std::string> taken;
  for (const std::string& column : result.columns) {
    std::string key = in_json(column);
    for (int number = 2; !taken.insert(key).second; ++number) {
      key = in_json(column + ":" + std::to_string(number));
    }
    keys.push_back(std::move(key));
  }
  std::string text = "[";
  for (std::size_t r = 0; r < result.rows.size(); ++r) {
    text += r == 0 ? "\n{" : ",\n{";
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const QueryValue& value = result.rows[r][i];
      text += (i == 0 ? "" : ",") + keys[i] + ":";
      text += value.kind == Kind::null     ? "null"
              : value.kind == Kind::number ? value.text
                                           : in_json(value.text);
    }
    text += '}';
  }
  return text + (result.rows.empty() ? "]\n" : "\n]\n");
}

}  // namespace proactor_lab
