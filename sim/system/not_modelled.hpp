// The simulated system refuses what it does not model, by name; it never returns a false result.
// README.md lists all of it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace proactor_lab {

/// Thrown by the call in which the situation arises, usually `wait`. The world cannot continue
/// after it: only release and destroy what runs in it.
class NotModelled final : public std::runtime_error {
 public:
  explicit NotModelled(std::string_view what)
      : std::runtime_error("not modelled: " + std::string(what)) {}
};

[[noreturn]] inline void not_modelled(std::string_view what) { throw NotModelled(what); }

}  // namespace proactor_lab
