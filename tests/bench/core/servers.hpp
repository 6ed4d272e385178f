// The echo servers that are compared: ours, and its peers, each written the way its own
// documentation would have it and as quick as that gets. Every one does the same: accept, receive
// at most `buffer_bytes`, send what came, receive again; no work in between.
#pragma once

#include <string_view>
#include <vector>

#include "tests/bench/core/meter.hpp"

namespace proactor_lab::bench {

/// With what a server is compared, like with like.
enum class Shape {
  one_shot,   ///< an operation, one completion
  multishot,  ///< accept once, receive once, buffers provided
  readiness,  ///< ours on epoll: for information
  unlike,     ///< shown only
};

struct ServerKind {
  std::string_view name;
  std::string_view label;
  Shape shape;
  bool ours;
  /// Serves until the meter ends the process. Null where the build found no such library.
  void (*run)(Meter&);
};

const std::vector<ServerKind>& server_kinds();
/// Null where there is none of that name.
const ServerKind* find_server_kind(std::string_view name);

// ours_server.cpp
void serve_ours_io_uring(Meter& meter);
void serve_ours_io_uring_traced(Meter& meter);
void serve_ours_io_uring_coroutines(Meter& meter);
void serve_ours_epoll(Meter& meter);
void serve_ours_multishot(Meter& meter);
// liburing_server.cpp
void serve_liburing_plain(Meter& meter);
void serve_liburing(Meter& meter);
// liburing_multishot_server.cpp
void serve_liburing_multishot(Meter& meter);
// epoll_server.cpp, thread_server.cpp
void serve_epoll(Meter& meter);
void serve_threads(Meter& meter);
// Where the libraries are there:
void serve_libuv(Meter& meter);
void serve_asio_epoll(Meter& meter);
void serve_asio_io_uring(Meter& meter);

}  // namespace proactor_lab::bench
