#include "core/live/live_handles.hpp"

#include <array>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace proactor_lab {

sockaddr_in address_of(Endpoint endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  address.sin_addr.s_addr = htonl(endpoint.address);
  return address;
}

Endpoint endpoint_of(const sockaddr_in& address) {
  return {ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
}

int open_flags_of(std::uint32_t mode) {
  const bool reads = has(mode, OpenMode::read);
  const bool writes = has(mode, OpenMode::write);
  int flags = O_CLOEXEC | (writes ? (reads ? O_RDWR : O_WRONLY) : O_RDONLY);
  if (has(mode, OpenMode::create)) flags |= O_CREAT;
  if (has(mode, OpenMode::truncate)) flags |= O_TRUNC;
  return flags;
}

// --- Opening -----------------------------------------------------------------------------------

Handle LiveHandles::opened(int descriptor, HandleKind kind, const char* label,
                           std::error_code& error) {
  error.clear();
  note_open(descriptor);
  if (recorder_ != nullptr) {
    recorder_->record({.extra = fact_text(label),
                       .handle = descriptor,
                       .thread = 1,
                       .kind = FactKind::handle_opened,
                       .detail = static_cast<std::uint8_t>(kind)});
  }
  return Handle{descriptor};
}

Handle LiveHandles::open_bound(int type, Endpoint endpoint, const char* label,
                               std::error_code& error) {
  const int descriptor = socket(AF_INET, type | SOCK_CLOEXEC | socket_flags_, 0);
  const int yes = 1;
  const sockaddr_in address = address_of(endpoint);
  const bool stream = type == SOCK_STREAM;
  if (descriptor < 0 ||
      (stream && setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0) ||
      bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0 ||
      (stream && ::listen(descriptor, SOMAXCONN) < 0)) {
    error = last_system_error();
    if (descriptor >= 0) ::close(descriptor);
    return Handle::none;
  }
  return opened(descriptor, stream ? HandleKind::listener : HandleKind::datagram, label, error);
}

Handle LiveHandles::listen(Endpoint endpoint, const char* label, std::error_code& error) {
  return open_bound(SOCK_STREAM, endpoint, label, error);
}

Handle LiveHandles::open_datagram_socket(Endpoint endpoint, const char* label,
                                         std::error_code& error) {
  return open_bound(SOCK_DGRAM, endpoint, label, error);
}

Handle LiveHandles::open_stream_socket(const char* label, std::error_code& error) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | socket_flags_, 0);
  if (descriptor < 0) {
    error = last_system_error();
    return Handle::none;
  }
  return opened(descriptor, HandleKind::stream, label, error);
}

OperatingSystem::Pipe LiveHandles::open_pipe(const char* label, std::error_code& error) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | (socket_flags_ != 0 ? O_NONBLOCK : 0)) < 0) {
    error = last_system_error();
    return {};
  }
  const Handle reader = opened(ends[0], HandleKind::pipe, label, error);
  return {reader, opened(ends[1], HandleKind::pipe, label, error)};
}

Endpoint LiveHandles::local_endpoint(Handle handle) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(to_number(handle), reinterpret_cast<sockaddr*>(&address), &size) < 0) return {};
  return endpoint_of(address);
}

std::uint64_t LiveHandles::file_size(Handle handle, std::error_code& error) {
  struct stat status {};
  error.clear();
  if (fstat(to_number(handle), &status) < 0) {
    error = last_system_error();
  } else if (!S_ISREG(status.st_mode)) {
    error = {S_ISDIR(status.st_mode) ? EISDIR : EINVAL, std::system_category()};
  }
  return error ? 0 : static_cast<std::uint64_t>(status.st_size);
}

// --- Remembering and closing -------------------------------------------------------------------

void LiveHandles::note_open(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place >= open_.size()) open_.resize(place + 64);
  open_[place] = true;
}

void LiveHandles::note_closed(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place < open_.size()) open_[place] = false;
}

std::int32_t LiveHandles::close(Handle handle, FactIndex cause) {
  note_closed(to_number(handle));
  if (::close(to_number(handle)) < 0) return -errno;
  forget(handle, cause);
  return 0;
}

void LiveHandles::forget(Handle handle, FactIndex cause) {
  note_closed(to_number(handle));
  if (recorder_ == nullptr) return;
  recorder_->record(
      {.cause = cause, .handle = to_number(handle), .thread = 1, .kind = FactKind::handle_closed});
}

Handle LiveHandles::next_open(Handle handle) const {
  for (auto place = static_cast<std::size_t>(to_number(handle) + 1); place < open_.size();
       ++place) {
    if (open_[place]) return Handle{static_cast<std::int32_t>(place)};
  }
  return Handle::none;
}

}  // namespace proactor_lab
