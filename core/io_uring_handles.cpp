// Handles and provided buffers of IoUringBackend: opened, kept in mind, closed.
#include <arpa/inet.h>
#include <sys/mman.h>

#include "core/io_uring_ring.hpp"

namespace proactor_lab {

void IoUringBackend::note_open(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place >= open_.size()) open_.resize(place + 64);
  open_[place] = true;
}

void IoUringBackend::note_closed(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place < open_.size()) open_[place] = false;
}

void IoUringBackend::close_all() {
  for (std::size_t descriptor = 0; descriptor < open_.size(); ++descriptor) {
    if (open_[descriptor]) close(Handle{static_cast<std::int32_t>(descriptor)});
  }
}

Handle IoUringBackend::opened(int descriptor, HandleKind kind, const char* label,
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

Handle IoUringBackend::open_bound(int type, Endpoint endpoint, const char* label,
                                  std::error_code& error) {
  const int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, 0);
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

Handle IoUringBackend::listen(Endpoint endpoint, const char* label, std::error_code& error) {
  return open_bound(SOCK_STREAM, endpoint, label, error);
}

Handle IoUringBackend::open_datagram_socket(Endpoint endpoint, const char* label,
                                            std::error_code& error) {
  return open_bound(SOCK_DGRAM, endpoint, label, error);
}

Handle IoUringBackend::open_stream_socket(const char* label, std::error_code& error) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    error = last_system_error();
    return Handle::none;
  }
  return opened(descriptor, HandleKind::stream, label, error);
}

// --- Provided buffers --------------------------------------------------------------------------

void IoUringBackend::register_buffers(BufferGroup& group, std::error_code& error) {
  // The ring that the kernel takes buffers from: its own page-aligned memory.
  const std::size_t bytes = group.count() * sizeof(io_uring_buf);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (memory == MAP_FAILED) {
    error = last_system_error();
    return;
  }
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
  registration.ring_entries = group.count();
  registration.bgid = ++ring_->last_group;
  const int result = io_uring_register_buf_ring(&ring_->ring, &registration, 0);
  if (result < 0) {
    munmap(memory, bytes);
    error = {-result, std::system_category()};
    return;
  }
  error.clear();
  group.group_id = registration.bgid;
  group.registration = memory;
  auto* ring = static_cast<io_uring_buf_ring*>(memory);
  io_uring_buf_ring_init(ring);
  for (std::uint16_t id = 0; id < group.count(); ++id) give_back(group, id);
}

void IoUringBackend::unregister_buffers(BufferGroup& group) {
  io_uring_unregister_buf_ring(&ring_->ring, group.group_id);
  munmap(group.registration, group.count() * sizeof(io_uring_buf));
  group.registration = nullptr;
}

void IoUringBackend::give_back(BufferGroup& group, std::uint16_t buffer) {
  auto* ring = static_cast<io_uring_buf_ring*>(group.registration);
  io_uring_buf_ring_add(ring, group.buffer(buffer).data(), group.size(), buffer,
                        io_uring_buf_ring_mask(group.count()), 0);
  io_uring_buf_ring_advance(ring, 1);
}

Endpoint IoUringBackend::local_endpoint(Handle handle) const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(to_number(handle), reinterpret_cast<sockaddr*>(&address), &size) < 0) return {};
  return {ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
}

void IoUringBackend::close(Handle handle) {
  note_closed(to_number(handle));
  if (::close(to_number(handle)) == 0 && recorder_ != nullptr) {
    recorder_->record({.handle = to_number(handle), .thread = 1, .kind = FactKind::handle_closed});
  }
}

}  // namespace proactor_lab
