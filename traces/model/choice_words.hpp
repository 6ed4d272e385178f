// Words for the simulated system's choices: the questions of `choice_made` events, and the meaning
// of each of their answers.
#pragma once

#include <cstdint>
#include <string_view>

namespace proactor_lab {

/// "which of the things due at this moment comes first"; empty for an unknown question.
std::string_view words_of_question(std::string_view question);

/// The meaning of answer number `answer` among `options`: "half of the bytes". Empty if the answers
/// differ only by their number.
std::string_view words_of_answer(std::string_view question, std::int64_t answer,
                                 std::uint16_t options);

}  // namespace proactor_lab
