// Handles and provided buffers of IoUringBackend.
#include <algorithm>

#include <sys/mman.h>

#include "core/live/io_uring_ring.hpp"

namespace proactor_lab {

Handle IoUringBackend::listen(Endpoint endpoint, const char* label, std::error_code& error) {
  return ring_->handles.listen(endpoint, label, error);
}

Handle IoUringBackend::open_stream_socket(const char* label, std::error_code& error) {
  return ring_->handles.open_stream_socket(label, error);
}

Handle IoUringBackend::open_datagram_socket(Endpoint endpoint, const char* label,
                                            std::error_code& error) {
  return ring_->handles.open_datagram_socket(endpoint, label, error);
}

OperatingSystem::Pipe IoUringBackend::open_pipe(const char* label, std::error_code& error) {
  return ring_->handles.open_pipe(label, error);
}

Endpoint IoUringBackend::local_endpoint(Handle handle) const {
  return LiveHandles::local_endpoint(handle);
}

std::uint64_t IoUringBackend::file_size(Handle handle, std::error_code& error) const {
  return LiveHandles::file_size(handle, error);
}

void IoUringBackend::close(Handle handle) { ring_->handles.close(handle); }

void IoUringBackend::close_all() {
  for (Handle each = Handle::none; (each = ring_->handles.next_open(each)) != Handle::none;) {
    close(each);
  }
}

// --- Provided buffers --------------------------------------------------------------------------

void IoUringBackend::register_buffers(BufferGroup& group, std::error_code& error) {
  // The ring from which the kernel takes buffers, in page-aligned memory.
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
  // Completions beyond that number would find no buffer; they are taken later.
  taken_at_once_ = std::min(taken_at_once_, unsigned{group.count()});
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

}  // namespace proactor_lab
