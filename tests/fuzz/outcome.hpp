// What a play of a program showed: every completion in the order in which it was taken, and the
// state at the end. Also the search for a simulated world that shows the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace proactor_lab::fuzz {

/// One completion, or the return of a call that is no operation.
struct Event {
  int phase = 0;
  int step = 0;
  /// "0", an error's name, or a number of bytes and their sources ("16 <1*10 3*6>"). "+": more will
  /// come. "b": a provided buffer was used.
  std::string text;
  friend auto operator<=>(const Event&, const Event&) = default;
};

struct Outcome {
  std::vector<Event> events;
  /// Pending operations with the bytes in their buffers, and the bytes that the peers have
  /// received.
  std::string ending;
  /// At the end of a phase an operation was pending, or bytes were on the way: on a slow machine
  /// they may have come later.
  bool may_be_slow = false;

  bool operator==(const Outcome& other) const {
    return events == other.events && ending == other.ending;
  }
  bool operator<(const Outcome& other) const {
    return events != other.events ? events < other.events : ending < other.ending;
  }
};

/// "0=0 1=16 <w0*16> | 2=ECANCELED; 3 pending": bars separate phases.
std::string to_text(const Outcome& outcome);

/// What is compared: the order of all completions, or only the order of each step's own.
enum class Compared : std::uint8_t { whole_order, each_step };

/// `outcome` with completions of one phase sorted by their steps.
Outcome sorted_by_step(Outcome outcome);

/// Outcomes that no world has shown yet. During the play of a world it reports whether the world
/// can still show one of them.
class Unexplained {
 public:
  struct Seen {
    Outcome outcome;
    Compared compared = Compared::whole_order;
    std::string arm;  ///< the system that showed it
  };
  /// An outcome that was added before is not added again.
  void add(const Outcome& outcome, Compared compared, const std::string& arm);
  bool empty() const { return wanted_.empty(); }
  const Seen& first() const { return wanted_.front(); }

  /// Call when a new world begins.
  void begin_world();
  /// False: the world can no longer show any of them.
  bool accepts(const Event& event);
  bool accepts_end_of_phase(int phase);
  /// Removes the outcomes that the finished world has shown.
  void explain(const Outcome& outcome);

 private:
  struct Wanted : Seen {
    std::vector<int> found;  // by event: 1 if this world has shown it
    std::size_t count = 0;   // number of found events
    bool possible = true;
  };
  static bool accept(Wanted& wanted, const Event& event);
  bool any_possible() const;

  std::vector<Wanted> wanted_;
};

}  // namespace proactor_lab::fuzz
