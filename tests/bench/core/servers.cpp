#include "tests/bench/core/servers.hpp"

// The build defines which peers it found.
#ifndef PROACTOR_LAB_HAS_LIBUV
#define PROACTOR_LAB_HAS_LIBUV 0
#endif
#ifndef PROACTOR_LAB_HAS_ASIO
#define PROACTOR_LAB_HAS_ASIO 0
#endif

namespace proactor_lab::bench {
namespace {

using Run = void (*)(Meter&);
#if PROACTOR_LAB_HAS_LIBUV
constexpr Run libuv = serve_libuv;
#else
constexpr Run libuv = nullptr;
#endif
#if PROACTOR_LAB_HAS_ASIO
constexpr Run asio_epoll = serve_asio_epoll;
constexpr Run asio_io_uring = serve_asio_io_uring;
#else
constexpr Run asio_epoll = nullptr;
constexpr Run asio_io_uring = nullptr;
#endif

}  // namespace

const std::vector<ServerKind>& server_kinds() {
  static const std::vector<ServerKind> kinds = {
      {"ours", "this core, io_uring", Shape::one_shot, true, serve_ours_io_uring},
      {"ours_traced", "this core, io_uring, traced", Shape::unlike, true,
       serve_ours_io_uring_traced},
      {"ours_coroutines", "this core, io_uring, coroutines", Shape::unlike, true,
       serve_ours_io_uring_coroutines},
      {"ours_multishot", "this core, io_uring, multishot", Shape::multishot, true,
       serve_ours_multishot},
      {"ours_epoll", "this core, epoll", Shape::readiness, true, serve_ours_epoll},
      {"liburing_plain", "liburing by hand, no flags", Shape::unlike, false, serve_liburing_plain},
      {"liburing", "liburing by hand, our flags", Shape::one_shot, false, serve_liburing},
      {"liburing_multishot", "liburing by hand, multishot", Shape::multishot, false,
       serve_liburing_multishot},
      {"epoll", "epoll by hand", Shape::one_shot, false, serve_epoll},
      {"libuv", "libuv", Shape::one_shot, false, libuv},
      {"asio_epoll", "Asio, epoll", Shape::one_shot, false, asio_epoll},
      {"asio_io_uring", "Asio, io_uring", Shape::one_shot, false, asio_io_uring},
      {"threads", "blocking, a thread each", Shape::unlike, false, serve_threads},
  };
  return kinds;
}

const ServerKind* find_server_kind(std::string_view name) {
  for (const ServerKind& kind : server_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace proactor_lab::bench
