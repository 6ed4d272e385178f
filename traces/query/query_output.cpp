#include "traces/query/query_output.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <vector>

#include "traces/format/printable_text.hpp"

namespace proactor_lab {
namespace {

using Kind = QueryValue::Kind;

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
  }));
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
    const std::size_t length = utf8_length(text);
    const char c = text[0];
    if (length == 0) {
      quoted += "\uFFFD";
    } else if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      constexpr std::string_view hex = "0123456789abcdef";
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
