// A model's completions: those of an operation, the one that an event belongs to, what results
// mean.
#include <algorithm>

#include "traces/model/model.hpp"
#include "traces/model/verbs.hpp"

namespace proactor_lab {
namespace {

constexpr std::int64_t result_cancelled = -125;     // -ECANCELED, Linux's number on every host
constexpr std::int64_t result_timer_expired = -62;  // -ETIME: a timer that expired as requested

using Moment = std::uint32_t CompletionRecord::*;

/// Which moment of a completion an event of this kind is; null if it is none.
Moment moment_of(EventKind kind) {
  switch (kind) {
    case EventKind::operation_completed:
      return &CompletionRecord::completed;
    case EventKind::completion_queued:
      return &CompletionRecord::queued;
    case EventKind::completion_dequeued:
      return &CompletionRecord::dequeued;
    case EventKind::handler_entered:
      return &CompletionRecord::entered;
    case EventKind::handler_exited:
      return &CompletionRecord::exited;
    default:
      return nullptr;
  }
}

CompletionRecord last_of(const OperationRecord& operation) {
  return {.completed = operation.completed,
          .queued = operation.queued,
          .dequeued = operation.dequeued,
          .entered = operation.entered,
          .exited = operation.exited,
          .result = operation.result};
}

}  // namespace

std::uint32_t CompletionRecord::first_moment() const {
  std::uint32_t first = UINT32_MAX;
  for (const std::uint32_t moment : {completed, queued, dequeued, entered, exited}) {
    if (moment != 0) first = std::min(first, moment);
  }
  return first;
}

std::vector<CompletionRecord> Model::completions(const OperationRecord& operation) const {
  return completions_between(operation, 0, UINT32_MAX - 1);
}

/// Each step takes the completions of an operation in their order, so both ends of their lives
/// ascend.
std::vector<CompletionRecord> Model::completions_between(const OperationRecord& operation,
                                                         std::uint32_t from,
                                                         std::uint32_t to) const {
  std::vector<CompletionRecord> found;
  const auto is_over_before = [from](const CompletionRecord& each) {
    return each.exited != 0 && each.exited < from;
  };
  const auto begins_by = [to](const CompletionRecord& each) { return each.first_moment() <= to; };
  if (const auto earlier = earlier_.find(operation.id); earlier != earlier_.end()) {
    const std::vector<CompletionRecord>& all = earlier->second;
    const auto first = std::partition_point(all.begin(), all.end(), is_over_before);
    found.assign(first, std::partition_point(first, all.end(), begins_by));
  }
  const CompletionRecord last = last_of(operation);
  if (begins_by(last) && !is_over_before(last)) found.push_back(last);
  return found;
}

std::optional<CompletionRecord> Model::completion_about(std::uint32_t seq) const {
  const Event about = event(seq);
  const OperationRecord* record = operation(about.operation);
  const Moment moment = moment_of(about.kind);
  if (record == nullptr || moment == nullptr) return std::nullopt;
  const CompletionRecord last = last_of(*record);
  if (last.*moment == seq) return last;
  const auto earlier = earlier_.find(record->id);
  if (earlier == earlier_.end()) return std::nullopt;
  const std::vector<CompletionRecord>& all = earlier->second;
  const auto found = std::partition_point(
      all.begin(), all.end(),
      [&](const CompletionRecord& each) { return each.*moment != 0 && each.*moment < seq; });
  return found != all.end() && (*found).*moment == seq ? std::optional(*found) : std::nullopt;
}

Outcome Model::outcome(const OperationRecord& operation) const {
  return operation.completed == 0 ? Outcome::none : outcome(operation, operation.result);
}

Outcome Model::outcome(const OperationRecord& operation, std::int64_t result) const {
  const Verb& verb = verb_named(trace_.text(operation.opcode));
  if (result == result_cancelled) return Outcome::cancelled;
  if (result == result_timer_expired && verb.expires) return Outcome::ok;
  if (result < 0) return Outcome::error;
  if (verb.zero_ends && result == 0 && operation.asked_bytes > 0) return Outcome::end_of_stream;
  if (verb.falls_short && result > 0 && result < operation.asked_bytes) {
    return Outcome::short_transfer;
  }
  return Outcome::ok;
}

}  // namespace proactor_lab
