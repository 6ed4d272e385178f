// Everything the simulated world decides is a question put to a ChoiceSource. A question has a key
// (kind, entity, occurrence), so that an answer keeps its meaning when a scenario is edited
// elsewhere. Who answers decides what a run is: a seed makes it reproducible, a tape replays it.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

namespace proactor_lab {

enum class QuestionKind : std::uint8_t {
  which_first,        ///< of events due at one instant; entity: the instant in nanoseconds
  bytes_transferred,  ///< all, half or one; entity: the stream end, or 2^32 + a file's number
  which_receiver,     ///< of those that wait on one handle, with full freedom; entity: the socket
  latency,            ///< of one segment; entity: the stream end
  answer_delay,       ///< of a back end; entity: the stream end
  disk_delay,         ///< of an operation on a file; entity: the file's number + 1, opening: 0
  arrival,            ///< the gap before a client of a crowd; entity: the crowd
  think,              ///< a client's pause before a request; entity: the stream end
  loss,               ///< of a segment, in millionths; entity: the stream end
  broken,             ///< whether the network breaks a connection, likewise
  // Asked only where a scenario gives the kernel its full freedom; entity: the operation.
  completion_order,  ///< what follows on it: at once (0), or after all submitted with it
  cancel_reach,      ///< of what a thread is at work on: cancelled (0, 1), EALREADY (2) or ENOENT
  timeout_result,    ///< its target wins at its moment: ECANCELED (0), ENOENT or ETIME
  drain_end,         ///< with the last that waited: when that is over (0), or when it begins
};
inline constexpr int question_count = static_cast<int>(QuestionKind::drain_end) + 1;
std::string_view name_of(QuestionKind kind);

struct Question {
  QuestionKind kind{};
  std::uint64_t entity = 0;
  std::uint32_t occurrence = 0;
  friend auto operator<=>(const Question&, const Question&) = default;
};

class ChoiceSource {
 public:
  virtual ~ChoiceSource() = default;
  /// A number below `n`. Asked only where n > 1 and every answer is a possible world.
  virtual std::uint32_t pick(std::uint32_t n, const Question& question) = 0;
  /// A number in [0, span], evenly.
  virtual std::uint64_t draw(std::uint64_t span, const Question& question) = 0;
};

/// Answers from hash(seed, key) alone: no state, so no question influences another.
class SeededChoices final : public ChoiceSource {
 public:
  explicit SeededChoices(std::uint64_t seed);
  std::uint32_t pick(std::uint32_t n, const Question& question) override;
  std::uint64_t draw(std::uint64_t span, const Question& question) override;

 private:
  std::uint64_t mixed_seed_;
};

/// Answers by key, as they were given in some run.
struct Tape {
  std::map<Question, std::uint64_t> answers;
};

/// Answers from a tape; where the tape is silent, `otherwise` is asked. An answer that is out of
/// range is counted in `misfits` and replaced.
class TapeChoices final : public ChoiceSource {
 public:
  TapeChoices(const Tape& tape, ChoiceSource& otherwise) : tape_(tape), otherwise_(otherwise) {}
  std::uint32_t pick(std::uint32_t n, const Question& question) override;
  std::uint64_t draw(std::uint64_t span, const Question& question) override;

  const std::vector<Question>& misfits() const { return misfits_; }

 private:
  const Tape& tape_;
  ChoiceSource& otherwise_;
  std::vector<Question> misfits_;
};

/// Passes questions on and keeps the answers.
class RecordingChoices final : public ChoiceSource {
 public:
  RecordingChoices(ChoiceSource& source, Tape& tape) : source_(source), tape_(tape) {}
  std::uint32_t pick(std::uint32_t n, const Question& question) override;
  std::uint64_t draw(std::uint64_t span, const Question& question) override;

 private:
  ChoiceSource& source_;
  Tape& tape_;
};

}  // namespace proactor_lab
