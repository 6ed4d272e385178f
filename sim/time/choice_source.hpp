// Every decision of the simulated world is a question to a ChoiceSource. A question has a key
// (kind, entity, occurrence), so an answer keeps its meaning when a scenario is edited elsewhere.
// The source determines the run: a seed makes it reproducible, a tape replays it.
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
  which_receiver,  ///< of operations waiting on one handle, with full freedom; entity: the socket
  latency,         ///< of one segment; entity: the stream end
  answer_delay,    ///< of a back end; entity: the stream end
  disk_delay,      ///< of an operation on a file; entity: the file's number + 1, opening: 0
  arrival,         ///< the gap before a client of a crowd; entity: the crowd
  think,           ///< a client's pause before a request; entity: the stream end
  loss,            ///< of a segment, in millionths; entity: the stream end
  broken,  ///< whether the network breaks a connection, in millionths; entity: the stream end
  // Asked only if a scenario gives the kernel full freedom; entity: the operation, or 0.
  completion_order,  ///< what follows on it: at once (0), or after all that was submitted with it
  cancel_reach,      ///< of an operation that a thread works on: cancelled (0, 1), EALREADY (2) or
                     ///< ENOENT
  timeout_result,    ///< if its target ends at the same moment: ECANCELED (0), ENOENT or ETIME
  drain_end,         ///< with the last operation that waited: at its end (0), or when it begins
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
  /// Returns a number below `n`. Asked only if n > 1 and every answer leads to a possible world.
  virtual std::uint32_t pick(std::uint32_t n, const Question& question) = 0;
  /// Returns a number in [0, span], uniformly distributed.
  virtual std::uint64_t draw(std::uint64_t span, const Question& question) = 0;
};

/// Answers depend only on hash(seed, key): there is no state, so no question influences another.
class SeededChoices final : public ChoiceSource {
 public:
  explicit SeededChoices(std::uint64_t seed);
  std::uint32_t pick(std::uint32_t n, const Question& question) override;
  std::uint64_t draw(std::uint64_t span, const Question& question) override;

 private:
  std::uint64_t mixed_seed_;
};

/// The answers that were given in a run, by key.
struct Tape {
  std::map<Question, std::uint64_t> answers;
};

/// Answers from a tape; a question that is not on the tape goes to `otherwise`. An answer that is
/// out of range is recorded in `misfits` and replaced.
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

/// Passes questions on and records the answers.
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
