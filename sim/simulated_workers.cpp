#include "sim/simulated_workers.hpp"

#include <string>

namespace proactor_lab {
namespace {

/// Where in `backend_state` the moment of its initiation is kept; [0] is the system's.
constexpr std::size_t moment = 2;

}  // namespace

void SimulatedWorkers::open(std::uint32_t places, WorkerHost& host, Recorder* recorder) {
  host_ = &host;
  recorder_ = recorder;
  workers_.resize(places);
  if (recorder_ == nullptr) return;
  for (std::uint32_t place = 0; place < places; ++place) {
    const std::string label = "worker " + std::to_string(place + 1);
    workers_[place].thread = recorder_->adopt_this_thread(recorder_->keep(label));
    record(place, FactKind::thread_blocked, schedule_.now());
  }
}

void SimulatedWorkers::begin(std::uint32_t place, const Completion& completion) {
  clock_ = schedule_.now();
  running_ = place;
  record(place, FactKind::thread_woken, clock_);
  if (recorder_ != nullptr) recorder_->enter_simulated_thread(workers_[place].thread, &clock_);
  os_.use_worker_clock(&clock_);
  host_->run_handler(place, completion);
  os_.use_worker_clock(nullptr);
  if (recorder_ != nullptr) recorder_->leave_simulated_thread();
  record(place, FactKind::thread_blocked, clock_);
  if (clock_ == schedule_.now()) {
    host_->worker_finished(place);
  } else {
    schedule(finished);
  }
}

bool SimulatedWorkers::defer(OperationList& operations) {
  if (clock_ == schedule_.now()) return false;
  Worker& worker = workers_[running_];
  // One event a moment: what a worker initiated keeps its order.
  if (worker.operations.empty() || worker.last_initiation != clock_) schedule(initiated);
  worker.last_initiation = clock_;
  for (AsyncOperation* each = operations.first(); each != nullptr; each = each->next) {
    each->backend_state = {};  // the system has not seen it yet: a cancel finds nothing
    each->backend_state[moment] = static_cast<std::uint64_t>(to_ns(clock_));
  }
  worker.operations.append(operations);
  return true;
}

void SimulatedWorkers::settle() {
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
  hand_over(workers_[event.subject]);  // before the end: also where both fall on one moment
  if (event.type == finished) host_->worker_finished(event.subject);
}

void SimulatedWorkers::hand_over(Worker& worker) {
  const auto now = static_cast<std::uint64_t>(to_ns(schedule_.now()));
  OperationList due;
  while (!worker.operations.empty() && worker.operations.first()->backend_state[moment] <= now) {
    due.push(*worker.operations.pop());
  }
  if (!due.empty()) host_->take_over(due);
}

void SimulatedWorkers::record(std::uint32_t place, FactKind kind, const Instant& at) {
  if (recorder_ == nullptr) return;
  recorder_->enter_simulated_thread(workers_[place].thread, &at);
  recorder_->record_elsewhere({.kind = kind, .detail = static_cast<std::uint8_t>(FactBlock::job)});
  recorder_->leave_simulated_thread();
}

}  // namespace proactor_lab
