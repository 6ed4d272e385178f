// Why an event happened now, as the inspector tells it: its causes back towards the run's start,
// and why time passed between each and what it caused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/explain/waiting_words.hpp"

namespace proactor_lab::gui {

/// Kept from frame to frame: why time passed may take a look through the run.
class CauseChain {
 public:
  struct Link {
    std::uint32_t seq = 0;
    std::string passed;  ///< "53.1 µs passed: ..." until what it caused; empty: no time did
  };

  /// The event first. No longer than is shown: a long run's chain is long. The model must outlive
  /// the next call.
  const std::vector<Link>& of(const Model& model, std::uint32_t seq);

  /// Before models that were asked about end.
  void forget() { model_ = nullptr; }

  /// There are more causes before the last.
  bool is_cut() const { return cut_; }

 private:
  const Model* model_ = nullptr;
  std::optional<WaitingWords> words_;
  std::uint32_t seq_ = 0;
  std::vector<Link> links_;
  bool cut_ = false;
};

}  // namespace proactor_lab::gui
