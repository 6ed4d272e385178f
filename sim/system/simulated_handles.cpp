// SimulatedOs's handles and sockets: opening, references, closing.
#include <algorithm>
#include <cerrno>
#include <functional>

#include "sim/system/simulated_os.hpp"

namespace proactor_lab {
namespace {

std::error_code system_error(int number) { return {number, std::system_category()}; }

constexpr std::uint16_t program_thread = 1;

}  // namespace

bool SimulatedOs::descriptor_left(std::error_code& error) const {
  if (descriptors_gone()) error = system_error(EMFILE);
  return !descriptors_gone();
}

Handle SimulatedOs::listen(Endpoint endpoint, const char* label, std::error_code& error) {
  if (!descriptor_left(error)) return Handle::none;
  const std::uint16_t port = endpoint.port != 0 ? endpoint.port : network_.free_port();
  if (!network_.listen(port, this)) {
    error = system_error(EADDRINUSE);
    return Handle::none;
  }
  error.clear();
  const std::uint32_t socket = add_socket(HandleKind::listener, label);
  network_.tag_listener(port, socket);
  sockets_[socket].port = port;
  return add_handle(socket, 0, program_thread, 0);
}

Handle SimulatedOs::open_stream_socket(const char* label, std::error_code& error) {
  if (!descriptor_left(error)) return Handle::none;
  error.clear();
  const std::uint32_t socket = add_socket(HandleKind::stream, label);
  return add_handle(socket, 0, program_thread, 0);
}

Handle SimulatedOs::open_datagram_socket(Endpoint endpoint, const char* label,
                                         std::error_code& error) {
  if (!descriptor_left(error)) return Handle::none;
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

OperatingSystem::Pipe SimulatedOs::open_pipe(const char* label, std::error_code& error) {
  if (!descriptor_left(error)) return {};
  const std::uint32_t reader = add_socket(HandleKind::pipe, label);
  const Handle read_from = add_handle(reader, 0, program_thread, 0);
  if (!descriptor_left(error)) {
    close_handle(read_from, 0);
    return {};
  }
  error.clear();
  const std::uint32_t writer = add_socket(HandleKind::pipe, label);
  sockets_[reader].pipe = sockets_[writer].pipe = pipes_.open();
  sockets_[reader].other_end = writer;
  sockets_[writer].other_end = reader;
  sockets_[writer].writes_pipe = true;
  return {read_from, add_handle(writer, 0, program_thread, 0)};
}

void SimulatedOs::register_buffers(BufferGroup&, std::error_code& error) { error.clear(); }
void SimulatedOs::unregister_buffers(BufferGroup&) {}

Endpoint SimulatedOs::local_endpoint(Handle handle) const {
  const std::uint32_t socket = socket_of(handle);
  return {loopback_address, socket == no_socket ? std::uint16_t{0} : sockets_[socket].port};
}

std::uint64_t SimulatedOs::file_size(Handle handle, std::error_code& error) const {
  const std::uint32_t index = socket_of(handle);
  error.clear();
  if (index == no_socket) {
    error = system_error(EBADF);
  } else if (sockets_[index].kind != HandleKind::file) {
    error = system_error(EINVAL);
  }
  return error ? 0 : files_.size(sockets_[index].file);
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
  const std::int32_t result = forget_handle(handle, cause);
  if (result == 0) release(socket, cause);
  return result;
}

/// Frees the handle's number; the object it referred to stays.
std::int32_t SimulatedOs::forget_handle(Handle handle, FactIndex cause) {
  if (socket_of(handle) == no_socket) return -EBADF;
  descriptors_.remove(handle);
  if (recorder_ != nullptr) {
    recorder_->record(
        {.cause = cause, .handle = to_number(handle), .kind = FactKind::handle_closed});
  }
  return 0;
}

void SimulatedOs::release_last(std::uint32_t index, FactIndex cause) {
  Socket& socket = sockets_[index];
  if (socket.kind == HandleKind::listener) {
    if (!socket.receive_closed) network_.stop_listening(socket.port);
  } else if (socket.kind == HandleKind::datagram) {
    datagrams_.unbind(socket.port);
  } else if (socket.kind == HandleKind::pipe) {
    release_pipe(index, cause);
  } else if (socket.end != no_end) {
    network_.close(socket.end, cause);
  }
  sockets_[index].kind = HandleKind::stream;
  free_sockets_.push_back(index);
}

}  // namespace proactor_lab
