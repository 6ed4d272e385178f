// The differential fuzzer: a program is played live, and in simulated worlds until each live
// outcome was met in one. An outcome that no world has is a divergence: the simulator allows too
// little, or the live side does wrong. It is then shrunk.
//
// What makes the comparison fair:
// - Simulated, nothing takes time, so every order of what is under way is a world
//   (simulated_stage.hpp). Live, the machine picks one.
// - Only results and bytes are compared, step by step: not the order of completions, which the
//   kernel is free to choose, but all that follows from it, as steps come after others.
// - What is pending when the outcome is taken may only have been slow. So an outcome with pending
//   steps counts only if it is seen again with much patience.
// - No divergence is told of a program whose worlds were not all visited: it is not judged.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sim/explore/search.hpp"
#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

/// A system that programs are played on, under its name. It gives the outcome after so much
/// patience.
struct Arm {
  std::string name;
  std::function<Outcome(const Program&, Duration patience)> play;
};

struct FuzzConfig {
  SearchBudget search;
  int plays = 2;                        ///< of a program on each arm
  int confirmations = 5;                ///< patient plays where one had pending steps
  Duration patience{1'500'000};         ///< at first
  Duration much_patience{150'000'000};  ///< before something counts as pending
  int shrink_plays = 12;                ///< a divergence may be rare
  int shrink_attempts = 120;
};

enum class Verdict : std::uint8_t { agrees, diverges, not_judged };

struct Judgement {
  Verdict verdict = Verdict::agrees;
  std::string arm;  ///< where it diverges: which, and what was seen
  Outcome seen;
  std::set<Outcome> allowed;  ///< met in simulated worlds; all there are where it diverges
  std::size_t worlds = 0;
};

struct Divergence {
  Program found;
  Program shrunk;
  Judgement judgement;  ///< of the shrunk one
};

class Fuzzer {
 public:
  Fuzzer(const FuzzConfig& config, std::vector<Arm> arms)
      : config_(config), arms_(std::move(arms)) {}

  Judgement judge(const Program& program) const { return judge(program, config_.plays); }
  /// The smallest program near `program` that still diverges.
  Divergence shrink(const Program& program, const Judgement& judgement) const;

 private:
  Judgement judge(const Program& program, int plays) const;
  bool confirm(const Program& program, const Arm& arm, Judgement& judgement) const;

  FuzzConfig config_;
  std::vector<Arm> arms_;
};

/// The live systems that the kernel grants.
std::vector<Arm> live_arms();
/// The simulated system as scenarios use it: what it usually does must be something that it may do.
Arm usual_arm();

/// For people: the program, what was seen and what is allowed.
std::string to_text(const Program& program, const Judgement& judgement);

}  // namespace proactor_lab::fuzz
