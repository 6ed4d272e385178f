// The live kernel as a stage: a fresh ring, or a fresh epoll, for each play.
#pragma once

#include <memory>
#include <string>

#include "core/live_backend.hpp"
#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

enum class LiveSystem : std::uint8_t { io_uring, epoll };
const char* name_of(LiveSystem system);

/// Empty where the kernel grants it; else why not.
std::string refusal_of(LiveSystem system);

/// A file in memory for programs to read and write, gone with this object: no disk is slow.
class LiveFile {
 public:
  LiveFile();
  ~LiveFile();
  LiveFile(const LiveFile&) = delete;
  LiveFile& operator=(const LiveFile&) = delete;
  /// Makes it as every play is to find it.
  void restore() const;
  const std::string& path() const { return path_; }

 private:
  int descriptor_;
  std::string path_;
};

/// Plays `program` once. The outcome is taken after `patience` without a completion: what then is
/// pending may only have been slow, so a short patience proves nothing.
Outcome play_live(const Program& program, LiveSystem system, Duration patience,
                  const LiveFile& file);

}  // namespace proactor_lab::fuzz
