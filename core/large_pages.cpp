#include "core/large_pages.hpp"

#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace proactor_lab {
namespace {

constexpr std::size_t large_page = std::size_t{1} << 21;
constexpr std::align_val_t cache_lines{128};  // two, which processors fetch together

}  // namespace

void* allocate_in_large_pages(std::size_t bytes) {
  if (bytes < large_page) return ::operator new(bytes, cache_lines);
  void* const memory = ::operator new (bytes, std::align_val_t{large_page});
#ifdef MADV_HUGEPAGE
  // A wish (madvise(2)); the last page may be an ordinary one.
  madvise(memory, bytes & ~(large_page - 1), MADV_HUGEPAGE);
#endif
  return memory;
}

void free_in_large_pages(void* memory, std::size_t bytes) noexcept {
  ::operator delete (memory, bytes < large_page ? cache_lines : std::align_val_t{large_page});
}

}  // namespace proactor_lab
