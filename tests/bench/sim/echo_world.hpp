// A simulated world with an echo server and clients that never stop sending: the real Proactor and
// the real SimulatedOs. Only the scenario file is missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/values/time.hpp"
#include "sim/time/choice_source.hpp"
#include "traces/recording/memory_recorder.hpp"

namespace proactor_lab::bench {

struct EchoWorldOptions {
  std::uint32_t clients = 100;
  bool tied = false;  ///< all latencies are equal: many events are due at one instant
  MemoryRecorder* recorder = nullptr;  ///< null: untraced
};

/// Each client sends 64 bytes and gets them back, repeatedly.
class EchoWorld {
 public:
  explicit EchoWorld(const EchoWorldOptions& options);
  ~EchoWorld();

  /// Runs until `completions` more handlers have been called.
  void run(std::uint64_t completions);
  std::uint64_t completions() const;

  /// Writes the trace so far, as JSON, to the file at `path`. Returns the number of bytes.
  std::uint64_t write_trace(const char* path) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace proactor_lab::bench
