#include "tests/fuzz/simulated_stage.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr const char* file_path = "file";
constexpr const char* no_file_path = "missing";

/// Segments of one stream are due a nanosecond apart, to keep their order. All events due within
/// this duration count as due at once.
constexpr Duration at_once{1'000};
/// Later than everything that is due at once, and earlier than lasting timers.
constexpr Duration late{1'000'000};
constexpr Duration looked_at{1'000'000'000};
constexpr Duration usual_latency{10'000};
constexpr Duration usual_delay{50'000};
constexpr std::uint16_t world_port = 2;

}  // namespace

// --- The world -----------------------------------------------------------------------------------

PeerId SimulatedWorld::connect(Endpoint listener) {
  Peer& peer = peers_.emplace_back();
  peer.end = network_.open(&peer, 0, "peer");
  network_.connect(peer.end, listener.port, 0);
  return peers_.size() - 1;
}

void SimulatedWorld::send(PeerId peer, std::span<const std::byte> bytes) {
  network_.send(peers_[peer].end, bytes, 0);
}

void SimulatedWorld::finish(PeerId peer) { network_.shutdown_send(peers_[peer].end, 0); }
void SimulatedWorld::reset(PeerId peer) { network_.reset(peers_[peer].end, 0); }
void SimulatedWorld::close(PeerId peer) { network_.close(peers_[peer].end, 0); }

void SimulatedWorld::send_datagram(Endpoint to, std::span<const std::byte> bytes) {
  datagrams_.send(world_port, to.port, bytes, 0);
}

World::Received SimulatedWorld::received(PeerId peer) {
  const EndId end = peers_[peer].end;
  Received received;
  received.bytes.resize(network_.available(end));
  network_.take(end, received.bytes);
  received.ended = network_.ended(end);
  received.broken = network_.was_reset(end) && !received.ended;  // as recv(2) does
  return received;
}

// --- The stage -----------------------------------------------------------------------------------

SimulatedStage::SimulatedStage(ChoiceSource& choices, Pace pace)
    : pace_(pace),
      choices_(choices),
      network_(pace == Pace::free ? NetworkConfig{}
                                  : NetworkConfig{.latency = {usual_latency, usual_latency}},
               schedule_),
      datagrams_({}, schedule_),
      os_({.freedom = pace == Pace::free ? KernelFreedom::full : KernelFreedom::usual,
           .handle_limit = descriptors_max},
          schedule_, network_, datagrams_, files_, nullptr),
      world_(network_, datagrams_) {
  file = file_path;
  no_file = no_file_path;
  const FileId id = files_.open(file_path, true, true);
  files_.content(id).assign(file_bytes, file_byte);
}

void SimulatedStage::begin() {
  // Runs the remaining events, so that listeners that are no longer needed are closed.
  while (!schedule_.empty()) {
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
  }
  choices_.asking = true;
}

/// A timer expires while other work is pending, or after all of it.
Duration SimulatedStage::brief_delay() {
  if (pace_ == Pace::usual) return usual_delay;
  const Question question{QuestionKind::answer_delay, 0, asked_++};
  return choices_.pick(2, question) == 0 ? Duration{0} : late;
}

/// Also called if nothing is expected, because sent bytes arrive.
bool SimulatedStage::wait(CompletionEventQueue& queue, bool) {
  submit(queue);
  // It may return earlier without a completion, if it was woken.
  const Instant until = schedule_.now() + looked_at;
  while (queue.empty() && os_.wait(queue, until) && schedule_.now() < until) {
  }
  if (lends_buffers_ && !queue.empty() && pace_ == Pace::free) let_the_world_go_on(queue);
  return !queue.empty();
}

/// If a batch comes in one piece, work of the kernel's workers may be reported before the rest of
/// it. So whether it does is a choice.
bool SimulatedStage::submits_in_pieces() {
  if (pace_ != Pace::free) return false;
  const AsyncOperation* each = held_.first();
  const auto may_be_a_workers = [](Opcode opcode) {
    return opcode == Opcode::shutdown || opcode == Opcode::fsync || opcode == Opcode::open ||
           opcode == Opcode::read || opcode == Opcode::write;
  };
  while (each != nullptr && !may_be_a_workers(each->opcode)) {
    each = each->next;
  }
  if (each == nullptr || !choices_.asking || !held_.has_several()) return true;
  return choices_.pick(2, {QuestionKind::answer_delay, 2, asked_++}) == 0;
}

void SimulatedStage::submit(CompletionEventQueue& queue) {
  const bool by_itself = submits_in_pieces();
  while (!held_.empty()) {
    if (choices_.asking && pace_ == Pace::free) let_the_world_go_on(queue);
    for (bool goes_on = true; goes_on && !held_.empty();) {
      AsyncOperation* operation = held_.pop();
      goes_on = operation->link != Link::none || !by_itself;
      os_.start(*operation);
    }
    os_.wake();
    os_.wait(queue, never);  // submits, and does not wait
  }
}

void SimulatedStage::let_some_happen(CompletionEventQueue& queue) {
  if (pace_ == Pace::free) let_the_world_go_on(queue);
}

/// A pause is one more pending event: events ordered before it happen now.
void SimulatedStage::let_the_world_go_on(CompletionEventQueue& queue) {
  while (schedule_.next_time() <= saturating_add(schedule_.now(), at_once)) {
    const Question question{QuestionKind::answer_delay, 1, asked_++};
    const Instant next = schedule_.next_time();
    // Whether to wait for an event that is due a little later is a choice.
    if (next > schedule_.now() && choices_.pick(2, question) == 0) return;
    paused_ = false;
    schedule_.at(next, {this, 0, 0, 0, 0});
    while (!paused_) os_.wait(queue, never);
    if (schedule_.next_time() == schedule_.now()) return;  // another event is due after the pause
  }
}

void SimulatedStage::on_event(const ScheduledEvent&) {
  paused_ = true;
  os_.wake();
}

Outcome play_simulated(const Program& program, ChoiceSource& choices, Pace pace, Watcher* watcher) {
  SimulatedStage stage(choices, pace);
  return play(program, stage, watcher);
}

}  // namespace proactor_lab::fuzz
