// Provided buffers: a number of buffers of equal size. The system takes one when bytes arrive, so
// connections that are idle hold none (io_uring_register_buf_ring(3)).
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace proactor_lab {

/// Owns its memory; must outlive the operations that receive into it, and be registered with the
/// system they run on (`OperatingSystem::register_buffers`). Loop thread only.
class BufferGroup {
 public:
  /// `count` is a power of two, at most 32768; `size` is in bytes.
  BufferGroup(std::uint16_t count, std::uint32_t size)
      : size_(size), memory_(std::size_t{count} * size) {
    assert(count > 0 && (count & (count - 1)) == 0 && count <= 32768);
    free_.reserve(count);
    for (std::uint16_t id = count; id-- > 0;) free_.push_back(id);
    count_ = count;
  }
  BufferGroup(const BufferGroup&) = delete;
  BufferGroup& operator=(const BufferGroup&) = delete;

  std::uint16_t count() const { return count_; }
  std::uint32_t size() const { return size_; }
  std::span<std::byte> buffer(std::uint16_t id) {
    return std::span(memory_).subspan(std::size_t{id} * size_, size_);
  }

  // For systems that assign the buffers themselves: the simulated system, and epoll.
  bool empty() const { return free_.empty(); }
  std::uint16_t take() {
    const std::uint16_t id = free_.back();
    free_.pop_back();
    return id;
  }
  void give_back(std::uint16_t id) { free_.push_back(id); }

  // For the backend with which the group is registered.
  std::uint16_t group_id = 0;
  void* registration = nullptr;

 private:
  std::uint16_t count_ = 0;
  std::uint32_t size_;
  std::vector<std::byte> memory_;
  std::vector<std::uint16_t> free_;
};

}  // namespace proactor_lab
