// Plays a program once, on whatever system it is given, and tells how each step ended.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/operating_system.hpp"
#include "core/proactor.hpp"
#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

/// How each step ended, in words: "ok", the name of an error, a count of bytes and which steps they
/// came from ("16 <1*10 3*6>", those of the file being "file"), several of them where it completed
/// again and again; "pending", or "not begun".
using Outcome = std::vector<std::string>;
std::string to_text(const Outcome& outcome);

/// The two roles that a Proactor needs, played by the system itself or by somebody who stands
/// between. `wait` is false once nothing more will happen, or for as long as the player is willing
/// to wait: then the outcome is taken.
class Stage : public AsyncOperationProcessor, public AsyncEventDemultiplexer {
 public:
  virtual OperatingSystem& os() = 0;
  /// The program begins: handles have been opened and connected.
  virtual void begin() = 0;
  /// How long a timer runs which does not last for ever.
  virtual Duration short_delay() = 0;
};

/// What the file has in it at first.
inline constexpr std::size_t file_bytes = 32;
inline constexpr std::byte file_byte{0xFE};

/// `file` is the path of a file with `file_bytes` bytes, each `file_byte`. Throws std::system_error
/// where the handles cannot be had. When it returns nothing of the program is under way any more.
Outcome play(const Program& program, Stage& stage, const std::string& file);

}  // namespace proactor_lab::fuzz
