// What a program asks of the system synchronously: calls that never wait. With the two asynchronous
// roles they are all that a program sees of the system it runs on, so that live and simulated
// cannot be told apart.
#pragma once

#include <cerrno>
#include <system_error>

#include "core/async_event_demultiplexer.hpp"
#include "core/async_operation_processor.hpp"
#include "core/values/handle.hpp"
#include "core/values/time.hpp"

namespace proactor_lab {

class OperatingSystem : public AsyncOperationProcessor, public AsyncEventDemultiplexer {
 public:
  virtual Instant now() const = 0;

  /// A TCP socket bound to `endpoint` and listening (socket(2), bind(2), listen(2)). Port 0 lets
  /// the system choose. `label` is what traces call it; it must outlive the run. On failure the
  /// handle is `none` and `error` says why (EADDRINUSE, EACCES, EMFILE ...).
  virtual Handle listen(Endpoint endpoint, const char* label, std::error_code& error) = 0;

  /// An unconnected TCP socket, for `connect` (socket(2)). Otherwise as `listen`.
  virtual Handle open_stream_socket(const char* label, std::error_code& error) = 0;

  /// A UDP socket bound to `endpoint`, for `receive_from` and `send_to`. Otherwise as `listen`.
  virtual Handle open_datagram_socket(Endpoint endpoint, const char* label,
                                      std::error_code& error) = 0;

  /// A pipe's two ends, to `read` from and to `write` to (pipe(2)). Otherwise as `listen`.
  struct Pipe {
    Handle reader = Handle::none;
    Handle writer = Handle::none;
  };
  virtual Pipe open_pipe(const char* label, std::error_code& error) = 0;

  /// Cancels what is under way and returns when it is over, its completion told by the next `wait`
  /// (io_uring_register_sync_cancel(3)). 0, or the negated error: ENOENT where it is not found,
  /// also where it was not submitted yet; EOPNOTSUPP.
  virtual std::int32_t cancel_now(OperationToken) { return -EOPNOTSUPP; }

  /// Lets the system take buffers from `group`, until it is unregistered. No operation may use the
  /// group any more when it is.
  virtual void register_buffers(BufferGroup& group, std::error_code& error) = 0;
  virtual void unregister_buffers(BufferGroup& group) = 0;

  /// The address a handle is bound to: says which port the system chose (getsockname(2)).
  virtual Endpoint local_endpoint(Handle handle) const = 0;

  /// How many bytes an open file has (fstat(2)). Errors: EISDIR, EINVAL (neither file nor folder),
  /// EBADF; 0 then.
  virtual std::uint64_t file_size(Handle handle, std::error_code& error) const = 0;

  /// Closes at once, for handles that no operation uses (close(2)).
  virtual void close(Handle handle) = 0;

  /// The program computes for `cost`: live it burns CPU, simulated it moves virtual time while
  /// operations under way go on.
  virtual void compute(Duration cost) = 0;
};

}  // namespace proactor_lab
