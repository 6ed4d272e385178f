// The echo servers that are compared: ours and its peers. Each is written as its own documentation
// recommends, and as fast as that allows. All do the same: accept, receive at most `buffer_bytes`,
// send the same bytes, receive again; no work in between.
#pragma once

#include <string_view>
#include <vector>

#include "tests/bench/core/meter.hpp"

namespace proactor_lab::bench {

/// The kind of server. Most targets compare servers of the same shape.
enum class Shape {
  one_shot,   ///< one completion per operation
  multishot,  ///< accept once, receive once, buffers provided
  readiness,  ///< ours on epoll: for information
  unlike,     ///< shown only
};

struct ServerKind {
  std::string_view name;
  std::string_view label;
  Shape shape;
  bool ours;
  /// Serves until the meter ends the process. Null if the build did not find the library.
  void (*run)(Meter&);
};

const std::vector<ServerKind>& server_kinds();
/// Null if no server has that name.
const ServerKind* find_server_kind(std::string_view name);

// Defined in ours_server.cpp.
void serve_ours_io_uring(Meter& meter);
void serve_ours_io_uring_traced(Meter& meter);
void serve_ours_io_uring_coroutines(Meter& meter);
void serve_ours_epoll(Meter& meter);
void serve_ours_multishot(Meter& meter);
// Defined in liburing_server.cpp.
void serve_liburing_plain(Meter& meter);
void serve_liburing(Meter& meter);
// Defined in liburing_multishot_server.cpp.
void serve_liburing_multishot(Meter& meter);
// Defined in epoll_server.cpp and thread_server.cpp.
void serve_epoll(Meter& meter);
void serve_threads(Meter& meter);
// Only if the libraries are available:
void serve_libuv(Meter& meter);
void serve_asio_epoll(Meter& meter);
void serve_asio_io_uring(Meter& meter);

}  // namespace proactor_lab::bench
