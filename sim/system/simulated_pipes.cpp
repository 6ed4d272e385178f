// SimulatedOs's pipes: read from one end, written to the other, without latency.
#include <algorithm>
#include <cerrno>

#include "core/detail/chain.hpp"
#include "sim/system/simulated_os.hpp"

namespace proactor_lab {

void SimulatedOs::carry_out_on_pipe(AsyncOperation& operation, std::uint32_t index,
                                    FactIndex started) {
  const bool writes = sockets_[index].writes_pipe;
  Place place = Place::polls;
  std::int32_t refused = 0;
  switch (operation.opcode) {
    case Opcode::poll:
      break;
    case Opcode::read:
      place = Place::receives;
      refused = writes ? -EBADF : 0;
      break;
    case Opcode::write:
      place = Place::sends;
      refused = writes ? 0 : -EBADF;
      break;
    case Opcode::fsync:
      refused = -EINVAL;
      break;
    default:
      refused = -ENOTSOCK;
  }
  if (refused != 0) {
    complete(operation, refused, started);
  } else if (attempt(operation, index, started) == Progress::waits) {
    pend(operation, place, index);
  }
}

SimulatedOs::Progress SimulatedOs::try_read_pipe(AsyncOperation& operation, std::uint32_t index,
                                                 FactIndex cause) {
  const PipeId pipe = sockets_[index].pipe;
  BufferGroup* const buffers = operation.buffers;
  const auto over = [&](std::int32_t result) {
    complete(operation, result, cause);
    return Progress::over;
  };
  // The kernel looks for a buffer first, as for a receive.
  if (buffers != nullptr && buffers->empty()) return over(-ENOBUFS);
  if (buffers == nullptr && operation.length == 0) return over(0);
  const bool ended = pipes_.at_end(pipe);
  if (pipes_.available(pipe) == 0 && !ended) return Progress::waits;
  if (ended && buffers == nullptr) return over(0);
  if (buffers == nullptr && operation.data == nullptr) return over(-EFAULT);

  std::span<std::byte> into{operation.data, operation.length};
  std::uint32_t flags = 0;
  if (buffers != nullptr) {
    const std::uint16_t id = buffers->take();
    into = buffers->buffer(id).first(provided_length(operation));
    flags = with_buffer(id);
  }
  const auto count =
      static_cast<std::uint32_t>(std::min<std::size_t>(pipes_.available(pipe), into.size()));
  if (ended) {  // the end of the stream also uses up a buffer
    complete(operation, 0, cause, flags);
    return Progress::over;
  }
  const bool made_room = pipes_.take(pipe, into.first(count));
  const FactIndex moved = record(FactKind::bytes_moved, operation, count, cause,
                                 static_cast<std::uint8_t>(FactRole::processor));
  complete(operation, static_cast<std::int32_t>(count), moved, flags);
  const std::uint32_t writer = sockets_[index].other_end;
  if (made_room && writer != no_socket) rouse(writer, polling | sending, moved);
  return Progress::over;
}

SimulatedOs::Progress SimulatedOs::try_write_pipe(AsyncOperation& operation, std::uint32_t index,
                                                  FactIndex cause) {
  const PipeId pipe = sockets_[index].pipe;
  const auto over = [&](std::int32_t result) {
    complete(operation, result, cause);
    return Progress::over;
  };
  if (operation.length == 0) return over(0);  // also if there is no reader
  if (pipes_.broken(pipe)) return over(-EPIPE);
  if (pipes_.room(pipe, operation.length) == 0) return Progress::waits;
  if (operation.data == nullptr) return over(-EFAULT);
  const std::uint32_t count = pipes_.put(pipe, {operation.data, operation.length});
  const FactIndex moved = record(FactKind::bytes_moved, operation, count, cause,
                                 static_cast<std::uint8_t>(FactRole::processor));
  complete(operation, static_cast<std::int32_t>(count), moved);
  const std::uint32_t reader = sockets_[index].other_end;
  rouse(reader, polling | receiving, moved);
  return Progress::over;
}

/// The last reference to one end is gone: wakes operations that wait at the other end.
void SimulatedOs::release_pipe(std::uint32_t index, FactIndex cause) {
  const bool writes = sockets_[index].writes_pipe;
  const PipeId pipe = sockets_[index].pipe;
  if (pipe == no_pipe) return;  // only one end was ever opened
  writes ? pipes_.close_writer(pipe) : pipes_.close_reader(pipe);
  const std::uint32_t other = sockets_[index].other_end;
  if (other == no_socket) return;
  sockets_[other].other_end = no_socket;
  rouse(other, static_cast<std::uint8_t>(polling | (writes ? receiving : sending)), cause);
}

}  // namespace proactor_lab
