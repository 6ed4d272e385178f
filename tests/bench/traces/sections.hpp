// The sections of the bench. Each prints its own table.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/common/verdicts.hpp"

namespace proactor_lab::bench {

/// A trace file in memory (/dev/shm). The destructor removes it.
class TraceFile {
 public:
  /// Runs the echo server with 10,000 clients for about `events` events.
  explicit TraceFile(std::uint64_t events);
  ~TraceFile();
  TraceFile(TraceFile&&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::string path_;
  std::uint64_t bytes_ = 0;
};

void measure_a_million(bool quick, Verdicts& verdicts);
void measure_ten_millions(bool quick, Verdicts& verdicts);

}  // namespace proactor_lab::bench
