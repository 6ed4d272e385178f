#include "sim/files.hpp"

#include <algorithm>

namespace proactor_lab {

std::uint32_t Files::read(FileId file, std::uint64_t offset, std::span<std::byte> into) const {
  const std::vector<std::byte>& content = contents_[file];
  if (offset >= content.size()) return 0;
  const std::size_t count = std::min<std::size_t>(into.size(), content.size() - offset);
  std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
  return static_cast<std::uint32_t>(count);
}

void Files::write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes) {
  std::vector<std::byte>& content = contents_[file];
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace proactor_lab
