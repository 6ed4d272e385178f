// The differential fuzzer. A program is played live, and then in simulated worlds until each live
// outcome was seen in one. An outcome that no world has is a divergence: the simulator allows too
// little, or the live side is wrong.
//
// What makes the comparison fair:
// - In the simulation nothing takes time, so every order of pending work is a world
//   (simulated_stage.hpp). Live, the machine picks one order.
// - For io_uring and the simulated system the whole order of completions is compared. For epoll,
//   which promises no order between handles, only each step's own order is compared.
// - An operation that is pending at the end of a phase may only have been slow. Such an outcome
//   counts only if an outcome that no world has is seen again with much patience.
// - A program with more worlds than the budget is not judged.
// - A program that needs what the simulation does not model (NotModelled) is refused.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/explore/search.hpp"
#include "tests/fuzz/play.hpp"
#include "tests/fuzz/watchdog.hpp"

namespace proactor_lab::fuzz {

/// A system on which programs are played.
struct Arm {
  std::string name;
  Compared compared = Compared::whole_order;
  /// Plays the program. `patience` is how long a phase waits without a completion.
  std::function<Outcome(const Program&, Duration patience)> play;
  /// Whether the system can play the program; null: always.
  std::function<bool(const Program&)> can_play{};
};

struct FuzzConfig {
  SearchBudget search{.worlds_max = 50'000, .random_worlds = 300};
  int plays = 2;                       ///< of a program on each arm
  int confirmations = 6;               ///< patient plays, if an operation was pending
  Duration patience{1'000'000};        ///< of the first plays
  Duration much_patience{40'000'000};  ///< before an operation counts as pending
  int shrink_plays = 8;                ///< a divergence may be rare
  int shrink_attempts = 250;
};

enum class Verdict : std::uint8_t {
  agrees,
  diverges,
  slow,        ///< it only seemed to diverge, because completions came late
  not_judged,  ///< there are more worlds than the budget
  refused,     ///< not modelled
};
inline constexpr int verdicts = 5;

struct Judgement {
  Verdict verdict = Verdict::agrees;
  std::string arm;  ///< on which it diverges
  Outcome seen;     ///< the outcome that no world has
  std::string refusal;
  std::size_t worlds = 0;
};

struct Divergence {
  Program found;
  Program shrunk;
  Judgement judgement;  ///< of the shrunk program
};

class Fuzzer {
 public:
  Fuzzer(const FuzzConfig& config, std::vector<Arm> arms)
      : config_(config), arms_(std::move(arms)) {}

  Judgement judge(const Program& program) const { return judge(program, config_.plays, ""); }
  /// The smallest program near `program` that still diverges on the same arm.
  Divergence shrink(const Program& program, const Judgement& judgement) const;
  /// For people: the program, the outcome seen, and the nearest outcome that a world shows.
  std::string to_text(const Program& program, const Judgement& judgement) const;

 private:
  Judgement judge(const Program& program, int plays, const std::string& only_arm) const;
  SearchEnd explain(const Program& program, Unexplained& unexplained, Judgement& judgement) const;
  std::vector<Outcome> outcomes_near(const Program& program, const Outcome& seen) const;

  FuzzConfig config_;
  std::vector<Arm> arms_;
};

/// The live systems that the kernel permits. `watchdog` watches each play and must outlive the
/// arms.
std::vector<Arm> live_arms(Watchdog& watchdog);
/// The simulated system as scenarios use it: its usual outcome must be one that it allows.
Arm usual_arm();

}  // namespace proactor_lab::fuzz
