#include "sim/simulated_back_ends.hpp"

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
      if (network_.available(end) > 0) readable(end, cause);
    }
  }
}

void SimulatedBackEnds::readable(EndId end, FactIndex cause) {
  const BackEnd& back_end = back_ends_[network_.tag(end)];
  std::uint32_t count = 0;
  while (std::uint32_t taken = network_.take(end, scratch_)) count += taken;
  if (count == 0) {
    if (!unsent_.contains(end)) network_.shutdown_send(end, cause);
    return;
  }
  if (recorder_ != nullptr) {
    cause = recorder_->record({.value = count,
                               .extra = fact_text(back_end.label),
                               .cause = cause,
                               .handle = connection_fact(end),
                               .kind = FactKind::client_received});
  }
  const Duration delay = back_end.script.answer_after.draw(
      schedule_.choices(), {QuestionKind::answer_delay, end, answers_++});
  schedule_.at(schedule_.now() + delay, {this, 0, end, cause, 0});
}

void SimulatedBackEnds::on_event(const ScheduledEvent& event) {
  const EndId end = event.subject;
  const std::uint32_t size = back_ends_[network_.tag(end)].script.answer_bytes;
  const auto before = unsent_.find(end);
  if (before != unsent_.end()) {
    before->second += size;
    return;
  }
  const std::uint32_t sent = send(end, size, event.cause);
  if (sent < size && !network_.was_reset(end)) unsent_[end] = size - sent;
}

void SimulatedBackEnds::writable(EndId end, FactIndex cause) {
  const auto rest = unsent_.find(end);
  if (rest == unsent_.end()) return;
  if (!network_.was_reset(end)) rest->second -= send(end, rest->second, cause);
  if (rest->second > 0 && !network_.was_reset(end)) return;
  unsent_.erase(rest);
  if (network_.ended(end)) network_.shutdown_send(end, cause);  // it waited for this
}

/// Gives the network as many of `bytes` as it takes.
std::uint32_t SimulatedBackEnds::send(EndId end, std::uint64_t bytes, FactIndex cause) {
  const auto count =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, network_.space(end)));
  if (count == 0) return 0;
  if (recorder_ != nullptr) {
    cause = recorder_->record({.value = count,
                               .extra = fact_text(back_ends_[network_.tag(end)].label),
                               .cause = cause,
                               .handle = connection_fact(end),
                               .kind = FactKind::client_sent});
  }
  if (scratch_.size() < count) scratch_.resize(count);
  std::memset(scratch_.data(), 'y', count);
  return network_.send(end, std::span(scratch_).first(count), cause);
}

}  // namespace proactor_lab
