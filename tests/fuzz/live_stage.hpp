// The live kernel as a stage: a new ring, or a new epoll, for each play.
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

/// Empty if the kernel permits it; otherwise the reason why not.
std::string refusal_of(LiveSystem system);

/// What live plays share: a file in memory, so that no disk is slow; and the low descriptor
/// numbers, which are kept in use so that every play finds the same numbers free.
class LiveGround {
 public:
  /// Throws std::system_error.
  LiveGround();
  ~LiveGround();
  LiveGround(const LiveGround&) = delete;
  LiveGround& operator=(const LiveGround&) = delete;
  /// Restores the file's initial content for the next play.
  void restore_file() const;
  const std::string& file_path() const { return file_path_; }

 private:
  int file_;
  std::string file_path_;
  std::vector<int> taken_;
};

/// Plays `program` once. A phase ends after `patience` without a completion. An operation that is
/// pending then may only have been slow, so a short patience proves nothing.
Outcome play_live(const Program& program, LiveSystem system, Duration patience,
                  const LiveGround& ground);

}  // namespace proactor_lab::fuzz
