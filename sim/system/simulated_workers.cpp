#include "sim/system/simulated_workers.hpp"

#include <string>

namespace proactor_lab {
namespace {

/// Index in `backend_state` of the moment of initiation; [0] is used by the system.
constexpr std::size_t moment = 2;

}  // namespace

void SimulatedWorkers::open(std::uint32_t places, WorkerHost& host, Recorder* recorder) {
  host_ = &host;
  recorder_ = recorder;
  os_.share_cores(*this);
  workers_.resize(places);
  if (recorder_ == nullptr) return;
  for (std::uint32_t place = 0; place < places; ++place) {
    const std::string label = "worker " + std::to_string(place + 1);
    workers_[place].thread = recorder_->adopt_this_thread(recorder_->keep(label));
    record(place, FactKind::thread_blocked, schedule_.now());
  }
}

void SimulatedWorkers::begin(std::uint32_t place, const Completion& completion) {
  record(place, FactKind::thread_woken, schedule_.now());
  if (core_is_free()) return run(place, completion);
  record(place, FactKind::thread_blocked, schedule_.now(), FactBlock::cpu);
  waiting_.push_back({place, completion});
}

void SimulatedWorkers::run(std::uint32_t place, const Completion& completion) {
  ++busy_;
  ++usage_.switches;
  clock_ = os_.after(schedule_.now(), config_.syscall_cost + config_.switch_cost);
  running_ = place;
  if (recorder_ != nullptr) recorder_->enter_simulated_thread(workers_[place].thread, &clock_);
  os_.use_worker_clock(&clock_);
  host_->run_handler(place, completion);
  os_.use_worker_clock(nullptr);
  if (recorder_ != nullptr) recorder_->leave_simulated_thread();
  clock_ = os_.after(clock_, config_.syscall_cost);
  usage_.cpu_time += clock_ - schedule_.now();
  record(place, FactKind::thread_blocked, clock_);
  if (clock_ == schedule_.now()) {
    finish(place);
  } else {
    schedule(finished);
  }
}

void SimulatedWorkers::finish(std::uint32_t place) {
  --busy_;
  host_->worker_finished(place);
  start_waiting();
}

void SimulatedWorkers::start_waiting() {
  while (!waiting_.empty() && core_is_free()) {
    const Waiting next = waiting_.front();
    waiting_.pop_front();
    record(next.place, FactKind::thread_switched, schedule_.now());
    run(next.place, next.completion);
  }
}

void SimulatedWorkers::release() {
  loop_runs_ = false;
  start_waiting();
}

bool SimulatedWorkers::acquire() {
  loop_runs_ = core_is_free();
  return loop_runs_;
}

bool SimulatedWorkers::defer(OperationList& operations) {
  if (clock_ == schedule_.now()) return false;
  Worker& worker = workers_[running_];
  // One event per moment, so that a worker's operations keep their order.
  if (worker.operations.empty() || worker.last_initiation != clock_) schedule(initiated);
  worker.last_initiation = clock_;
  for (AsyncOperation* each = operations.first(); each != nullptr; each = each->next) {
    each->backend_state = {};  // the system has not seen it yet: a cancel does not find it
    each->backend_state[moment] = static_cast<std::uint64_t>(to_ns(clock_));
  }
  worker.operations.append(operations);
  return true;
}

void SimulatedWorkers::settle() {
  for (std::size_t left = waiting_.size(); left > 0; --left) {  // they have begun, so they run
    const Waiting next = waiting_.front();
    waiting_.pop_front();
    run(next.place, next.completion);
  }
  busy_ = 0;
  ++generation_;
  for (Worker& worker : workers_) worker.operations = {};
}

void SimulatedWorkers::schedule(Type type) {
  ScheduledEvent event;
  event.target = this;
  event.amount = generation_;
  event.subject = running_;
  event.type = type;
  schedule_.at(clock_, event);
}

void SimulatedWorkers::on_event(const ScheduledEvent& event) {
  if (event.amount != generation_) return;
  hand_over(workers_[event.subject]);  // before `finish`, also if both are due at the same moment
  if (event.type == finished) finish(event.subject);
}

void SimulatedWorkers::hand_over(Worker& worker) {
  const auto now = static_cast<std::uint64_t>(to_ns(schedule_.now()));
  OperationList due;
  while (!worker.operations.empty() && worker.operations.first()->backend_state[moment] <= now) {
    due.push(*worker.operations.pop());
  }
  if (!due.empty()) host_->take_over(due);
}

void SimulatedWorkers::record(std::uint32_t place, FactKind kind, const Instant& at,
                              FactBlock why) {
  if (recorder_ == nullptr) return;
  recorder_->enter_simulated_thread(workers_[place].thread, &at);
  recorder_->record_elsewhere({.kind = kind, .detail = static_cast<std::uint8_t>(why)});
  recorder_->leave_simulated_thread();
}

}  // namespace proactor_lab
