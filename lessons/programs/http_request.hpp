// What an HTTP client asks for, read strictly (RFC 9112): input validation as a lesson. Whatever is
// not known to be well is refused; nothing is repaired, decoded or guessed. Pure functions.
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

/// Where a request's head, its lines and the empty one after them, ends.
struct HttpHeadEnd {
  std::size_t length = 0;  ///< 0: not all of it is there
  bool malformed = false;  ///< a line does not end as it must: no need to wait for more
};
HttpHeadEnd find_head_end(std::string_view text);

struct HttpRequest {
  HttpStatus status = HttpStatus::bad_request;  ///< anything but `ok`: to be refused
  std::string path;                             ///< beneath the root, no "/" in front
  bool head_only = false;
  bool keep_alive = true;
};

/// `head` is whole. Refused among others: a body, a missing or second Host, folded lines, other
/// versions, percent-encoding, absolute addresses, and paths that `is_safe_path` refuses.
HttpRequest parse_http_head(std::string_view head);

/// Whether "/a/b.html" stays beneath the root on any system: names of letters, digits, "-", "_"
/// and ".", none of which is empty or starts with a dot (the last may be empty: a folder's index).
bool is_safe_path(std::string_view path);

/// By the name's extension; what is not known is not to be displayed.
std::string_view content_type_of(std::string_view path);

}  // namespace proactor_lab
