// Stores each distinct string once and identifies it by a number, so that an event is plain data.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace proactor_lab {

enum class StringId : std::uint32_t {};
inline constexpr StringId no_string{0};

/// Ids are dense, count from 1 in order of first appearance, and are valid for the life of the
/// pool. `no_string` denotes the empty string. Not thread-safe.
class StringPool {
 public:
  StringId keep(std::string_view text) {
    if (text.empty()) return no_string;
    if (auto found = ids_.find(text); found != ids_.end()) return found->second;
    texts_.emplace_back(text);
    StringId id{static_cast<std::uint32_t>(texts_.size())};
    ids_.emplace(texts_.back(), id);
    text_bytes_ += text.size();
    return id;
  }

  std::string_view text(StringId id) const {
    return id == no_string ? std::string_view{} : texts_[static_cast<std::uint32_t>(id) - 1];
  }

  std::size_t size() const { return texts_.size(); }
  /// Total size of all strings.
  std::size_t text_bytes() const { return text_bytes_; }

 private:
  std::deque<std::string> texts_;  // a deque never moves its elements: keys below stay valid
  std::unordered_map<std::string_view, StringId> ids_;
  std::size_t text_bytes_ = 0;
};

}  // namespace proactor_lab
