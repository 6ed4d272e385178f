#include "sim/simulated_threads.hpp"

#include <algorithm>
#include <cerrno>

namespace proactor_lab {
namespace {

const char* name_of(BlockingCallKind kind) {
  switch (kind) {
    case BlockingCallKind::accept:
      return "accept";
    case BlockingCallKind::connect:
      return "connect";
    case BlockingCallKind::read:
      return "read";
    case BlockingCallKind::write:
      return "write";
    case BlockingCallKind::poll:
      return "poll";
    case BlockingCallKind::close:
      return "close";
    case BlockingCallKind::compute:
      return "compute";
  }
  return "call";
}

}  // namespace

SimulatedThreads::SimulatedThreads(const SimulatedThreadsConfig& config, Schedule& schedule,
                                   Network& network, Recorder* recorder)
    : config_(config),
      schedule_(schedule),
      network_(network),
      recorder_(recorder),
      descriptors_(config.handle_limit) {
  schedule_.set_recorder(recorder);
}

void SimulatedThreads::spawn(Task task, const char* label) {
  const auto index = static_cast<std::uint32_t>(threads_.size());
  const std::coroutine_handle<> start = task.handle();
  Thread thread{std::move(task),
                start,
                nullptr,
                State::runnable,
                static_cast<std::uint16_t>(index + 1),
                false};
  threads_.push_back(std::move(thread));
  record(FactKind::thread_started, threads_[index].id, {.extra = fact_text(label)});
  run_queue_.push_back(index);
  if (busy_cores_ == config_.cores) {
    record(FactKind::thread_blocked, threads_[index].id,
           {.detail = static_cast<std::uint8_t>(FactBlock::cpu)});
  }
}

void SimulatedThreads::run() {
  fill_cores();
  while (threads_left() > 0 && !schedule_.empty()) {
    const bool told_enough = recorder_ != nullptr && recorder_->recorded() >= config_.fact_limit;
    if (schedule_.next_time() > config_.run_limit || told_enough) {
      limit_reached_ = true;
      return;
    }
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
    fill_cores();
  }
}

std::size_t SimulatedThreads::threads_left() const {
  return static_cast<std::size_t>(std::count_if(
      threads_.begin(), threads_.end(), [](const Thread& t) { return t.state != State::done; }));
}

void SimulatedThreads::fill_cores() {
  while (busy_cores_ < config_.cores && !run_queue_.empty()) {
    const std::uint32_t index = run_queue_.front();
    run_queue_.pop_front();
    ++busy_cores_;
    threads_[index].state = State::running;
    const bool another = last_on_core_ != index;
    last_on_core_ = index;
    record(FactKind::thread_switched, threads_[index].id);
    if (another && config_.switch_cost > Duration::zero()) {
      schedule_.at(schedule_.now() + config_.switch_cost, {this, 0, index, 0, cost_paid});
    } else {
      go_on(index);
    }
  }
}

/// Lets a thread that holds a core run until it waits for something.
void SimulatedThreads::go_on(std::uint32_t index) {
  if (threads_[index].call != nullptr && !attempt(index, 0)) return;
  current_ = index;
  threads_[index].resume_at.resume();
  current_ = UINT32_MAX;
  Thread& thread = threads_[index];
  if (thread.task.done()) {
    thread.state = State::done;
    --busy_cores_;
    record(FactKind::thread_exited, thread.id);
    thread.task.rethrow();
  }
}

bool SimulatedThreads::begin(BlockingCall& call, std::coroutine_handle<> handle) {
  const std::uint32_t index = current_;
  Thread& thread = threads_[index];
  thread.call = &call;
  thread.resume_at = handle;
  thread.entered = false;
  if (call.kind != BlockingCallKind::compute) {
    record(FactKind::syscall_entered, thread.id,
           {.value = call.length,
            .extra = fact_text(name_of(call.kind)),
            .handle = to_number(call.handle)});
  }
  return !attempt(index, 0);
}

/// Tries the thread's call; true when it is over. The thread holds a core.
bool SimulatedThreads::attempt(std::uint32_t index, FactIndex cause) {
  Thread& thread = threads_[index];
  BlockingCall& call = *thread.call;
  if (!thread.entered) {
    thread.entered = true;
    const Duration cost =
        call.kind == BlockingCallKind::compute ? call.duration : config_.syscall_cost;
    if (cost > Duration::zero()) {
      schedule_.at(schedule_.now() + cost, {this, 0, index, 0, cost_paid});
      return false;
    }
  }
  bool over = true;
  switch (call.kind) {
    case BlockingCallKind::compute:
      break;
    case BlockingCallKind::close:
      call.result = close_handle(call.handle, thread.id);
      break;
    case BlockingCallKind::accept:
      over = attempt_accept(call);
      break;
    case BlockingCallKind::connect: {
      Socket* socket = socket_of(call.handle);
      if (socket == nullptr) {
        call.result = -EBADF;
      } else if (socket->end == no_end) {
        connect(index, call);
        over = false;
      }
      break;  // a second attempt: the answer is in `result`
    }
    case BlockingCallKind::poll:
      over = attempt_poll(thread, call, cause);
      break;
    case BlockingCallKind::read:
    case BlockingCallKind::write:
      over = attempt_transfer(thread, call, cause);
      break;
  }
  if (over) {
    finish_call(thread, cause);
  } else {
    block(thread);
  }
  return over;
}

bool SimulatedThreads::attempt_accept(BlockingCall& call) {
  const Socket* listener = socket_of(call.handle);
  if (listener == nullptr || listener->kind != HandleKind::listener) {
    call.result = listener == nullptr ? -EBADF : -EINVAL;
    return true;
  }
  if (!network_.acceptable(listener->port)) return false;
  if (descriptors_.full()) {
    call.result = -EMFILE;
    return true;
  }
  const EndId end = network_.accept(listener->port);
  network_.adopt(end, this, 0);
  call.result = add_handle({HandleKind::stream, end, 0, network_.label(end), true}, end / 2 + 1, 0);
  return true;
}

/// The bytes are copied while the thread is in its own call: that is what makes it blocking.
bool SimulatedThreads::attempt_transfer(Thread& thread, BlockingCall& call, FactIndex cause) {
  const Socket* socket = socket_of(call.handle);
  if (socket == nullptr || !socket->connected) {
    call.result = socket == nullptr ? -EBADF : -ENOTCONN;
    return true;
  }
  const EndId end = socket->end;
  const bool reading = call.kind == BlockingCallKind::read;
  if (network_.was_reset(end)) {
    call.result = reading ? -ECONNRESET : -EPIPE;
    return true;
  }
  const std::uint32_t possible = static_cast<std::uint32_t>(
      std::min<std::size_t>(call.length, reading ? network_.available(end) : network_.space(end)));
  if (possible == 0) {
    call.result = 0;
    return call.length == 0 || (reading && network_.at_end(end));
  }
  const FactIndex moved = record(FactKind::bytes_moved, thread.id,
                                 {.value = possible,
                                  .cause = cause,
                                  .handle = to_number(call.handle),
                                  .detail = static_cast<std::uint8_t>(FactRole::application)});
  if (reading) {
    network_.take(end, {call.data, possible});
  } else {
    network_.send(end, {call.data, possible}, moved);
  }
  call.result = static_cast<std::int32_t>(possible);
  return true;
}

bool SimulatedThreads::attempt_poll(Thread& thread, BlockingCall& call, FactIndex cause) {
  for (std::size_t i = 0; i < call.handles.size(); ++i) {
    if (!can_read(call.handles[i])) continue;
    record(FactKind::readiness_reported, thread.id,
           {.cause = cause, .handle = to_number(call.handles[i])});
    call.result = static_cast<std::int32_t>(i);
    return true;
  }
  return false;
}

void SimulatedThreads::connect(std::uint32_t index, BlockingCall& call) {
  Socket& socket = *socket_of(call.handle);
  socket.end = network_.open(this, 0, socket.label);
  const bool heard = network_.connect(socket.end, call.endpoint.port, 0);
  call.result = heard ? 0 : -ECONNREFUSED;
  socket.connected = heard;
  const Instant answered =
      schedule_.now() + network_.latency_from(socket.end) + network_.latency_from(socket.end);
  schedule_.at(answered, {this, 0, index, 0, connect_answered});
}

void SimulatedThreads::finish_call(Thread& thread, FactIndex cause) {
  BlockingCall& call = *thread.call;
  if (call.kind != BlockingCallKind::compute) {
    record(FactKind::syscall_returned, thread.id,
           {.value = static_cast<std::uint64_t>(std::int64_t{call.result}),
            .extra = fact_text(name_of(call.kind)),
            .cause = cause,
            .handle = to_number(call.handle)});
  }
  thread.call = nullptr;
}

void SimulatedThreads::block(Thread& thread) {
  record(FactKind::thread_blocked, thread.id,
         {.handle = to_number(thread.call->handle),
          .detail = static_cast<std::uint8_t>(FactBlock::io)});
  thread.state = State::blocked;
  --busy_cores_;
}

// --- What happens to threads that wait ---------------------------------------------------------

void SimulatedThreads::on_event(const ScheduledEvent& event) {
  if (event.type == cost_paid) {
    go_on(event.subject);
  } else {
    make_runnable(event.subject, event.cause);
  }
}

void SimulatedThreads::readable(EndId, FactIndex cause) { wake_waiters(cause); }
void SimulatedThreads::writable(EndId, FactIndex cause) { wake_waiters(cause); }
void SimulatedThreads::acceptable(std::uint16_t, FactIndex cause) { wake_waiters(cause); }

/// Wakes whoever's call can go on now.
void SimulatedThreads::wake_waiters(FactIndex cause) {
  for (std::uint32_t index = 0; index < threads_.size(); ++index) {
    Thread& thread = threads_[index];
    if (thread.state != State::blocked) continue;
    const BlockingCall& call = *thread.call;
    bool possible = false;
    switch (call.kind) {
      case BlockingCallKind::accept:
      case BlockingCallKind::read:
        possible = can_read(call.handle);
        break;
      case BlockingCallKind::poll:
        possible = std::any_of(call.handles.begin(), call.handles.end(),
                               [this](Handle handle) { return can_read(handle); });
        break;
      case BlockingCallKind::write: {
        const Socket* socket = socket_of(call.handle);
        possible =
            socket == nullptr || network_.was_reset(socket->end) || network_.space(socket->end) > 0;
        break;
      }
      default:
        break;
    }
    if (possible) make_runnable(index, cause);
  }
}

void SimulatedThreads::make_runnable(std::uint32_t index, FactIndex cause) {
  Thread& thread = threads_[index];
  thread.state = State::runnable;
  record(FactKind::thread_woken, thread.id, {.cause = cause});
  run_queue_.push_back(index);
  if (busy_cores_ == config_.cores) {
    record(FactKind::thread_blocked, thread.id,
           {.detail = static_cast<std::uint8_t>(FactBlock::cpu)});
  }
}

bool SimulatedThreads::can_read(Handle handle) const {
  const std::uint32_t index = descriptors_.object_of(handle);
  if (index == DescriptorTable::nothing) return true;  // the call returns with EBADF
  const Socket& socket = sockets_[index];
  if (socket.kind == HandleKind::listener) return network_.acceptable(socket.port);
  return !socket.connected || network_.available(socket.end) > 0 || network_.at_end(socket.end) ||
         network_.was_reset(socket.end);
}

// --- Handles -----------------------------------------------------------------------------------

std::int32_t SimulatedThreads::listen(Endpoint endpoint, const char* label) {
  if (!network_.listen(endpoint.port, this)) return -EADDRINUSE;
  return add_handle({HandleKind::listener, no_end, endpoint.port, label, false}, 0, 0);
}

std::int32_t SimulatedThreads::open_stream_socket(const char* label) {
  if (descriptors_.full()) return -EMFILE;
  const std::uint16_t thread = current_ == UINT32_MAX ? 0 : threads_[current_].id;
  return add_handle({HandleKind::stream, no_end, 0, label, false}, 0, thread);
}

SimulatedThreads::Socket* SimulatedThreads::socket_of(Handle handle) {
  const std::uint32_t index = descriptors_.object_of(handle);
  return index == DescriptorTable::nothing ? nullptr : &sockets_[index];
}

std::int32_t SimulatedThreads::add_handle(const Socket& socket, std::uint32_t connection,
                                          std::uint16_t thread) {
  const Handle handle = descriptors_.add(static_cast<std::uint32_t>(sockets_.size()));
  sockets_.push_back(socket);
  record(FactKind::handle_opened, thread,
         {.value = connection,
          .extra = fact_text(socket.label),
          .handle = to_number(handle),
          .detail = static_cast<std::uint8_t>(socket.kind)});
  return to_number(handle);
}

std::int32_t SimulatedThreads::close_handle(Handle handle, std::uint16_t thread) {
  const Socket* socket = socket_of(handle);
  if (socket == nullptr) return -EBADF;
  const FactIndex closed = record(FactKind::handle_closed, thread, {.handle = to_number(handle)});
  if (socket->kind == HandleKind::listener) {
    network_.stop_listening(socket->port);
  } else if (socket->end != no_end) {
    network_.abandon(socket->end);
    network_.shutdown_send(socket->end, closed);
  }
  descriptors_.remove(handle);
  return 0;
}

FactIndex SimulatedThreads::record(FactKind kind, std::uint16_t thread, Fact fact) {
  if (recorder_ == nullptr) return 0;
  fact.kind = kind;
  fact.thread = thread;
  return recorder_->record(fact);
}

}  // namespace proactor_lab
