// Strict parsing of HTTP requests (RFC 9112): a lesson in input validation. Everything that is not
// known to be valid is refused. Nothing is repaired, decoded or guessed. All functions are pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proactor_lab {

enum class HttpStatus : int {
  ok = 200,
  bad_request = 400,
  not_found = 404,
  method_not_allowed = 405,
  request_timeout = 408,
  header_too_large = 431,
  unavailable = 503,
  version_not_supported = 505,
};
std::string_view reason_of(HttpStatus status);

/// The end of a request's head: its lines and the empty line after them.
struct HttpHeadEnd {
  std::size_t length = 0;  ///< bytes; 0: the head is incomplete
  bool malformed = false;  ///< a line has a wrong ending: waiting for more is useless
};
HttpHeadEnd find_head_end(std::string_view text);

struct HttpRequest {
  HttpStatus status = HttpStatus::bad_request;  ///< refuse the request unless this is `ok`
  std::string path;                             ///< beneath the root, without a leading "/"
  bool head_only = false;
  bool keep_alive = true;
};

/// `head` must be complete. Refuses, among others: a body, a missing or second Host, folded lines,
/// other versions, percent-encoding, absolute addresses, and paths that `is_safe_path` refuses.
HttpRequest parse_http_head(std::string_view head);

/// True if "/a/b.html" stays beneath the root on every system. Names consist of letters, digits,
/// "-", "_" and ".". No name may be empty or start with a dot, except that the last may be empty (a
/// folder's index).
bool is_safe_path(std::string_view path);

/// The type for the name's extension; unknown extensions get a type that is only downloaded.
std::string_view content_type_of(std::string_view path);

}  // namespace proactor_lab
