#include "sim/world/simulated_back_ends.hpp"

#include <algorithm>
#include <cstring>

namespace proactor_lab {

SimulatedBackEnds::SimulatedBackEnds(Network& network, Schedule& schedule, Recorder* recorder)
    : network_(network), schedule_(schedule), recorder_(recorder), scratch_(4096) {}

void SimulatedBackEnds::add(const BackEndScript& script) {
  BackEnd& back_end = back_ends_.emplace_back();
  back_end.script = script;
  if (recorder_ != nullptr) back_end.label = recorder_->keep(script.name);
  network_.listen(script.port, this, script.link);
}

void SimulatedBackEnds::acceptable(std::uint16_t port, FactIndex cause) {
  for (std::uint32_t i = 0; i < back_ends_.size(); ++i) {
    if (back_ends_[i].script.port != port) continue;
    while (network_.acceptable(port)) {
      const EndId end = network_.accept(port);
      network_.adopt(end, this, i);
      if (end >= conversations_.size()) conversations_.resize(end + 1);
      conversations_[end] = {};
      if (network_.available(end) > 0) readable(end, cause);
    }
  }
}

void SimulatedBackEnds::readable(EndId end, FactIndex cause) {
  const BackEnd& back_end = back_ends_[network_.tag(end)];
  const std::uint32_t count = network_.discard(end, UINT32_MAX);
  if (count == 0) return end_if_said_all(end, cause);
  if (recorder_ != nullptr) {
    cause = recorder_->record({.value = count,
                               .extra = fact_text(back_end.label),
                               .cause = cause,
                               .handle = connection_fact(end),
                               .kind = FactKind::client_received});
  }
  const Duration delay = back_end.script.answer_after.draw(
      schedule_.choices(), {QuestionKind::answer_delay, end, answers_++});
  ++conversations_[end].due;
  schedule_.at(schedule_.now() + delay, {this, 0, end, cause, 0});
}

void SimulatedBackEnds::on_event(const ScheduledEvent& event) {
  const EndId end = event.subject;
  Conversation& conversation = conversations_[end];
  const bool waits_for_room = conversation.unsent > 0;
  --conversation.due;
  conversation.unsent += back_ends_[network_.tag(end)].script.answer_bytes;
  if (!waits_for_room) send_unsent(end, event.cause);
}

void SimulatedBackEnds::writable(EndId end, FactIndex cause) {
  if (conversations_[end].unsent > 0) send_unsent(end, cause);
}

/// Sends as many bytes as the network takes.
void SimulatedBackEnds::send_unsent(EndId end, FactIndex cause) {
  if (network_.was_reset(end)) return;
  std::uint64_t& unsent = conversations_[end].unsent;
  const auto count =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(unsent, network_.space(end)));
  if (count > 0) {
    if (recorder_ != nullptr) {
      cause = recorder_->record({.value = count,
                                 .extra = fact_text(back_ends_[network_.tag(end)].label),
                                 .cause = cause,
                                 .handle = connection_fact(end),
                                 .kind = FactKind::client_sent});
    }
    if (scratch_.size() < count) scratch_.resize(count);
    std::memset(scratch_.data(), 'y', count);
    unsent -= network_.send(end, std::span(scratch_).first(count), cause);
  }
  if (network_.ended(end)) end_if_said_all(end, cause);
}

/// The peer has ended its stream: ends this one once every answer is sent.
void SimulatedBackEnds::end_if_said_all(EndId end, FactIndex cause) {
  const Conversation& conversation = conversations_[end];
  if (conversation.unsent == 0 && conversation.due == 0) network_.shutdown_send(end, cause);
}

}  // namespace proactor_lab
