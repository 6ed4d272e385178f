#include "traces/figures/interaction/interaction_layout.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

#include "traces/format/run_systems.hpp"
#include "traces/model/verbs.hpp"

namespace proactor_lab::figures {

namespace {

constexpr std::int64_t break_min_ns = 20'000;  // no break for gaps up to this length
constexpr std::int64_t break_factor = 10;      // a gap is long if it exceeds this many medians

float row_height(EventKind kind) {
  switch (kind) {
    case EventKind::operation_initiated:
    case EventKind::handler_entered:
    case EventKind::client_sent:
    case EventKind::client_received:
    case EventKind::client_connected:
    case EventKind::client_closed:
    case EventKind::bytes_moved:
    case EventKind::completion_dequeued:
    case EventKind::completion_queued:
    case EventKind::syscall_entered:
    case EventKind::syscall_returned:
    case EventKind::readiness_reported:
    case EventKind::poll_armed:
    case EventKind::handed_to_worker:
    case EventKind::note:
      return 26;
    case EventKind::wait_entered:
    case EventKind::wait_returned:
    case EventKind::cancel_requested:
    case EventKind::operation_completed:
      return 20;
    case EventKind::operation_submitted:
    case EventKind::operation_started:
    case EventKind::handler_exited:
    case EventKind::thread_blocked:
    case EventKind::thread_woken:
    case EventKind::fault_injected:
      return 14;
    default:
      return 6;
  }
}

/// Assigns the lowest free number; returned numbers are used again.
class Lanes {
 public:
  std::uint32_t take() {
    if (free_.empty()) return used_++;
    std::uint32_t lane = free_.top();
    free_.pop();
    return lane;
  }
  void give_back(std::uint32_t lane) { free_.push(lane); }
  std::uint32_t used() const { return used_; }

 private:
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free_;
  std::uint32_t used_ = 0;
};

}  // namespace

class LayoutBuilder {
 public:
  explicit LayoutBuilder(InteractionLayout& layout) : layout_(layout), model_(layout.model_) {
    for (const ThreadRecord& thread : model_.threads()) {
      std::size_t place = thread_places_.size();
      thread_places_[thread.id] = place;
    }
    layout_.places_.resize(model_.threads().size());
    layout_.bands_.resize(model_.operations().size());
    layout_.stays_.resize(model_.operations().size());
    const SystemRow& system = system_named(model_.trace().header.system);
    sees_dequeues_ = system.sees_dequeues;
    is_simulated_ = system.is_simulated;
    open_calls_.resize(model_.threads().size(), IdIndex::absent);
    layout_.rows_.reserve(model_.event_count() + 1);
    layout_.rows_.push_back(0);
  }

  void build() {
    for (const Event& event : model_.trace().events) {
      add_row(event);
      if (!sees_dequeues_) take_all(event);
      if (event.operation != 0) add_operation(event);
      if (event.thread != 0) add_thread(event);
      add_flight(event);
      while (layout_.lane_records_.size() < lanes_.used()) {
        layout_.lane_records_.push_back(event.seq);
      }
    }
    std::vector<LifeIndex::Life> lives;
    for (const CallBand& call : layout_.calls_) {
      lives.push_back({call.band.from, call.band.to == 0 ? UINT32_MAX : call.band.to});
    }
    layout_.call_lives_ = LifeIndex(std::move(lives));
    lives.clear();
    for (const Flight& flight : layout_.flights_) {
      lives.push_back({flight.sent, flight.arrived == 0 ? UINT32_MAX : flight.arrived});
    }
    layout_.flight_lives_ = LifeIndex(std::move(lives));
    find_steps();
  }

 private:
  void add_row(const Event& event) {
    float height = row_height(event.kind);
    if (event.seq > 1) {
      std::int64_t gap_ns = event.time_ns - model_.event(event.seq - 1).time_ns;
      // An imported log may have gaps of years.
      std::int64_t usual_ns =
          std::min(gaps_.at(event.seq).value_or(0), std::int64_t{INT64_MAX} / break_factor);
      if (gap_ns > std::max(break_min_ns, break_factor * usual_ns)) {
        layout_.breaks_.push_back(event.seq);
        height += InteractionLayout::break_height;
      }
      if (gap_ns > 0) gaps_.add(event.seq, gap_ns);
    }
    layout_.rows_.push_back(layout_.rows_.back() + height);
  }

  void add_operation(const Event& event) {
    const OperationRecord* operation = model_.operation(event.operation);
    if (operation == nullptr) return;
    auto place = static_cast<std::size_t>(operation - model_.operations().data());
    Band& band = layout_.bands_[place];
    if (event.seq == operation->started) {
      band.from = event.seq;
      band.lane = lanes_.take();
    }
    bool ends = event.seq == operation->completed || event.seq == operation->abandoned;
    if (ends && band.from != 0 && band.to == 0) {
      band.to = event.seq;
      lanes_.give_back(band.lane);
    }
    if (event.kind == EventKind::completion_queued) {
      QueueStay& stay = stay_of(event, *operation, place);
      stay.slot = slots_.take();
      if (!sees_dequeues_) queued_.push_back(&stay);
    }
    if (event.kind == EventKind::completion_dequeued) {
      const auto completion = model_.completion_about(event.seq);
      const std::uint32_t queued = completion ? completion->queued : 0;
      const bool is_last = event.seq == operation->dequeued;
      QueueStay& stay = is_last ? layout_.stays_[place] : layout_.earlier_stays_[queued];
      stay.end = event.seq;
      if (queued != 0 && queued < event.seq) slots_.give_back(stay.slot);
    }
    if (event.seq == operation->initiated && layout_.first_initiated_ == 0) {
      layout_.first_initiated_ = event.seq;
    }
  }

  QueueStay& stay_of(const Event& queued, const OperationRecord& operation, std::size_t place) {
    const bool is_last = queued.seq == operation.queued;
    return is_last ? layout_.stays_[place] : layout_.earlier_stays_[queued.seq];
  }

  /// The kernel does not see when the program dequeues completions, but it sees that it continues.
  void take_all(const Event& event) {
    if (event.kind != EventKind::wait_returned && event.kind != EventKind::operation_initiated) {
      return;
    }
    for (QueueStay* stay : queued_) {
      slots_.give_back(stay->slot);
      stay->end = event.seq;
    }
    queued_.clear();
  }

  void add_thread(const Event& event) {
    auto found = thread_places_.find(event.thread);
    if (found == thread_places_.end()) return;
    std::vector<Place>& places = layout_.places_[found->second];
    if (places.empty()) places.push_back({event.seq, Spot::initiator, false, 0, 0, 0});
    Place next = places.back();
    next.from = event.seq;
    switch (event.kind) {
      case EventKind::wait_entered:
        next = {event.seq, Spot::demultiplexer, true, 0, 0, 0};
        break;
      case EventKind::wait_returned:
        next = {event.seq, Spot::demultiplexer, false, 0, 0, 0};
        break;
      case EventKind::completion_dequeued:
      case EventKind::handler_exited:
        next = {event.seq, Spot::proactor, false, 0, 0, 0};
        break;
      case EventKind::handler_entered: {
        const OperationRecord* operation = model_.operation(event.operation);
        std::uint32_t handle = operation == nullptr ? event.handle : operation->handle;
        next = {event.seq, Spot::completion_handler, false, event.operation, handle, 0};
        break;
      }
      case EventKind::syscall_entered:
        enter_call(event, found->second, next);
        break;
      case EventKind::syscall_returned:
        leave_call(event, found->second, next);
        break;
      case EventKind::thread_blocked:
        next.waiting = true;
        break;
      case EventKind::thread_woken:
      case EventKind::thread_switched:
        next.waiting = false;
        break;
      case EventKind::thread_exited:
        next = {event.seq, Spot::nowhere, false, 0, 0, 0};
        break;
      default:
        return;
    }
    places.push_back(next);
  }

  void enter_call(const Event& event, std::size_t thread, Place& next) {
    if (layout_.first_call_ == 0) layout_.first_call_ = event.seq;
    open_calls_[thread] = static_cast<std::uint32_t>(layout_.calls_.size());
    CallBand call;
    call.band = {event.seq, 0, lanes_.take()};
    call.thread = event.thread;
    call.handle = event.handle;
    call.opcode = event.opcode;
    layout_.calls_.push_back(call);
    next = {event.seq, Spot::system, false, 0, event.handle, call.band.lane};
  }

  void leave_call(const Event& event, std::size_t thread, Place& next) {
    next = {event.seq, Spot::initiator, false, 0, next.handle, 0};
    if (open_calls_[thread] == IdIndex::absent) return;
    Band& band = layout_.calls_[open_calls_[thread]].band;
    open_calls_[thread] = IdIndex::absent;
    band.to = event.seq;
    lanes_.give_back(band.lane);
  }

  /// A flight begins with a client's action or a send of the system, and ends with the first event
  /// that names it as its cause. Only the simulated world records when its clients receive.
  void add_flight(const Event& event) {
    switch (event.kind) {
      case EventKind::client_connected:
      case EventKind::client_sent:
      case EventKind::client_closed:
        begin_flight(event, false);
        return;
      case EventKind::client_received:
      case EventKind::operation_completed:
      case EventKind::thread_woken:
        end_flight(event);
        return;
      case EventKind::handle_closed:
        end_unread(event);
        return;
      case EventKind::bytes_moved:
        if (sends(event)) {
          if (is_simulated_) begin_flight(event, true);
        } else {
          end_flight(event);
        }
        return;
      default:
        return;
    }
  }

  bool sends(const Event& event) const {
    if (const OperationRecord* operation = model_.operation(event.operation)) {
      return verb_named(model_.trace().text(operation->opcode)).opcode == Opcode::send;
    }
    auto found = thread_places_.find(event.thread);
    if (found == thread_places_.end() || open_calls_[found->second] == IdIndex::absent)
      return false;
    return sends_in_order(
        verb_named(model_.trace().text(layout_.calls_[open_calls_[found->second]].opcode)).opcode);
  }

  void begin_flight(const Event& event, bool outgoing) {
    under_way_[event.seq] = layout_.flights_.size();
    Flight flight;
    flight.sent = event.seq;
    flight.outgoing = outgoing;
    flight.operation = event.operation;
    flight.thread = event.thread;
    flight.handle = event.handle;
    layout_.flights_.push_back(flight);
  }

  void end_flight(const Event& event) {
    auto found = under_way_.find(event.cause);
    if (found == under_way_.end()) return;
    Flight& flight = layout_.flights_[found->second];
    // A send's bytes also cause its completion, long before a client receives them.
    if (flight.outgoing != (event.kind == EventKind::client_received)) return;
    layout_.arrivals_.put(event.seq, static_cast<std::uint32_t>(found->second));
    under_way_.erase(found);
    flight.arrived = event.seq;
    if (flight.outgoing) return;
    flight.operation = event.operation;
    flight.thread = event.thread;
  }

  /// What was not received before its connection is closed ends at the system's edge.
  void end_unread(const Event& event) {
    for (auto entry = under_way_.begin(); entry != under_way_.end();) {
      Flight& flight = layout_.flights_[entry->second];
      if (flight.outgoing || flight.handle != event.handle || flight.handle == 0) {
        ++entry;
        continue;
      }
      flight.arrived = event.seq;
      entry = under_way_.erase(entry);
    }
  }

  /// The five steps are shown for the first operation; the second is the first wait after it.
  void find_steps() {
    if (model_.operations().empty()) return;
    const OperationRecord& first = model_.operations().front();
    layout_.steps_ = {first.initiated, 0, first.queued, first.entered, 0};
    for (std::uint32_t seq = std::max(first.initiated, 1u); seq <= model_.event_count(); ++seq) {
      if (model_.event(seq).kind != EventKind::wait_entered) continue;
      layout_.steps_[1] = seq;
      break;
    }
    for (const OperationRecord& operation : model_.operations()) {
      if (operation.initiated_in != first.id) continue;
      layout_.steps_[4] = operation.initiated;
      break;
    }
  }

  InteractionLayout& layout_;
  const Model& model_;
  std::unordered_map<std::uint16_t, std::size_t> thread_places_;
  std::vector<std::uint32_t> open_calls_;
  std::unordered_map<std::uint32_t, std::size_t> under_way_;  ///< flights by first event
  Lanes lanes_;
  Lanes slots_;
  std::vector<QueueStay*> queued_;  ///< stays in the queue, if dequeues are not seen
  bool sees_dequeues_ = true;
  bool is_simulated_ = false;
  RunningMedian gaps_;
};

InteractionLayout::InteractionLayout(const Model& model)
    : model_(model), arrivals_(model.event_count()) {
  LayoutBuilder(*this).build();
}

QueueStay InteractionLayout::queue_stay(std::uint32_t operation_place,
                                        const CompletionRecord& completion) const {
  if (!completion.more) return stays_[operation_place];
  const auto found = earlier_stays_.find(completion.queued);
  return found == earlier_stays_.end() ? QueueStay{} : found->second;
}

bool InteractionLayout::is_break(std::uint32_t seq) const {
  return std::binary_search(breaks_.begin(), breaks_.end(), seq);
}

std::vector<std::uint32_t> InteractionLayout::calls_between(std::uint32_t from,
                                                            std::uint32_t to) const {
  return call_lives_.overlapping(from, to);
}

std::vector<std::uint32_t> InteractionLayout::flights_between(std::uint32_t from,
                                                              std::uint32_t to) const {
  return flight_lives_.overlapping(from, to);
}

const Flight* InteractionLayout::flight_arriving_at(std::uint32_t seq) const {
  std::uint32_t place = arrivals_.find(seq);
  return place == IdIndex::absent ? nullptr : &flights_[place];
}

std::uint32_t InteractionLayout::lanes_by(std::uint32_t seq) const {
  auto after = std::upper_bound(lane_records_.begin(), lane_records_.end(), seq);
  return static_cast<std::uint32_t>(after - lane_records_.begin());
}

int InteractionLayout::step(std::uint32_t seq) const {
  auto found = std::find(steps_.begin(), steps_.end(), seq);
  return seq == 0 || found == steps_.end() ? 0 : static_cast<int>(found - steps_.begin()) + 1;
}

bool InteractionLayout::blocks_by(std::uint32_t seq) const {
  bool calls = first_call_ != 0 && first_call_ <= seq;
  bool initiates = first_initiated_ != 0 && first_initiated_ <= seq;
  return calls && !initiates;
}

}  // namespace proactor_lab::figures
