// The synchronous interface of the system: calls that never wait. Together with the two
// asynchronous roles this is all that a program sees of the system it runs on, so it cannot tell a
// live system from a simulated one.
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

  /// A TCP socket bound to `endpoint` and listening (socket(2), bind(2), listen(2)). With port 0
  /// the system chooses a port. `label` names the handle in traces; it must outlive the run. On
  /// failure the handle is `none` and `error` is set (EADDRINUSE, EACCES, EMFILE ...).
  virtual Handle listen(Endpoint endpoint, const char* label, std::error_code& error) = 0;

  /// An unconnected TCP socket, for `connect` (socket(2)). Otherwise as `listen`.
  virtual Handle open_stream_socket(const char* label, std::error_code& error) = 0;

  /// A UDP socket bound to `endpoint`, for `receive_from` and `send_to`. Otherwise as `listen`.
  virtual Handle open_datagram_socket(Endpoint endpoint, const char* label,
                                      std::error_code& error) = 0;

  /// The two ends of a pipe, one to `read` from and one to `write` to (pipe(2)). Otherwise as
  /// `listen`.
  struct Pipe {
    Handle reader = Handle::none;
    Handle writer = Handle::none;
  };
  virtual Pipe open_pipe(const char* label, std::error_code& error) = 0;

  /// Cancels an operation in flight and returns when it is done; the next `wait` delivers its
  /// completion (io_uring_register_sync_cancel(3)). Returns 0 or a negated error: ENOENT if it is
  /// not found or not submitted yet; EOPNOTSUPP.
  virtual std::int32_t cancel_now(OperationToken) { return -EOPNOTSUPP; }

  /// Lets the system take buffers from `group` until it is unregistered. When it is unregistered,
  /// no operation may still use it.
  virtual void register_buffers(BufferGroup& group, std::error_code& error) = 0;
  virtual void unregister_buffers(BufferGroup& group) = 0;

  /// The address a handle is bound to, including the port that the system chose (getsockname(2)).
  virtual Endpoint local_endpoint(Handle handle) const = 0;

  /// Size of an open file in bytes (fstat(2)). On error returns 0: EISDIR, EINVAL (neither file nor
  /// directory), EBADF.
  virtual std::uint64_t file_size(Handle handle, std::error_code& error) const = 0;

  /// Closes synchronously (close(2)). No operation may be using the handle.
  virtual void close(Handle handle) = 0;

  /// The program computes for `cost`: a live system burns CPU time, the simulated one advances
  /// virtual time while operations in flight continue.
  virtual void compute(Duration cost) = 0;
};

}  // namespace proactor_lab
