// SimulatedOs's transfers: accepts, receives, sends, and polls for readiness.
#include <algorithm>
#include <cerrno>

#include "core/detail/chain.hpp"
#include "sim/system/not_modelled.hpp"
#include "sim/system/simulated_os.hpp"

namespace proactor_lab {

SimulatedOs::Progress SimulatedOs::attempt(AsyncOperation& operation, std::uint32_t index,
                                           FactIndex cause) {
  const HandleKind kind = sockets_[index].kind;
  if (kind == HandleKind::stream && operation.opcode == Opcode::receive) {
    return try_receive(operation, index, cause);  // the most frequent waiting operation
  }
  const bool polls = operation.opcode == Opcode::poll;
  if (kind == HandleKind::pipe && !polls) {
    return operation.opcode == Opcode::read ? try_read_pipe(operation, index, cause)
                                            : try_write_pipe(operation, index, cause);
  }
  if (kind == HandleKind::datagram && !polls) return attempt_datagram(operation, index, cause);
  switch (operation.opcode) {
    case Opcode::accept:
      return try_accept(operation, index, cause);
    case Opcode::receive:
    case Opcode::receive_from:
    case Opcode::read:
      return try_receive(operation, index, cause);
    case Opcode::poll:
      return try_poll(operation, index, cause);
    default:
      return try_send(operation, index, cause);
  }
}

SimulatedOs::Progress SimulatedOs::try_accept(AsyncOperation& operation, std::uint32_t index,
                                              FactIndex cause) {
  const Socket& listener = sockets_[index];
  const auto over = [&](std::int32_t result) {
    complete(operation, result, cause);
    return Progress::over;
  };
  const bool ended = listener.kind != HandleKind::listener || listener.receive_closed;
  const std::uint16_t port = listener.port;
  // A multishot accept that is woken first checks for a connection.
  bool looks_first = repeats(operation) && place_of(operation) == Place::receives;
  while (true) {
    if (looks_first && !ended && !network_.acceptable(port)) return Progress::waits;
    looks_first = repeats(operation);
    // Other accepts first need a descriptor, even without a connection: accept4(2) and io_uring
    // alike.
    if (descriptors_gone()) return over(-EMFILE);  // the connection stays in the queue
    if (ended) return over(listener.kind == HandleKind::datagram ? -EOPNOTSUPP : -EINVAL);
    if (!network_.acceptable(port)) return Progress::waits;
    const EndId end = network_.accept(port);
    const std::uint32_t socket = add_socket(HandleKind::stream, network_.label(end));
    sockets_[socket].end = end;
    sockets_[socket].connected = true;
    network_.adopt(end, this, socket);
    const Handle handle = add_handle(socket, end / 2 + 1, 0, cause);
    const std::uint32_t more = more_of(operation);
    complete(operation, to_number(handle), cause, more);
    if (more == 0) return Progress::over;
  }
}

/// Prefetches the socket, then its first receive, then that receive's buffer.
void SimulatedOs::expect_arrival(EndId end, std::uint32_t step) {
  const Socket& socket = sockets_[network_.tag(end)];
  if (step == 0) return __builtin_prefetch(&socket);
  const AsyncOperation* const receive = socket.receives.first();
  if (receive == nullptr) return;
  if (step > 1) return __builtin_prefetch(receive->data, 1);
  __builtin_prefetch(receive);
  __builtin_prefetch(&receive->handler);
}

/// Fast path: a receive into its own buffer of bytes that have arrived.
SimulatedOs::Progress SimulatedOs::try_receive(AsyncOperation& operation, std::uint32_t index,
                                               FactIndex cause) {
  Socket& socket = sockets_[index];
  const bool plain = socket.connected && operation.buffers == nullptr && !operation.multishot &&
                     !has(operation.flags, OperationFlags::wait_all);
  if (!plain) return try_receive_in_general(operation, index, cause);
  if (network_.is_silent(socket.end) && !socket.receive_closed) return Progress::waits;
  const std::uint32_t possible = std::min(network_.available(socket.end), operation.length);
  if (possible == 0 || operation.data == nullptr) {
    return try_receive_in_general(operation, index, cause);  // no bytes: finds out why
  }
  const std::uint32_t count = transfer_size(possible, socket.end, socket.short_questions);
  network_.take(socket.end, {operation.data, count});
  const FactIndex moved = record(FactKind::bytes_moved, operation, count, cause,
                                 static_cast<std::uint8_t>(FactRole::processor));
  complete(operation, static_cast<std::int32_t>(count), moved);
  return Progress::over;
}

SimulatedOs::Progress SimulatedOs::try_receive_in_general(AsyncOperation& operation,
                                                          std::uint32_t index, FactIndex cause) {
  Socket& socket = sockets_[index];
  const auto over = [&](std::int32_t result) {
    complete(operation, result, cause);
    return Progress::over;
  };
  BufferGroup* const buffers = operation.buffers;
  const bool waits_for_all = operation.opcode == Opcode::receive && buffers == nullptr &&
                             has(operation.flags, OperationFlags::wait_all);
  std::uint64_t& had = operation.backend_state[2];  // bytes so far, if it waits for all
  // Linux looks for a buffer first: when the operation begins, whatever has arrived, and each time
  // it is woken, even if other operations took the bytes or only the end of the stream is reported.
  if (buffers != nullptr && buffers->empty()) return over(-ENOBUFS);
  if (!socket.connected) {
    const bool was_listener = socket.kind == HandleKind::listener;
    const bool ended = was_listener ? socket.shut_down_early
                                    : socket.receive_closed && socket.kind == HandleKind::stream;
    return end_of_stream(operation, ended ? 0 : -ENOTCONN, cause);
  }
  bool has_received = false;
  while (true) {
    const std::uint32_t arrived = network_.available(socket.end);
    const bool over_there = network_.at_end(socket.end) || network_.was_reset(socket.end);
    if (arrived == 0 && !over_there && !socket.receive_closed) return Progress::waits;
    if (buffers != nullptr && buffers->empty()) return over(-ENOBUFS);
    if (arrived == 0 && has_received && !network_.at_end(socket.end) &&
        tries_again_later(index, cause)) {
      return Progress::waits;  // a multishot receive has not seen the reset yet
    }
    // A reset is reported once, and not if the stream had ended before; later it reads as the end.
    if (arrived == 0) {
      const bool ended = network_.at_end(socket.end);
      const std::int32_t result = ended ? 0 : -network_.take_error(socket.end);
      // A receive with a part of its bytes reports only those; the reset counts as reported anyway.
      if (waits_for_all && had > 0) {  // it waited for more, if only for an instant
        tell_late(operation, static_cast<std::int32_t>(had), cause);
        return Progress::over;
      }
      return end_of_stream(operation, result, cause);
    }
    if (buffers == nullptr && operation.length == 0) return over(0);
    if (buffers == nullptr && operation.data == nullptr) return over(-EFAULT);

    const std::uint32_t more = more_of(operation);
    std::uint32_t flags = more;
    std::span<std::byte> into{operation.data, operation.length};
    if (waits_for_all) into = into.subspan(had);
    if (buffers != nullptr) {
      const std::uint16_t id = buffers->take();
      into = buffers->buffer(id).first(provided_length(operation));
      flags |= with_buffer(id);
    }
    const auto possible = static_cast<std::uint32_t>(std::min<std::size_t>(arrived, into.size()));
    const std::uint32_t count = transfer_size(possible, socket.end, socket.short_questions);
    network_.take(socket.end, into.first(count));
    const FactIndex moved = record(FactKind::bytes_moved, operation, count, cause,
                                   static_cast<std::uint8_t>(FactRole::processor));
    if (waits_for_all && (had += count) < operation.length) continue;
    const std::uint64_t total = waits_for_all ? had : count;
    complete(operation, static_cast<std::int32_t>(total), moved, flags);
    if (more == 0) return Progress::over;
    has_received = true;
  }
}

/// No more bytes can arrive. A `read` then uses up a buffer; a `receive` does not.
SimulatedOs::Progress SimulatedOs::end_of_stream(AsyncOperation& operation, std::int32_t result,
                                                 FactIndex cause) {
  const bool uses_buffer =
      result == 0 && operation.opcode == Opcode::read && operation.buffers != nullptr;
  complete(operation, result, cause, uses_buffer ? with_buffer(operation.buffers->take()) : 0);
  return Progress::over;
}

SimulatedOs::Progress SimulatedOs::attempt_datagram(AsyncOperation& operation, std::uint32_t index,
                                                    FactIndex cause) {
  switch (operation.opcode) {
    case Opcode::accept:
      return try_accept(operation, index, cause);
    case Opcode::receive:
    case Opcode::receive_from:
    case Opcode::read:
      return try_receive_from(operation, index, cause);
    default:
      break;
  }
  const auto over = [&](std::int32_t result, FactIndex why) {
    complete(operation, result, why);
    return Progress::over;
  };
  if (operation.length > Datagrams::bytes_max) return over(-EMSGSIZE, cause);
  if (operation.opcode != Opcode::send_to) return over(-EDESTADDRREQ, cause);
  if (sockets_[index].send_closed) return over(-EPIPE, cause);
  if (operation.data == nullptr && operation.length > 0) return over(-EFAULT, cause);
  const FactIndex moved = record(FactKind::bytes_moved, operation, operation.length, cause,
                                 static_cast<std::uint8_t>(FactRole::processor));
  datagrams_.send(sockets_[index].port, operation.endpoint.port, {operation.data, operation.length},
                  moved);
  return over(static_cast<std::int32_t>(operation.length), moved);
}

SimulatedOs::Progress SimulatedOs::try_receive_from(AsyncOperation& operation, std::uint32_t index,
                                                    FactIndex cause) {
  const std::uint16_t port = sockets_[index].port;
  if (operation.buffers != nullptr && operation.opcode != Opcode::receive_from) {
    return try_receive_provided(operation, index, cause);
  }
  if (!datagrams_.available(port)) {
    if (!sockets_[index].receive_closed) return Progress::waits;
    // io_uring has a worker find that out, and a datagram may arrive until then.
    if (!is_free() || in_worker_alone_ == &operation || place_of(operation) != Place::nowhere ||
        linked_to(operation) != nullptr) {
      finish(operation, 0, cause);
    } else {
      operation.backend_state[0] = static_cast<std::uint64_t>(Place::starting);
      put_off(operation, cause);
    }
    return Progress::over;
  }
  const Datagram datagram = datagrams_.take(port);
  // What does not fit is discarded (recvfrom(2)).
  const std::size_t count = std::min<std::size_t>(datagram.bytes.size(), operation.length);
  if (count > 0 && operation.data == nullptr) {
    complete(operation, -EFAULT, cause);
    return Progress::over;
  }
  if (count < datagram.bytes.size() && has(operation.flags, OperationFlags::wait_all)) {
    not_modelled("a datagram that is longer than what waits for all of it");  // fails on Linux
  }
  std::copy_n(datagram.bytes.begin(), count, operation.data);
  const bool tells = operation.opcode == Opcode::receive_from && operation.sender != nullptr;
  if (tells) *operation.sender = {loopback_address, datagram.from};
  const FactIndex moved = record(FactKind::bytes_moved, operation, static_cast<std::int64_t>(count),
                                 cause, static_cast<std::uint8_t>(FactRole::processor));
  complete(operation, static_cast<std::int32_t>(count), moved);
  return Progress::over;
}

/// Receives datagrams into provided buffers, one each.
SimulatedOs::Progress SimulatedOs::try_receive_provided(AsyncOperation& operation,
                                                        std::uint32_t index, FactIndex cause) {
  BufferGroup& buffers = *operation.buffers;
  const std::uint16_t port = sockets_[index].port;
  // Linux looks for a buffer first, as on a stream. It does not know whether another datagram has
  // arrived, so a multishot receive ends with the last buffer.
  while (true) {
    if (buffers.empty()) {
      complete(operation, -ENOBUFS, cause);
      return Progress::over;
    }
    if (!datagrams_.available(port)) {
      // A multishot receive does not detect that the socket was shut down.
      if (!sockets_[index].receive_closed || repeats(operation)) return Progress::waits;
      finish(operation, 0, cause, with_buffer(buffers.take()));
      return Progress::over;
    }
    const Datagram datagram = datagrams_.take(port);
    const std::uint16_t id = buffers.take();
    const std::span<std::byte> into = buffers.buffer(id).first(provided_length(operation));
    const std::size_t count = std::min(datagram.bytes.size(), into.size());
    std::copy_n(datagram.bytes.begin(), count, into.begin());
    // An empty datagram needs a buffer only for `read`. It ends a multishot receive, as the end of
    // a stream does.
    const bool keeps_buffer = count > 0 || operation.opcode == Opcode::read;
    if (!keeps_buffer) buffers.give_back(id);
    const std::uint32_t more = count > 0 ? more_of(operation) : 0;
    const FactIndex moved =
        record(FactKind::bytes_moved, operation, static_cast<std::int64_t>(count), cause,
               static_cast<std::uint8_t>(FactRole::processor));
    complete(operation, static_cast<std::int32_t>(count), moved,
             keeps_buffer ? with_buffer(id) | more : 0);
    if (more == 0) return Progress::over;
  }
}

SimulatedOs::Progress SimulatedOs::try_send(AsyncOperation& operation, std::uint32_t index,
                                            FactIndex cause) {
  Socket& socket = sockets_[index];
  const auto over = [&](std::int32_t result, FactIndex why) {
    complete(operation, result, why);
    return Progress::over;
  };
  const bool faulty = operation.data == nullptr && operation.length > 0;
  if (!socket.connected) return over(-EPIPE, cause);
  if (const std::int32_t error = network_.take_error(socket.end); error != 0) {
    return over(-error, cause);
  }
  if (network_.was_reset(socket.end) || network_.send_closed(socket.end)) {
    return over(-EPIPE, cause);
  }
  if (operation.length == 0) return over(0, cause);
  const std::uint32_t possible = std::min(network_.space(socket.end), operation.length);
  if (possible == 0) return Progress::waits;
  if (faulty) return over(-EFAULT, cause);
  const std::uint32_t count = transfer_size(possible, socket.end, socket.short_questions);
  const FactIndex moved = record(FactKind::bytes_moved, operation, count, cause,
                                 static_cast<std::uint8_t>(FactRole::processor));
  network_.send(socket.end, {operation.data, count}, moved);
  complete(operation, static_cast<std::int32_t>(count), moved);
  return Progress::over;
}

bool SimulatedOs::is_ready(const Socket& socket, Readiness readiness) const {
  const bool reads = readiness == Readiness::readable;
  if (socket.kind == HandleKind::listener) {
    return socket.receive_closed || (reads && network_.acceptable(socket.port));
  }
  if (socket.kind == HandleKind::pipe) {
    if (socket.writes_pipe)
      return pipes_.broken(socket.pipe) || (!reads && !pipes_.full(socket.pipe));
    return pipes_.hung_up(socket.pipe) || (reads && pipes_.available(socket.pipe) > 0);
  }
  if (socket.kind == HandleKind::datagram) {
    return !reads || socket.receive_closed || datagrams_.available(socket.port);
  }
  if (!socket.connected) return true;  // an error can be reported
  if (network_.was_reset(socket.end)) return true;
  return reads ? network_.available(socket.end) > 0 || network_.at_end(socket.end) ||
                     socket.receive_closed
               : network_.send_closed(socket.end) || network_.space(socket.end) > 0;
}

/// As shutdown(2) checks: neither reset, nor ended by both sides.
bool SimulatedOs::is_connected(const Socket& socket) const {
  if (!socket.connected || network_.was_reset(socket.end)) return false;
  return !network_.send_closed(socket.end) || !network_.ended(socket.end);
}

SimulatedOs::Progress SimulatedOs::try_poll(AsyncOperation& operation, std::uint32_t index,
                                            FactIndex cause) {
  const bool ready = was_woken(operation) || is_ready(sockets_[index], operation.readiness);
  if (!ready) return Progress::waits;
  FactIndex reported = 0;
  if (recorder_ != nullptr) {
    reported = recorder_->record({.operation = to_number(operation.id),
                                  .cause = cause,
                                  .handle = to_number(operation.handle),
                                  .kind = FactKind::readiness_reported});
  }
  complete(operation, 0, reported);
  return Progress::over;
}

/// All, half or one byte: the system's choice, if the scenario allows it.
std::uint32_t SimulatedOs::transfer_size(std::uint32_t possible, std::uint64_t entity,
                                         std::uint32_t& questions) {
  if (!config_.short_transfers || possible <= 1) return possible;
  const std::uint32_t options = possible == 2 ? 2 : 3;
  const std::uint32_t answer =
      schedule_.choices().pick(options, {QuestionKind::bytes_transferred, entity, questions++});
  record_choice(answer, options, QuestionKind::bytes_transferred);
  if (answer == 0) return possible;
  return answer == 1 ? possible / 2 : 1;
}

}  // namespace proactor_lab
