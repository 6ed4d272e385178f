// SimulatedOs's handles and sockets: opened, referred to, closed.
#include <algorithm>
#include <cerrno>
#include <functional>

#include "sim/simulated_os.hpp"

namespace proactor_lab {
namespace {

std::error_code system_error(int number) { return {number, std::system_category()}; }

constexpr std::uint16_t program_thread = 1;

}  // namespace

Handle SimulatedOs::listen(Endpoint endpoint, const char* label, std::error_code& error) {
  std::uint16_t port = endpoint.port;
  if (port == 0) {
    port = 40'000;
    while (!network_.listen(port, this)) ++port;
  } else if (!network_.listen(port, this)) {
    error = system_error(EADDRINUSE);
    return Handle::none;
  }
  error.clear();
  const std::uint32_t socket = add_socket(HandleKind::listener, label);
  sockets_[socket].port = port;
  return add_handle(socket, 0, program_thread, 0);
}

Handle SimulatedOs::open_stream_socket(const char* label, std::error_code& error) {
  error.clear();
  const std::uint32_t socket = add_socket(HandleKind::stream, label);
  return add_handle(socket, 0, program_thread, 0);
}

Handle SimulatedOs::open_datagram_socket(Endpoint endpoint, const char* label,
                                         std::error_code& error) {
  const std::uint16_t port = datagrams_.bind(endpoint.port, this);
  if (port == 0) {
    error = system_error(EADDRINUSE);
    return Handle::none;
  }
  error.clear();
  const std::uint32_t socket = add_socket(HandleKind::datagram, label);
  sockets_[socket].port = port;
  return add_handle(socket, 0, program_thread, 0);
}

void SimulatedOs::register_buffers(BufferGroup&, std::error_code& error) { error.clear(); }
void SimulatedOs::unregister_buffers(BufferGroup&) {}

Endpoint SimulatedOs::local_endpoint(Handle handle) const {
  const std::uint32_t socket = socket_of(handle);
  return {loopback_address, socket == no_socket ? std::uint16_t{0} : sockets_[socket].port};
}

void SimulatedOs::close(Handle handle) { close_handle(handle, 0); }

std::uint32_t SimulatedOs::add_socket(HandleKind kind, const char* label) {
  if (free_sockets_.empty()) {
    free_sockets_.push_back(static_cast<std::uint32_t>(sockets_.size()));
    sockets_.emplace_back();
  }
  const std::uint32_t index = free_sockets_.back();
  free_sockets_.pop_back();
  sockets_[index] = {};
  sockets_[index].kind = kind;
  sockets_[index].label = label;
  return index;
}

Handle SimulatedOs::add_handle(std::uint32_t socket, std::uint32_t connection, std::uint16_t thread,
                               FactIndex cause) {
  const Handle handle = descriptors_.add(socket);
  ++sockets_[socket].references;
  if (recorder_ != nullptr) {
    recorder_->record({.value = connection,
                       .extra = fact_text(sockets_[socket].label),
                       .cause = cause,
                       .handle = to_number(handle),
                       .thread = thread,
                       .kind = FactKind::handle_opened,
                       .detail = static_cast<std::uint8_t>(sockets_[socket].kind)});
  }
  return handle;
}

std::int32_t SimulatedOs::close_handle(Handle handle, FactIndex cause) {
  const std::uint32_t socket = socket_of(handle);
  if (socket == no_socket) return -EBADF;
  descriptors_.remove(handle);
  if (recorder_ != nullptr) {
    recorder_->record(
        {.cause = cause, .handle = to_number(handle), .kind = FactKind::handle_closed});
  }
  release(socket, cause);
  return 0;
}

/// One reference less; the last one ends the stream or frees the port.
void SimulatedOs::release(std::uint32_t index, FactIndex cause) {
  Socket& socket = sockets_[index];
  if (--socket.references > 0) return;
  if (socket.kind == HandleKind::listener) {
    network_.stop_listening(socket.port);
  } else if (socket.kind == HandleKind::datagram) {
    datagrams_.unbind(socket.port);
  } else if (socket.end != no_end) {
    network_.adopt(socket.end, nullptr, 0);
    if (network_.available(socket.end) > 0) {
      network_.reset(socket.end, cause);  // closed with unread bytes: TCP answers with a reset
    } else {
      network_.shutdown_send(socket.end, cause);
    }
  }
  socket.kind = HandleKind::stream;
  free_sockets_.push_back(index);
}

// --- Lists of operations ---------------------------------------------------------------------

void SimulatedOs::OperationList::push(AsyncOperation& operation) {
  operation.next = nullptr;
  (first == nullptr ? first : last->next) = &operation;
  last = &operation;
}

AsyncOperation* SimulatedOs::OperationList::pop() {
  AsyncOperation* operation = first;
  if (operation != nullptr) first = operation->next;
  return operation;
}

AsyncOperation* SimulatedOs::OperationList::pop_at(std::uint32_t index) {
  if (index == 0) return pop();
  AsyncOperation* before = first;
  while (--index > 0) before = before->next;
  AsyncOperation* operation = before->next;
  before->next = operation->next;
  if (last == operation) last = before;
  return operation;
}

bool SimulatedOs::OperationList::remove(AsyncOperation& operation) {
  std::uint32_t index = 0;
  for (AsyncOperation* each = first; each != nullptr; each = each->next, ++index) {
    if (each == &operation) return pop_at(index) == &operation;
  }
  return false;
}

std::uint32_t SimulatedOs::OperationList::size() const {
  std::uint32_t count = 0;
  for (AsyncOperation* each = first; each != nullptr; each = each->next) ++count;
  return count;
}

}  // namespace proactor_lab
