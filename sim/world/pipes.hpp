// Simulated pipes: bytes move in order from one end to the other, without delay. As in Linux
// (fs/pipe.c) they are stored in up to 16 pages: a write continues in the newest page only if its
// remainder modulo the page size fits there, and a page is free again only when all of it was read.
// The caller handles operations that wait at an end.
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

  /// Closes one end; the pipe is freed when both are closed.
  void close_reader(PipeId pipe) { close_end(pipe, pipes_[pipe].read_from); }
  void close_writer(PipeId pipe) { close_end(pipe, pipes_[pipe].written_to); }

  bool hung_up(PipeId pipe) const { return !pipes_[pipe].written_to; }
  bool broken(PipeId pipe) const { return !pipes_[pipe].read_from; }
  bool at_end(PipeId pipe) const { return !pipes_[pipe].written_to && pipes_[pipe].bytes.empty(); }
  std::uint32_t available(PipeId pipe) const {
    return static_cast<std::uint32_t>(pipes_[pipe].bytes.size());
  }
  /// True if no page is free. A small write may still succeed.
  bool full(PipeId pipe) const { return pipes_[pipe].pages.size() == pages_max; }
  /// How many bytes of a write of `bytes` bytes fit.
  std::uint32_t room(PipeId pipe, std::uint32_t bytes) const {
    const std::uint32_t merged = mergeable(pipes_[pipe], bytes);
    const auto free_pages = static_cast<std::uint32_t>(pages_max - pipes_[pipe].pages.size());
    return merged + std::min(bytes - merged, free_pages * page_size);
  }

  /// Takes `into.size()` bytes. REQUIRES: so many are available. Returns true if the pipe was full
  /// and is not any more.
  bool take(PipeId id, std::span<std::byte> into) {
    Pipe& pipe = pipes_[id];
    const bool was_full = full(id);
    const auto end = pipe.bytes.begin() + static_cast<std::ptrdiff_t>(into.size());
    std::copy(pipe.bytes.begin(), end, into.begin());
    pipe.bytes.erase(pipe.bytes.begin(), end);
    for (auto left = static_cast<std::uint32_t>(into.size()); left > 0;) {
      Page& page = pipe.pages.front();
      const std::uint32_t count = std::min(left, page.end - page.begin);
      left -= count;
      page.begin += count;
      if (page.begin == page.end) pipe.pages.pop_front();
    }
    return was_full && !full(id);
  }

  /// Writes as many bytes as there is room for, and returns their number.
  std::uint32_t put(PipeId id, std::span<const std::byte> bytes) {
    Pipe& pipe = pipes_[id];
    const auto length = static_cast<std::uint32_t>(bytes.size());
    const std::uint32_t count = room(id, length);
    const std::uint32_t merged = mergeable(pipe, length);
    if (merged > 0) pipe.pages.back().end += merged;
    for (std::uint32_t done = merged; done < count; done += page_size) {
      pipe.pages.push_back({0, std::min(page_size, count - done)});
    }
    pipe.bytes.insert(pipe.bytes.end(), bytes.begin(), bytes.begin() + count);
    return count;
  }

 private:
  static constexpr std::uint32_t page_size = 4096;
  static constexpr std::size_t pages_max = 16;

  /// The bytes in a page; space that was read is not used again.
  struct Page {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  struct Pipe {
    std::deque<std::byte> bytes;
    std::deque<Page> pages;
    bool read_from = true;
    bool written_to = true;
  };

  /// How many bytes of a write of `bytes` bytes go into the newest page: the remainder, or none.
  static std::uint32_t mergeable(const Pipe& pipe, std::uint32_t bytes) {
    const std::uint32_t odd = bytes % page_size;
    return !pipe.pages.empty() && pipe.pages.back().end + odd <= page_size ? odd : 0;
  }

  void close_end(PipeId pipe, bool& open) {
    open = false;
    if (!pipes_[pipe].read_from && !pipes_[pipe].written_to) free_.push_back(pipe);
  }

  std::vector<Pipe> pipes_;
  std::vector<PipeId> free_;
};

}  // namespace proactor_lab
