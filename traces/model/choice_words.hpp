// What the simulated system asked itself, in words: the questions of `choice_made` events, and what
// each of their answers means.
#pragma once

#include <cstdint>
#include <string_view>

namespace proactor_lab {

/// "which of the things due at this moment comes first"; a question that is not known has no words.
std::string_view words_of_question(std::string_view question);

/// What `answer` of `options` stands for, "half of the bytes"; empty where the answers differ only
/// by their number.
std::string_view words_of_answer(std::string_view question, std::int64_t answer,
                                 std::uint16_t options);

}  // namespace proactor_lab
