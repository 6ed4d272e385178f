// `proactor-lab` as a command: what it is asked for, and its exit codes.
#pragma once

#include <iosfwd>

namespace proactor_lab::gui {

/// 0 well; 2 bad input or usage; 3 the program itself failed. Messages go to `errors`.
int run_command(int argc, const char* const* argv, std::ostream& output, std::ostream& errors);

}  // namespace proactor_lab::gui
