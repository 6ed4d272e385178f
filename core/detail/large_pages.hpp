// Memory in large pages, if the system has them. Memory that is accessed in random order (a million
// simulated connections) or touched for the first time from start to end (facts) then costs fewer
// TLB misses and page faults. Without large pages this is ordinary memory.
#pragma once

#include <cstddef>
#include <utility>

namespace proactor_lab {

/// As operator new and delete, aligned to at least 128 bytes. `bytes` must be the same for both.
void* allocate_in_large_pages(std::size_t bytes);
void free_in_large_pages(void* memory, std::size_t bytes) noexcept;

/// An uninitialized block of such memory.
class LargeBlock {
 public:
  explicit LargeBlock(std::size_t bytes) : memory_(allocate_in_large_pages(bytes)), bytes_(bytes) {}
  ~LargeBlock() {
    if (memory_ != nullptr) free_in_large_pages(memory_, bytes_);
  }
  LargeBlock(LargeBlock&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), bytes_(other.bytes_) {}
  LargeBlock& operator=(LargeBlock&&) = delete;

  void* data() const { return memory_; }

 private:
  void* memory_;
  std::size_t bytes_;
};

/// An allocator for containers that grow large.
template <class T>
struct LargePages {
  using value_type = T;

  LargePages() = default;
  template <class U>
  LargePages(const LargePages<U>&) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(allocate_in_large_pages(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    free_in_large_pages(memory, count * sizeof(T));
  }
  friend bool operator==(const LargePages&, const LargePages&) { return true; }
};

}  // namespace proactor_lab
