// The differential fuzzer: a program is played live, and in simulated worlds until each live
// outcome was met in one. An outcome that no world has is a divergence: the simulator allows too
// little, or the live side does wrong.
//
// What makes the comparison fair:
// - Simulated, nothing takes time, so every order of what is under way is a world
//   (simulated_stage.hpp). Live, the machine picks one.
// - Of io_uring and the simulated system the whole order of completions is compared; of epoll,
// which
//   promises no order between handles, that of each step's own.
// - What is pending at the end of a phase may only have been slow. Such an outcome counts only if
//   one that no world has is seen again with much patience.
// - A program whose worlds are more than the budget is not judged.
// - A program that needs what the simulation does not reproduce (NotModelled) is refused.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/explore/search.hpp"
#include "tests/fuzz/play.hpp"
#include "tests/fuzz/watchdog.hpp"

namespace proactor_lab::fuzz {

/// A system that programs are played on.
struct Arm {
  std::string name;
  Compared compared = Compared::whole_order;
  /// The outcome after so much patience.
  std::function<Outcome(const Program&, Duration patience)> play;
  /// Whether it is made for the program; null: always.
  std::function<bool(const Program&)> can_play{};
};

struct FuzzConfig {
  SearchBudget search{.worlds_max = 50'000, .random_worlds = 300};
  int plays = 2;                       ///< of a program on each arm
  int confirmations = 6;               ///< patient plays if one had something pending
  Duration patience{1'000'000};        ///< at first
  Duration much_patience{40'000'000};  ///< before something counts as pending
  int shrink_plays = 8;                ///< a divergence may be rare
  int shrink_attempts = 250;
};

enum class Verdict : std::uint8_t {
  agrees,
  diverges,
  slow,        ///< it only seemed to diverge, as completions came late
  not_judged,  ///< there are more worlds than the budget
  refused,     ///< not modelled
};
inline constexpr int verdicts = 5;

struct Judgement {
  Verdict verdict = Verdict::agrees;
  std::string arm;  ///< on which it diverges
  Outcome seen;     ///< and what was seen
  std::string refusal;
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

  Judgement judge(const Program& program) const { return judge(program, config_.plays, ""); }
  /// The smallest program near `program` that still diverges on the same arm.
  Divergence shrink(const Program& program, const Judgement& judgement) const;
  /// For people: the program, what was seen, and of what the worlds show that which is nearest.
  std::string to_text(const Program& program, const Judgement& judgement) const;

 private:
  Judgement judge(const Program& program, int plays, const std::string& only_arm) const;
  SearchEnd explain(const Program& program, Unexplained& unexplained, Judgement& judgement) const;
  std::vector<Outcome> outcomes_near(const Program& program, const Outcome& seen) const;

  FuzzConfig config_;
  std::vector<Arm> arms_;
};

/// The live systems that the kernel grants. Each play is watched.
std::vector<Arm> live_arms(Watchdog& watchdog);
/// The simulated system as scenarios use it: what it usually does must be something that it may do.
Arm usual_arm();

}  // namespace proactor_lab::fuzz
