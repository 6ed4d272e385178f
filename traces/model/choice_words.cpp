#include "traces/model/choice_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>

namespace proactor_lab {
namespace {

struct Words {
  std::string_view name;
  std::string_view question;
  std::span<const std::string_view> answers;
};

constexpr std::array<std::string_view, 3> bytes_moved{"all of the bytes", "half of the bytes",
                                                      "one byte"};
constexpr std::array<std::string_view, 2> orders{"at once", "after all that was submitted with it"};
constexpr std::array<std::string_view, 5> reaches{
    "it is cancelled", "no thread could be had for it: it is cancelled, and not found (ENOENT)",
    "it is too far gone (EALREADY), and stops all the same",
    "it is too far gone (EALREADY), and goes on", "it is over and only not told yet (ENOENT)"};
constexpr std::array<std::string_view, 3> timeouts{
    "it was cancelled (ECANCELED)", "it found nothing (ENOENT)", "its time was up (ETIME)"};

constexpr std::array<std::string_view, 2> drain_ends{"when the last that waited for it is over",
                                                     "when the last that waited for it begins"};

constexpr std::array all{
    Words{"which_first", "which of the things due at this moment comes first", {}},
    Words{"bytes_transferred", "how many bytes a transfer moves", bytes_moved},
    Words{"which_receiver", "which of the operations that wait gets the bytes", {}},
    Words{"completion_order", "when what follows on an operation happens", orders},
    Words{"cancel_reach", "how far the operation is that a cancel aims at", reaches},
    Words{"timeout_result", "what a timeout says that was too late by nothing", timeouts},
    Words{"drain_end", "until when what comes after a drain waits for all before it", drain_ends},
};

const Words* words_of(std::string_view question) {
  const auto* found = std::find_if(all.begin(), all.end(),
                                   [&](const Words& words) { return words.name == question; });
  return found == all.end() ? nullptr : found;
}

}  // namespace

std::string_view words_of_question(std::string_view question) {
  const Words* words = words_of(question);
  return words == nullptr ? std::string_view{} : words->question;
}

std::string_view words_of_answer(std::string_view question, std::int64_t answer,
                                 std::uint16_t options) {
  const Words* words = words_of(question);
  if (words == nullptr || answer < 0 || answer >= options) return {};
  const std::size_t known = words->answers.size();
  if (options > known) return {};
  // If an operation has progressed further, the first answers of a cancel's question do not apply.
  const std::size_t skipped = question == "cancel_reach" ? known - options : 0;
  return words->answers[static_cast<std::size_t>(answer) + skipped];
}

}  // namespace proactor_lab
