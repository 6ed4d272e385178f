#include "sim/time/choice_source.hpp"

namespace proactor_lab {
namespace {

// Steele and Vigna's splitmix64 finaliser: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

std::uint64_t hash(std::uint64_t mixed_seed, const Question& question) {
  const std::uint64_t key = static_cast<std::uint64_t>(question.kind) << 32 | question.occurrence;
  return mix(mix(mixed_seed ^ question.entity) ^ key);
}

/// Maps a 64-bit hash uniformly to [0, n), by multiplication (Lemire). Written in 32-bit halves,
/// because not every compiler has a 128-bit integer.
std::uint64_t scale(std::uint64_t hash, std::uint64_t n) {
  const std::uint64_t high = hash >> 32;
  const std::uint64_t low = hash & 0xFFFFFFFFu;
  if (n <= UINT32_MAX) return (high * n + (low * n >> 32)) >> 32;  // as below, but faster
  const std::uint64_t n_high = n >> 32;
  const std::uint64_t n_low = n & 0xFFFFFFFFu;
  const std::uint64_t middle = high * n_low + ((low * n_low) >> 32);
  const std::uint64_t middle_low = (middle & 0xFFFFFFFFu) + low * n_high;
  return high * n_high + (middle >> 32) + (middle_low >> 32);
}

}  // namespace

std::string_view name_of(QuestionKind kind) {
  switch (kind) {
    case QuestionKind::which_first:
      return "which_first";
    case QuestionKind::bytes_transferred:
      return "bytes_transferred";
    case QuestionKind::which_receiver:
      return "which_receiver";
    case QuestionKind::latency:
      return "latency";
    case QuestionKind::answer_delay:
      return "answer_delay";
    case QuestionKind::disk_delay:
      return "disk_delay";
    case QuestionKind::arrival:
      return "arrival";
    case QuestionKind::think:
      return "think";
    case QuestionKind::loss:
      return "loss";
    case QuestionKind::broken:
      return "broken";
    case QuestionKind::completion_order:
      return "completion_order";
    case QuestionKind::cancel_reach:
      return "cancel_reach";
    case QuestionKind::timeout_result:
      return "timeout_result";
    case QuestionKind::drain_end:
      return "drain_end";
  }
  return "unknown";
}

SeededChoices::SeededChoices(std::uint64_t seed) : mixed_seed_(mix(seed)) {}

std::uint32_t SeededChoices::pick(std::uint32_t n, const Question& question) {
  return static_cast<std::uint32_t>(scale(hash(mixed_seed_, question), n));
}

std::uint64_t SeededChoices::draw(std::uint64_t span, const Question& question) {
  return span == UINT64_MAX ? hash(mixed_seed_, question)
                            : scale(hash(mixed_seed_, question), span + 1);
}

std::uint32_t TapeChoices::pick(std::uint32_t n, const Question& question) {
  const auto found = tape_.answers.find(question);
  if (found != tape_.answers.end()) {
    if (found->second < n) return static_cast<std::uint32_t>(found->second);
    misfits_.push_back(question);
  }
  return otherwise_.pick(n, question);
}

std::uint64_t TapeChoices::draw(std::uint64_t span, const Question& question) {
  const auto found = tape_.answers.find(question);
  if (found != tape_.answers.end()) {
    if (found->second <= span) return found->second;
    misfits_.push_back(question);
  }
  return otherwise_.draw(span, question);
}

std::uint32_t RecordingChoices::pick(std::uint32_t n, const Question& question) {
  const std::uint32_t answer = source_.pick(n, question);
  tape_.answers[question] = answer;
  return answer;
}

std::uint64_t RecordingChoices::draw(std::uint64_t span, const Question& question) {
  const std::uint64_t answer = source_.draw(span, question);
  tape_.answers[question] = answer;
  return answer;
}

}  // namespace proactor_lab
