// The live kernel as a stage: a fresh ring, or a fresh epoll, for each play.
#pragma once

#include <string>
#include <vector>

#include "core/live/live_backend.hpp"
#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

/// `io_uring_plain` is a ring without deferred work.
enum class LiveSystem : std::uint8_t { io_uring, io_uring_plain, epoll };
inline constexpr LiveSystem live_systems[] = {LiveSystem::io_uring, LiveSystem::io_uring_plain,
                                              LiveSystem::epoll};
const char* name_of(LiveSystem system);

/// Empty if the kernel grants it; else why not.
std::string refusal_of(LiveSystem system);

/// What live plays share: a file in memory, so that no disk is slow; and the small descriptor
/// numbers, taken, so that every play finds the same numbers free.
class LiveGround {
 public:
  /// Throws std::system_error.
  LiveGround();
  ~LiveGround();
  LiveGround(const LiveGround&) = delete;
  LiveGround& operator=(const LiveGround&) = delete;
  /// The file is as every play is to find it.
  void restore_file() const;
  const std::string& file_path() const { return file_path_; }

 private:
  int file_;
  std::string file_path_;
  std::vector<int> taken_;
};

/// Plays `program` once. A phase ends after `patience` without a completion: what is pending then
/// may only have been slow, so a short patience proves nothing.
Outcome play_live(const Program& program, LiveSystem system, Duration patience,
                  const LiveGround& ground);

}  // namespace proactor_lab::fuzz
