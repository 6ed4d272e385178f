// Handles of the live kernel, the same for every live backend: opened, remembered, closed. Knows
// neither io_uring(7) nor epoll(7).
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

/// `OpenMode`s as open(2) wants them.
int open_flags_of(std::uint32_t mode);

/// Gives out sockets and remembers which handles are open, so that the end of a run can close them.
/// Loop thread only.
class LiveHandles {
 public:
  /// `socket_flags` go to every socket(2): SOCK_NONBLOCK, or 0.
  LiveHandles(Recorder* recorder, int socket_flags)
      : recorder_(recorder), socket_flags_(socket_flags) {}

  // As OperatingSystem has them.
  Handle listen(Endpoint endpoint, const char* label, std::error_code& error);
  Handle open_stream_socket(const char* label, std::error_code& error);
  Handle open_datagram_socket(Endpoint endpoint, const char* label, std::error_code& error);
  OperatingSystem::Pipe open_pipe(const char* label, std::error_code& error);
  static Endpoint local_endpoint(Handle handle);
  static std::uint64_t file_size(Handle handle, std::error_code& error);

  /// An operation yielded `descriptor`, or closed it.
  void note_open(int descriptor);
  void note_closed(int descriptor);

  /// close(2); says so in the trace. 0, or the negated error number.
  std::int32_t close(Handle handle, FactIndex cause = 0);
  /// For the program it is closed; the descriptor is somebody else's to close.
  void forget(Handle handle, FactIndex cause);

  /// The open handle that is next after `handle`, or `none`. To go through all: start with `none`.
  Handle next_open(Handle handle) const;

 private:
  Handle open_bound(int type, Endpoint endpoint, const char* label, std::error_code& error);
  Handle opened(int descriptor, HandleKind kind, const char* label, std::error_code& error);

  Recorder* recorder_;
  int socket_flags_;
  std::vector<bool> open_;  // by descriptor: those given out
};

}  // namespace proactor_lab
