#include "traces/model/state_machines.hpp"

#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "traces/format/flat_map.hpp"
#include "traces/model/operation_life.hpp"

namespace proactor_lab {
namespace {

/// A machine with any number of instances, each of which has its own state.
class MachineBuilder {
 public:
  explicit MachineBuilder(std::string name, bool declared = false) {
    machine_.name = std::move(name);
    machine_.declared = declared;
    machine_.states.emplace_back();
  }

  void move(std::uint64_t instance, std::string_view to, std::string_view verb) {
    move_to(instance, place_of(to), verb);
  }
  void leave(std::uint64_t instance) {
    move_to(instance, StateMachine::outside, "");
    at_.erase(instance);
  }
  void leave_all() {
    for (auto& [instance, place] : at_) add(place, StateMachine::outside, "");
    at_.clear();
  }
  /// Sets the state without a transition: the trace does not show how it was reached.
  void put(std::uint64_t instance, std::string_view state) { at_[instance] = place_of(state); }

  bool has(std::uint64_t instance) const { return at_.count(instance) != 0; }
  bool is_used() const { return !machine_.transitions.empty(); }
  StateMachine take() { return std::move(machine_); }

 private:
  void move_to(std::uint64_t instance, std::size_t place, std::string_view verb) {
    std::size_t& at = at_[instance];  // outside if it is new
    add(at, place, verb);
    at = place;
  }

  std::size_t place_of(std::string_view state) {
    const auto [found, is_new] = places_.try_emplace(std::string(state), machine_.states.size());
    if (is_new) machine_.states.emplace_back(state);
    return found->second;
  }

  void add(std::size_t from, std::size_t to, std::string_view verb) {
    const auto [found, is_new] = transitions_.try_emplace(std::tuple(from, to, std::string(verb)),
                                                          machine_.transitions.size());
    if (is_new) machine_.transitions.push_back({from, to, std::string(verb), 0});
    ++machine_.transitions[found->second].count;
  }

  StateMachine machine_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::map<std::tuple<std::size_t, std::size_t, std::string>, std::size_t> transitions_;
  std::map<std::uint64_t, std::size_t> at_;
};

std::string_view verb_of(EventKind kind) {
  switch (kind) {
    case EventKind::operation_initiated:
      return "initiate";
    case EventKind::operation_submitted:
      return "submit";
    case EventKind::operation_started:
      return "start";
    case EventKind::operation_completed:
      return "complete";
    case EventKind::completion_queued:
      return "queue";
    case EventKind::completion_dequeued:
      return "dequeue";
    case EventKind::handler_entered:
      return "dispatch";
    case EventKind::handler_exited:
      return "return";
    default:
      return "abandon";
  }
}

class RunMachines {
 public:
  void add(const Trace& trace, const Event& event) {
    if (event.operation != 0) add_operation(event);
    switch (event.kind) {
      case EventKind::worker_acquired:
      case EventKind::worker_busy:
      case EventKind::worker_released:
        return add_worker(event);
      case EventKind::state_changed:
        return declared_of(trace, event.text).move(0, trace.text(event.label), "");
      case EventKind::run_finished:
        worker_.leave_all();
        loop_.leave_all();
        for (MachineBuilder& machine : declared_) machine.leave_all();
        return;
      default:
        if (event.thread != 0) add_loop(event);
    }
  }

  std::vector<StateMachine> take() {
    std::vector<StateMachine> machines;
    for (MachineBuilder* machine : {&operation_, &worker_, &loop_}) {
      if (machine->is_used()) machines.push_back(machine->take());
    }
    for (MachineBuilder& machine : declared_) machines.push_back(machine.take());
    return machines;
  }

 private:
  void add_operation(const Event& event) {
    OperationLife& life = lives_[event.operation];
    const OperationState before = life.state();
    life.follow(event);
    if (life.state() == OperationState::none) {
      lives_.erase(event.operation);
      return;
    }
    const std::string_view state = name_of(life.state());
    if (event.kind == EventKind::operation_completed && event.more) {
      return operation_.move(event.operation, state, "complete, more to come");
    }
    if (before == life.state()) return;
    operation_.move(event.operation, state, verb_of(event.kind));
    if (!life.is_over()) return;
    operation_.leave(event.operation);
    lives_.erase(event.operation);
  }

  /// The states and verbs of a classical bounded pool.
  void add_worker(const Event& event) {
    const auto worker = static_cast<std::uint64_t>(event.label);
    if (event.kind == EventKind::worker_acquired) {
      if (!worker_.has(worker)) worker_.move(worker, "Idle", "");
      return worker_.move(worker, "Acquired", "acquire()");
    }
    const bool busy = event.kind == EventKind::worker_busy;
    if (!worker_.has(worker)) return worker_.put(worker, busy ? "Busy" : "Idle");
    worker_.move(worker, busy ? "Busy" : "Idle", busy ? "executing" : "release()");
  }

  /// A thread counts as a loop from its first wait on.
  void add_loop(const Event& event) {
    if (event.kind == EventKind::wait_entered) return loop_.move(event.thread, "waiting", "wait");
    if (!loop_.has(event.thread)) return;
    if (event.kind == EventKind::wait_returned) {
      loop_.move(event.thread, "demultiplexing", "wait returns");
    } else if (event.kind == EventKind::handler_entered) {
      loop_.move(event.thread, "dispatching", "dispatch");
    } else if (event.kind == EventKind::handler_exited) {
      loop_.move(event.thread, "demultiplexing", "handler returns");
    }
  }

  MachineBuilder& declared_of(const Trace& trace, StringId name) {
    const auto id = static_cast<std::uint32_t>(name);
    if (const std::size_t* place = declared_places_.find(id)) return declared_[*place];
    declared_places_[id] = declared_.size();
    return declared_.emplace_back(std::string(trace.text(name)), true);
  }

  MachineBuilder operation_{"operation"};
  MachineBuilder worker_{"worker"};
  MachineBuilder loop_{"loop"};
  std::vector<MachineBuilder> declared_;
  FlatMap<std::size_t> declared_places_;  // by name
  FlatMap<OperationLife> lives_;          // of live operations
};

}  // namespace

std::vector<StateMachine> state_machines(const Trace& trace) {
  RunMachines machines;
  for (const Event& event : trace.events) machines.add(trace, event);
  return machines.take();
}

}  // namespace proactor_lab
