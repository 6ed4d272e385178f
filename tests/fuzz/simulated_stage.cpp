#include "tests/fuzz/simulated_stage.hpp"

namespace proactor_lab::fuzz {
namespace {

const std::string file_path = "file";

/// Segments of one stream are a nanosecond apart, so that they keep their order: what is due before
/// this is due at once.
constexpr Duration at_once{1'000};
/// Later than all that is due at once, and sooner than what lasts.
constexpr Duration late{1'000'000};
constexpr Duration looked_at{1'000'000'000};
constexpr Duration usual_latency{10'000};
constexpr Duration usual_delay{50'000};

}  // namespace

SimulatedStage::SimulatedStage(ChoiceSource& choices, Pace pace)
    : pace_(pace),
      choices_(choices),
      network_(pace == Pace::free ? NetworkConfig{.arrivals_tie = true}
                                  : NetworkConfig{.latency = {usual_latency, usual_latency}},
               schedule_),
      datagrams_({}, schedule_),
      os_({.freedom = pace == Pace::free ? KernelFreedom::full : KernelFreedom::usual}, schedule_,
          network_, datagrams_, files_, nullptr) {
  const FileId file = files_.open(file_path, true, true);
  files_.content(file).assign(file_bytes, file_byte);
}

void SimulatedStage::begin() {
  // Listeners that are not needed any more go.
  while (!schedule_.empty()) {
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
  }
  choices_.asking = true;
}

/// A timer expires in the midst of things, or when all the rest is quiet.
Duration SimulatedStage::short_delay() {
  if (pace_ == Pace::usual) return usual_delay;
  const Question question{QuestionKind::answer_delay, 0, asked_++};
  return choices_.pick(2, question) == 0 ? Duration{0} : late;
}

void SimulatedStage::release_all() {
  held_ = {};
  os_.release_all();
}

bool SimulatedStage::wait(CompletionEventQueue& queue, Instant) {
  submit(queue);
  if (queue.empty()) os_.wait(queue, instant_at_ns(0) + looked_at);
  if (lends_buffers_ && !queue.empty() && pace_ == Pace::free) let_the_world_go_on(queue);
  return !queue.empty();
}

void SimulatedStage::submit(CompletionEventQueue& queue) {
  while (!held_.empty()) {
    if (choices_.asking && pace_ == Pace::free) let_the_world_go_on(queue);
    const bool by_itself = pace_ == Pace::free;
    for (bool goes_on = true; goes_on && !held_.empty();) {
      AsyncOperation* operation = held_.pop();
      goes_on = operation->link != Link::none || !by_itself;
      os_.start(*operation);
    }
    os_.wake();
    os_.wait(queue, never);  // submits, and does not wait
  }
}

/// A pause is one more event under way: what comes before it happens now.
void SimulatedStage::let_the_world_go_on(CompletionEventQueue& queue) {
  while (schedule_.next_time() <= saturating_add(schedule_.now(), at_once)) {
    const Question question{QuestionKind::answer_delay, 1, asked_++};
    const Instant next = schedule_.next_time();
    // What is due a little later may be waited for, or not.
    if (next > schedule_.now() && choices_.pick(2, question) == 0) return;
    paused_ = false;
    schedule_.at(next, {this, 0, 0, 0, 0});
    while (!paused_) os_.wait(queue, never);
    if (schedule_.next_time() == schedule_.now()) return;  // something comes after the pause
  }
}

void SimulatedStage::on_event(const ScheduledEvent&) {
  paused_ = true;
  os_.wake();
}

Outcome play_simulated(const Program& program, ChoiceSource& choices, Pace pace) {
  SimulatedStage stage(choices, pace);
  return play(program, stage, file_path);
}

}  // namespace proactor_lab::fuzz
