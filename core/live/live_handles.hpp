// Opens, tracks and closes handles of the live kernel, for every live backend. Independent of
// io_uring(7) and epoll(7).
#pragma once

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <vector>

#include <netinet/in.h>

#include "core/operating_system.hpp"
#include "core/recording/recorder.hpp"

namespace proactor_lab {

inline std::error_code last_system_error() { return {errno, std::system_category()}; }

sockaddr_in address_of(Endpoint endpoint);
Endpoint endpoint_of(const sockaddr_in& address);

/// Converts `OpenMode`s to the flags of open(2).
int open_flags_of(std::uint32_t mode);

/// Opens sockets and tracks which handles are open, so that they can be closed at the end of a run.
/// Loop thread only.
class LiveHandles {
 public:
  /// `socket_flags` are passed to every socket(2): SOCK_NONBLOCK, or 0.
  LiveHandles(Recorder* recorder, int socket_flags)
      : recorder_(recorder), socket_flags_(socket_flags) {}

  // As in OperatingSystem.
  Handle listen(Endpoint endpoint, const char* label, std::error_code& error);
  Handle open_stream_socket(const char* label, std::error_code& error);
  Handle open_datagram_socket(Endpoint endpoint, const char* label, std::error_code& error);
  OperatingSystem::Pipe open_pipe(const char* label, std::error_code& error);
  static Endpoint local_endpoint(Handle handle);
  static std::uint64_t file_size(Handle handle, std::error_code& error);

  /// Call when an operation yielded `descriptor`, or closed it.
  void note_open(int descriptor);
  void note_closed(int descriptor);

  /// close(2), and records it. Returns 0 or a negated error number.
  std::int32_t close(Handle handle, FactIndex cause = 0);
  /// Records that the program closed it; the caller closes the descriptor later.
  void forget(Handle handle, FactIndex cause);

  /// The next open handle after `handle`, or `none`. To iterate, start with `none`.
  Handle next_open(Handle handle) const;

 private:
  Handle open_bound(int type, Endpoint endpoint, const char* label, std::error_code& error);
  Handle opened(int descriptor, HandleKind kind, const char* label, std::error_code& error);

  Recorder* recorder_;
  int socket_flags_;
  std::vector<bool> open_;  // by descriptor: true if open
};

}  // namespace proactor_lab
