// Reads and writes choice tapes as files: {"format":1,"answers":[{"question":"which_first",
// "entity":0,"occurrence":0,"answer":1}, ...]}. The input is untrusted.
#pragma once

#include <string>

#include "sim/time/choice_source.hpp"

namespace proactor_lab {

/// Throws InputError if the file cannot be read or is not a valid tape.
Tape read_tape_file(const std::string& path);
std::string to_json(const Tape& tape);

}  // namespace proactor_lab
