#include "core/detail/large_pages.hpp"

#include <cstdint>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace proactor_lab {
namespace {

constexpr std::size_t large_page = std::size_t{1} << 21;
constexpr std::align_val_t cache_lines{128};  // two, which processors fetch together

#ifdef MADV_HUGEPAGE
constexpr bool has_large_pages = true;

constexpr std::size_t whole_pages(std::size_t bytes) {
  return (bytes + large_page - 1) & ~(large_page - 1);
}

/// Maps new memory each time: memory that was in use before keeps its ordinary pages.
void* map(std::size_t bytes) {
  bytes = whole_pages(bytes);
  void* const memory = mmap(nullptr, bytes + large_page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // Unmap the parts before the first large page and after the last one.
  auto* const from = static_cast<std::byte*>(memory);
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(memory) & (large_page - 1);
  if (before > 0) munmap(from, before);
  munmap(from + before + bytes, large_page - before);
  madvise(from + before, bytes, MADV_HUGEPAGE);  // only a hint (madvise(2))
  return from + before;
}
void unmap(void* memory, std::size_t bytes) { munmap(memory, whole_pages(bytes)); }
#else
constexpr bool has_large_pages = false;
void* map(std::size_t) { return nullptr; }
void unmap(void*, std::size_t) {}
#endif

}  // namespace

void* allocate_in_large_pages(std::size_t bytes) {
  if (has_large_pages && bytes >= large_page) return map(bytes);
  return ::operator new(bytes, cache_lines);
}

void free_in_large_pages(void* memory, std::size_t bytes) noexcept {
  if (has_large_pages && bytes >= large_page) return unmap(memory, bytes);
  ::operator delete(memory, cache_lines);
}

}  // namespace proactor_lab
