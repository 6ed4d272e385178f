// The command `proactor-lab`: its options and exit codes.
#pragma once

#include <iosfwd>

namespace proactor_lab::gui {

/// Returns 0: success; 2: bad input or usage; 3: the program itself failed. Prints messages to
/// `errors`.
int run_command(int argc, const char* const* argv, std::ostream& output, std::ostream& errors);

}  // namespace proactor_lab::gui
