#include "sim/world/files.hpp"

#include <algorithm>
#include <cassert>

namespace proactor_lab {

std::uint32_t Files::available(FileId file, std::uint64_t offset, std::uint32_t most) const {
  const std::uint64_t size = contents_[file].size();
  return offset >= size ? 0
                        : static_cast<std::uint32_t>(std::min<std::uint64_t>(most, size - offset));
}

std::uint32_t Files::read(FileId file, std::uint64_t offset, std::span<std::byte> into) const {
  const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), UINT32_MAX));
  const std::uint32_t count = available(file, offset, most);
  if (count == 0) return 0;
  std::copy_n(contents_[file].begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
  return count;
}

std::uint32_t Files::room(std::uint64_t offset, std::uint32_t most) {
  return offset >= size_max
             ? 0
             : static_cast<std::uint32_t>(std::min<std::uint64_t>(most, size_max - offset));
}

void Files::write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;  // as pwrite(2): does not grow the file
  assert(offset <= size_max && bytes.size() <= size_max - offset);
  std::vector<std::byte>& content = contents_[file];
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace proactor_lab
