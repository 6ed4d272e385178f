// Why an event happened at its time, for the inspector: its causes back towards the run's start,
// and why time passed between each cause and its effect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/explain/waiting_words.hpp"

namespace proactor_lab::gui {

/// Caches its result from frame to frame, because the reasons may require a search through the run.
class CauseChain {
 public:
  struct Link {
    std::uint32_t seq = 0;
    std::string passed;  ///< "53.1 µs passed: ..." until its effect; empty: no time
  };

  /// The chain from the event to its causes, cut at the length that is shown. The model must stay
  /// valid until the next call, or until `forget`.
  const std::vector<Link>& of(const Model& model, std::uint32_t seq);

  /// Call this before models passed to `of` are destroyed.
  void forget() { model_ = nullptr; }

  /// True if the last link has further causes.
  bool is_cut() const { return cut_; }

 private:
  const Model* model_ = nullptr;
  std::optional<WaitingWords> words_;
  std::uint32_t seq_ = 0;
  std::vector<Link> links_;
  bool cut_ = false;
};

}  // namespace proactor_lab::gui
