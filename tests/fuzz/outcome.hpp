// What a play of a program showed: every completion, in the order in which it was taken, and what
// was left at the end. Also the search for a simulated world that shows the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace proactor_lab::fuzz {

/// One completion, or the return of a call that is no operation.
struct Event {
  int phase = 0;
  int step = 0;
  /// "0", an error's name, a count of bytes and where they came from ("16 <1*10 3*6>"); "+" where
  /// more will come, "b" where a provided buffer was taken.
  std::string text;
  friend auto operator<=>(const Event&, const Event&) = default;
};

struct Outcome {
  std::vector<Event> events;
  /// What is pending, with the bytes in its buffer; what the peers have received.
  std::string ending;
  /// At the end of a phase something was pending, or on the way: on a slow machine it may have come
  /// later.
  bool may_be_slow = false;

  bool operator==(const Outcome& other) const {
    return events == other.events && ending == other.ending;
  }
  bool operator<(const Outcome& other) const {
    return events != other.events ? events < other.events : ending < other.ending;
  }
};

/// "0=0 1=16 <w0*16> | 2=ECANCELED; 3 pending": phases are divided by bars.
std::string to_text(const Outcome& outcome);

/// What is compared: the order of all completions, or only that of each step's own.
enum class Compared : std::uint8_t { whole_order, each_step };

/// `outcome` with completions of one phase sorted by their steps.
Outcome sorted_by_step(Outcome outcome);

/// Outcomes that no world has shown yet. While a world is played it says whether that can still
/// show one of them.
class Unexplained {
 public:
  struct Seen {
    Outcome outcome;
    Compared compared = Compared::whole_order;
    std::string arm;  ///< the system that showed it
  };
  /// One that has been added before is not added again.
  void add(const Outcome& outcome, Compared compared, const std::string& arm);
  bool empty() const { return wanted_.empty(); }
  const Seen& first() const { return wanted_.front(); }

  /// A new world begins.
  void begin_world();
  /// False: the world can show none of them any more.
  bool accepts(const Event& event);
  bool accepts_end_of_phase(int phase);
  /// Forgets those that the world, which is over, has shown.
  void explain(const Outcome& outcome);

 private:
  struct Wanted : Seen {
    std::vector<int> found;  // by event: this world has shown it
    std::size_t count = 0;   // of those
    bool possible = true;
  };
  static bool accept(Wanted& wanted, const Event& event);
  bool any_possible() const;

  std::vector<Wanted> wanted_;
};

}  // namespace proactor_lab::fuzz
