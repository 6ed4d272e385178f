// Which situations programs have covered: verb, kind of handle, flag or link, and whether in the
// first phase or a later one. A cell that no program reached is a blind spot.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

enum class HandleClass : std::uint8_t {
  connection,  ///< a to d
  stream,      ///< s, t
  listener,
  unconnected,
  reader,
  writer,
  datagram,
  file,
  closed,
  none,
};
inline constexpr int handle_classes = 10;
HandleClass class_of(char handle);
/// The letters of that class.
std::string_view handles_of(HandleClass handle_class);

/// What a step may have in addition to its verb.
enum class Extra : std::uint8_t {
  nothing,
  drain,
  skip_success,
  soft_link,
  hard_link,
  behind_link,  ///< the step before it is linked to it
  bounded,      ///< a link timeout limits it
  after,        ///< started when another is over
};
inline constexpr int extras = 8;

/// A verb in one of its forms, such as "receive many".
struct Form {
  Step step;  ///< its verb, and the fields that make the form
  std::string name;
};
const std::vector<Form>& forms();

struct Cell {
  std::size_t form = 0;
  HandleClass handle = HandleClass::none;
  Extra extra = Extra::nothing;
  bool later = false;  ///< not in the first phase
};
/// All cells.
const std::vector<Cell>& cells();
std::string to_text(const Cell& cell);

class Coverage {
 public:
  Coverage();
  void count(const Program& program);
  /// Indices into `cells()`.
  std::vector<std::size_t> empty_cells() const;
  std::uint64_t at(std::size_t cell) const { return counts_[cell]; }
  /// In one line, for people.
  std::string summary() const;
  /// Also one line per form, and the empty cells.
  std::string report() const;

 private:
  std::vector<std::uint64_t> counts_;
  std::array<std::uint64_t, 9> acts_{};
  std::uint64_t steps_ = 0;
};

}  // namespace proactor_lab::fuzz
