// Runs plab as a user does, to its end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/support/command.hpp"

namespace proactor_lab::testing {

struct PlabRun {
  int code = 0;
  std::string out;
  std::string err;
};

/// Runs plab with `words` as arguments.
inline PlabRun run_plab(const TemporaryFolder& folder, std::vector<std::string> words) {
  words.insert(words.begin(), PROACTOR_LAB_PLAB);
  Command command(folder, std::move(words));
  const int code = command.wait();
  return {code, command.out(), command.err()};
}

}  // namespace proactor_lab::testing
