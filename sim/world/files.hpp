// The simulated system's files: names and bytes, in memory, in one flat directory. Contents outlive
// the handles; nothing is written to a disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab {

using FileId = std::uint32_t;
inline constexpr FileId no_file = UINT32_MAX;

class Files {
 public:
  /// Maximum size of a file in bytes (EFBIG beyond).
  static constexpr std::uint64_t size_max = std::uint64_t{1} << 30;

  /// Returns `no_file` if there is none and `create` is not set.
  FileId open(std::string_view name, bool create, bool truncate) {
    auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      if (!create) return no_file;
      found = by_name_.emplace(name, static_cast<FileId>(contents_.size())).first;
      contents_.emplace_back();
    }
    if (truncate) contents_[found->second].clear();
    return found->second;
  }

  /// Returns `no_file` if there is none.
  FileId find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? no_file : found->second;
  }

  std::vector<std::byte>& content(FileId file) { return contents_[file]; }

  const std::vector<std::byte>& content(FileId file) const { return contents_[file]; }
  std::uint64_t size(FileId file) const { return contents_[file].size(); }
  /// All names, in alphabetical order.
  const std::map<std::string, FileId, std::less<>>& names() const { return by_name_; }

  /// How many bytes a read of at most `most` at `offset` returns.
  std::uint32_t available(FileId file, std::uint64_t offset, std::uint32_t most) const;
  /// Copies bytes from `offset` on, fewer at the end of the file. Returns their number.
  std::uint32_t read(FileId file, std::uint64_t offset, std::span<std::byte> into) const;
  /// How many of `most` bytes at `offset` fit into a file.
  static std::uint32_t room(std::uint64_t offset, std::uint32_t most);
  /// Grows the file if necessary; a gap reads as zeros. REQUIRES: there is room.
  void write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes);

 private:
  std::map<std::string, FileId, std::less<>> by_name_;
  std::deque<std::vector<std::byte>> contents_;
};

}  // namespace proactor_lab
