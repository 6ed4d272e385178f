// Simulated pipes: bytes in order from one end to the other, at once, and up to a limit. Who waits
// at an end is the owner's affair (pipe(7)).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace proactor_lab {

using PipeId = std::uint32_t;
inline constexpr PipeId no_pipe = UINT32_MAX;

class Pipes {
 public:
  PipeId open() {
    if (free_.empty()) {
      free_.push_back(static_cast<PipeId>(pipes_.size()));
      pipes_.emplace_back();
    }
    const PipeId pipe = free_.back();
    free_.pop_back();
    pipes_[pipe] = {};
    return pipe;
  }

  /// One end goes; with the second the pipe does.
  void close_reader(PipeId pipe) { close_end(pipe, pipes_[pipe].read_from); }
  void close_writer(PipeId pipe) { close_end(pipe, pipes_[pipe].written_to); }

  bool broken(PipeId pipe) const { return !pipes_[pipe].read_from; }
  bool at_end(PipeId pipe) const { return !pipes_[pipe].written_to && pipes_[pipe].bytes.empty(); }
  std::uint32_t available(PipeId pipe) const {
    return static_cast<std::uint32_t>(pipes_[pipe].bytes.size());
  }
  std::uint32_t space(PipeId pipe) const { return capacity - available(pipe); }

  /// At most what is available, or there is space for.
  void take(PipeId pipe, std::span<std::byte> into) {
    std::deque<std::byte>& bytes = pipes_[pipe].bytes;
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(into.size());
    std::copy(bytes.begin(), end, into.begin());
    bytes.erase(bytes.begin(), end);
  }
  void put(PipeId pipe, std::span<const std::byte> bytes) {
    pipes_[pipe].bytes.insert(pipes_[pipe].bytes.end(), bytes.begin(), bytes.end());
  }

 private:
  static constexpr std::uint32_t capacity = 65536;

  struct Pipe {
    std::deque<std::byte> bytes;
    bool read_from = true;
    bool written_to = true;
  };

  void close_end(PipeId pipe, bool& open) {
    open = false;
    if (!pipes_[pipe].read_from && !pipes_[pipe].written_to) free_.push_back(pipe);
  }

  std::vector<Pipe> pipes_;
  std::vector<PipeId> free_;
};

}  // namespace proactor_lab
