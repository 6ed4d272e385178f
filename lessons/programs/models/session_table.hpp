// The sessions of a model that waits for many connections: a key identifies each. Key 0 is the
// listener.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "lessons/programs/models/service.hpp"

namespace proactor_lab {

/// Any thread may call it. A session's contents may be used only by the thread that received its
/// key.
class SessionTable {
 public:
  static constexpr std::uint32_t listener_key = 0;

  std::uint32_t add(const Session& session) {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      sessions_.emplace_back();
      free_.push_back(static_cast<std::uint32_t>(sessions_.size()));
    }
    const std::uint32_t key = free_.back();
    free_.pop_back();
    sessions_[key - 1] = std::make_unique<Session>(session);
    return key;
  }

  Session& at(std::uint32_t key) {
    const std::lock_guard lock(mutex_);
    return *sessions_[key - 1];
  }

  void remove(std::uint32_t key) {
    const std::lock_guard lock(mutex_);
    sessions_[key - 1].reset();
    free_.push_back(key);
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> sessions_;  // index: key - 1
  std::vector<std::uint32_t> free_;
};

}  // namespace proactor_lab
