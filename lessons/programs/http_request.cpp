#include "lessons/programs/http_request.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace proactor_lab {
namespace {

// We do not use <cctype>, because there the locale decides what a letter is.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The characters that methods and header names consist of.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Removes the front of `text` up to and including `end`, or all of it if there is no `end`.
std::string_view take_until(std::string_view& text, std::string_view end) {
  const std::size_t place = text.find(end);
  const std::string_view taken = text.substr(0, place);
  text.remove_prefix(place == std::string_view::npos ? text.size() : place + end.size());
  return taken;
}

/// The information from all header lines together.
struct Headers {
  int hosts = 0;
  bool has_body = false;
  bool wants_close = false;
  bool malformed = false;

  void take(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    // This also refuses a space before the colon, and a folded line.
    if (colon == std::string_view::npos || !is_token(name)) {
      malformed = true;
      return;
    }
    const std::string_view value = trimmed(line.substr(colon + 1));
    malformed = malformed || !is_value(value);
    if (equals_ignoring_case(name, "Host")) ++hosts;
    if (equals_ignoring_case(name, "Transfer-Encoding")) has_body = true;
    if (equals_ignoring_case(name, "Content-Length") && value != "0") has_body = true;
    if (!equals_ignoring_case(name, "Connection")) return;
    for (std::string_view rest = value; !rest.empty();) {
      if (equals_ignoring_case(trimmed(take_until(rest, ",")), "close")) wants_close = true;
    }
  }
};

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]);
}

}  // namespace

std::string_view reason_of(HttpStatus status) {
  switch (status) {
    case HttpStatus::ok:
      return "OK";
    case HttpStatus::bad_request:
      return "Bad Request";
    case HttpStatus::not_found:
      return "Not Found";
    case HttpStatus::method_not_allowed:
      return "Method Not Allowed";
    case HttpStatus::request_timeout:
      return "Request Timeout";
    case HttpStatus::header_too_large:
      return "Request Header Fields Too Large";
    case HttpStatus::unavailable:
      return "Service Unavailable";
    case HttpStatus::version_not_supported:
      return "HTTP Version Not Supported";
  }
  return "";
}

HttpHeadEnd find_head_end(std::string_view text) {
  std::size_t line = 0;  // start of the current line
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', line)) {
    if (end == line || text[end - 1] != '\r') return {0, true};
    const bool empty = end == line + 1;
    if (empty && line == 0) return {0, true};
    if (empty) return {end + 1, false};
    line = end + 1;
  }
  return {};
}

HttpRequest parse_http_head(std::string_view head) {
  HttpRequest request;
  std::string_view line = take_until(head, "\r\n");
  const std::string_view method = take_until(line, " ");
  const std::string_view target = take_until(line, " ");
  const std::string_view version = line;
  if (!is_token(method) || !is_value(target) || !is_version(version)) return request;

  Headers headers;
  while (!head.empty()) {
    const std::string_view header = take_until(head, "\r\n");
    if (!header.empty()) headers.take(header);
  }
  std::string_view path = target;
  path = take_until(path, "?");  // the query is ignored: files do not use it
  if (version != "HTTP/1.1") {
    request.status = HttpStatus::version_not_supported;
  } else if (method != "GET" && method != "HEAD") {
    request.status = HttpStatus::method_not_allowed;
  } else if (headers.malformed || headers.has_body || headers.hosts != 1 || !is_safe_path(path)) {
    request.status = HttpStatus::bad_request;
  } else {
    request.status = HttpStatus::ok;
    request.path = std::string(path.substr(1)) + (path.ends_with('/') ? "index.html" : "");
    request.head_only = method == "HEAD";
    request.keep_alive = !headers.wants_close;
  }
  return request;
}

bool is_safe_path(std::string_view path) {
  if (!path.starts_with('/')) return false;
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::string_view name = take_until(path, "/");
    if (name.empty() || name.front() == '.') return false;
    const bool known = std::all_of(name.begin(), name.end(), [](char c) {
      return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
    if (!known) return false;
  }
  return true;
}

std::string_view content_type_of(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> types{{
      {".html", "text/html; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".pdf", "application/pdf"},
  }};
  for (const auto& [extension, type] : types) {
    if (path.ends_with(extension)) return type;
  }
  return "application/octet-stream";
}

}  // namespace proactor_lab
