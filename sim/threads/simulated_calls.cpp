// What each call of a simulated thread does, and what wakes threads that wait in one.
#include <algorithm>
#include <cerrno>

#include "sim/threads/simulated_threads.hpp"

namespace proactor_lab {

/// Tries the thread's call. Returns false if the thread is blocked until something changes.
bool SimulatedThreads::attempt(std::uint32_t index) {
  BlockingCall& call = *threads_[index].call;
  switch (call.kind) {
    case BlockingCallKind::compute:
      return true;
    case BlockingCallKind::close:
      call.result = close_handle(call.handle, threads_[index].id);
      return true;
    case BlockingCallKind::accept:
      return attempt_accept(index, call);
    case BlockingCallKind::connect:
      return attempt_connect(index, call);
    case BlockingCallKind::read:
    case BlockingCallKind::write:
      return attempt_transfer(index, call);
    case BlockingCallKind::poll:
      return attempt_poll(index, call);
    case BlockingCallKind::watch:
      return attempt_watch(call);
    case BlockingCallKind::wait_ready:
      return attempt_wait_ready(index, call);
    case BlockingCallKind::start_thread:
      return attempt_start_thread(call);
    case BlockingCallKind::sleep:
      return attempt_sleep(index, call);
    case BlockingCallKind::lock:
    case BlockingCallKind::try_lock:
      return attempt_lock(index, call);
    case BlockingCallKind::unlock:
      return attempt_unlock(index, call);
    case BlockingCallKind::wait:
      return attempt_wait(index, call);
    case BlockingCallKind::notify_one:
    case BlockingCallKind::notify_all: {
      attempt_notify(index, call);
      return true;
    }
  }
  return true;
}

bool SimulatedThreads::attempt_start_thread(BlockingCall& call) {
  if (call.thread == none) {
    call.result = -EAGAIN;
    return true;
  }
  const Thread& thread = threads_[call.thread];
  record(FactKind::thread_started, thread.id, {.extra = fact_text(thread.label)});
  await_core(call.thread);
  return true;
}

bool SimulatedThreads::attempt_sleep(std::uint32_t index, BlockingCall& call) {
  if (threads_[index].notified || call.duration <= Duration::zero()) return true;
  threads_[index].notified = true;
  schedule_.at(saturating_add(schedule_.now(), call.duration), {this, 0, index, 0, slept});
  block(index, FactBlock::io);
  return false;
}

// --- Streams -----------------------------------------------------------------------------------

bool SimulatedThreads::attempt_accept(std::uint32_t index, BlockingCall& call) {
  Socket* listener = socket_of(call.handle);
  if (listener == nullptr || listener->kind != HandleKind::listener) {
    call.result = listener == nullptr ? -EBADF : -EINVAL;
    return true;
  }
  // As accept4(2) does, this needs a descriptor first, even if no connection waits.
  if (descriptors_gone()) {
    call.result = -EMFILE;
    return true;
  }
  if (!network_.acceptable(listener->port)) {
    put(listener->readers, index);
    block(index, FactBlock::io);
    return false;
  }
  const EndId end = network_.accept(listener->port);
  Socket socket;
  socket.end = end;
  socket.label = network_.label(end);
  socket.connected = true;
  call.result = add_handle(socket, end / 2 + 1, threads_[index].id);
  network_.adopt(end, this, descriptors_.object_of(Handle{call.result}));
  return true;
}

bool SimulatedThreads::attempt_connect(std::uint32_t index, BlockingCall& call) {
  Socket* socket = socket_of(call.handle);
  if (threads_[index].notified) return true;  // the answer is in `result`
  if (socket == nullptr || socket->end != no_end) {
    call.result = socket == nullptr ? -EBADF : -EISCONN;
    return true;
  }
  socket->end = network_.open(this, descriptors_.object_of(call.handle), socket->label);
  const bool heard = network_.connect(socket->end, call.endpoint.port, 0);
  call.result = heard ? 0 : -ECONNREFUSED;
  socket->connected = heard;
  const Duration there = network_.latency_from(socket->end);
  const Duration back = network_.latency_from(socket->end);
  threads_[index].notified = true;
  schedule_.at(schedule_.now() + there + back, {this, 0, index, 0, connect_answered});
  block(index, FactBlock::io);
  return false;
}

/// The bytes are copied while the thread is in its call: that makes the call blocking.
bool SimulatedThreads::attempt_transfer(std::uint32_t index, BlockingCall& call) {
  Socket* socket = socket_of(call.handle);
  const bool reading = call.kind == BlockingCallKind::read;
  if (socket == nullptr || !socket->connected) {
    call.result = reading ? -ENOTCONN : -EPIPE;
    if (socket == nullptr) call.result = -EBADF;
    return true;
  }
  const EndId end = socket->end;
  const std::uint32_t arrived = network_.available(end);
  // A reset is reported once; a read reports it only after all bytes that had arrived.
  if (network_.was_reset(end) && (!reading || arrived == 0)) {
    const std::int32_t error = reading && network_.at_end(end) ? 0 : network_.take_error(end);
    call.result = error == 0 && !reading ? -EPIPE : -error;
    return true;
  }
  const std::uint32_t possible = static_cast<std::uint32_t>(
      std::min<std::size_t>(call.length, reading ? arrived : network_.space(end)));
  if (possible == 0) {
    call.result = 0;
    if (call.length == 0 || (reading && network_.at_end(end))) return true;
    put(reading ? socket->readers : socket->writers, index);
    block(index, FactBlock::io);
    return false;
  }
  const FactIndex moved = record(FactKind::bytes_moved, threads_[index].id,
                                 {.value = possible,
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

// --- Readiness ---------------------------------------------------------------------------------

bool SimulatedThreads::attempt_poll(std::uint32_t index, BlockingCall& call) {
  for (const Handle each : call.handles) {
    if (socket_of(each) != nullptr) continue;
    call.result = -EBADF;
    return true;
  }
  for (std::size_t i = 0; i < call.handles.size(); ++i) {
    if (!can_read(call.handles[i])) continue;
    record(FactKind::readiness_reported, threads_[index].id,
           {.handle = to_number(call.handles[i])});
    call.result = static_cast<std::int32_t>(i);
    return true;
  }
  pollers_.push_back(index);
  block(index, FactBlock::io);
  return false;
}

bool SimulatedThreads::attempt_watch(BlockingCall& call) {
  const Socket* set = socket_of(call.handle);
  Socket* socket = socket_of(call.watched);
  if (set == nullptr || socket == nullptr || set->ready_set == none || socket == set) {
    call.result = set == nullptr || socket == nullptr ? -EBADF : -EINVAL;
    return true;
  }
  socket->watched_by = set->ready_set;
  socket->key = call.key;
  socket->armed = true;
  if (can_read(*socket)) report_ready(descriptors_.object_of(call.watched), 0);
  return true;
}

bool SimulatedThreads::attempt_wait_ready(std::uint32_t index, BlockingCall& call) {
  const Socket* socket = socket_of(call.handle);
  if (socket == nullptr || socket->ready_set == none || call.keys.empty()) {
    call.result = socket == nullptr ? -EBADF : -EINVAL;
    return true;
  }
  const std::uint32_t place = socket->ready_set;
  ReadySet& set = ready_sets_[place];
  std::size_t found = 0;
  while (found < call.keys.size() && !set.ready.empty()) {
    Socket& ready = sockets_[set.ready.front()];
    set.ready.pop_front();
    // It may have been closed, and its slot reused, since it was added here.
    if (ready.watched_by != place || !ready.armed || !can_read(ready)) continue;
    ready.armed = false;
    call.keys[found++] = ready.key;
    record(FactKind::readiness_reported, threads_[index].id, {.handle = to_number(ready.handle)});
  }
  call.result = static_cast<std::int32_t>(found);
  if (found > 0) return true;
  put(set.waiters, index);
  block(index, FactBlock::io);
  return false;
}

/// A watched socket can be read: wakes one of the threads that wait for its set.
void SimulatedThreads::report_ready(std::uint32_t index, FactIndex cause) {
  ReadySet& set = ready_sets_[sockets_[index].watched_by];
  set.ready.push_back(index);
  if (!set.waiters.empty()) make_runnable(take(set.waiters), cause);
}

void SimulatedThreads::became_readable(std::uint32_t index, FactIndex cause) {
  Socket& socket = sockets_[index];
  if (socket.armed) report_ready(index, cause);
  wake_pollers(cause);
}

/// Wakes threads in poll for which a handle can be read or is closed; they find out which.
void SimulatedThreads::wake_pollers(FactIndex cause) {
  if (pollers_.empty()) return;
  const auto still_waits = [&](std::uint32_t poller) {
    const auto& handles = threads_[poller].call->handles;
    return std::none_of(handles.begin(), handles.end(), [&](Handle h) { return can_read(h); });
  };
  const auto ready = std::stable_partition(pollers_.begin(), pollers_.end(), still_waits);
  for (auto each = ready; each != pollers_.end(); ++each) make_runnable(*each, cause);
  pollers_.erase(ready, pollers_.end());
}

void SimulatedThreads::readable(EndId end, FactIndex cause) {
  const std::uint32_t index = network_.tag(end);
  wake_all(sockets_[index].readers, cause);
  became_readable(index, cause);
}

void SimulatedThreads::writable(EndId end, FactIndex cause) {
  wake_all(sockets_[network_.tag(end)].writers, cause);
}

/// One connection arrived: wakes one of the waiting threads.
void SimulatedThreads::acceptable(std::uint16_t port, FactIndex cause) {
  const std::uint32_t index = network_.listener_tag(port);
  WaitList& acceptors = sockets_[index].readers;
  if (!acceptors.empty()) make_runnable(take(acceptors), cause);
  became_readable(index, cause);
}

bool SimulatedThreads::can_read(Handle handle) const {
  const std::uint32_t index = descriptors_.object_of(handle);
  return index == DescriptorTable::nothing || can_read(sockets_[index]);  // not open: EBADF at once
}

bool SimulatedThreads::can_read(const Socket& socket) const {
  if (socket.kind == HandleKind::listener) return network_.acceptable(socket.port);
  return !socket.connected || network_.available(socket.end) > 0 || network_.at_end(socket.end) ||
         network_.was_reset(socket.end);
}

// --- Locks and conditions ----------------------------------------------------------------------

bool SimulatedThreads::attempt_lock(std::uint32_t index, BlockingCall& call) {
  LockState& lock = locks_[static_cast<std::uint32_t>(call.lock)];
  if (lock.holder == none) {
    lock.holder = index;
    record(FactKind::lock_acquired, threads_[index].id, {.extra = fact_text(lock.label)});
    return true;
  }
  if (call.kind == BlockingCallKind::try_lock) {
    call.result = -EBUSY;
    return true;
  }
  put(lock.waiters, index);
  block(index, FactBlock::lock);
  return false;
}

bool SimulatedThreads::attempt_unlock(std::uint32_t index, BlockingCall& call) {
  LockState& lock = locks_[static_cast<std::uint32_t>(call.lock)];
  if (lock.holder != index) {
    call.result = -EPERM;
  } else {
    release_lock(index, lock);
  }
  return true;
}

/// Wakes the thread that has waited longest. It tries again; another thread may be faster.
void SimulatedThreads::release_lock(std::uint32_t index, LockState& lock) {
  lock.holder = none;
  const FactIndex released =
      record(FactKind::lock_released, threads_[index].id, {.extra = fact_text(lock.label)});
  if (!lock.waiters.empty()) make_runnable(take(lock.waiters), released);
}

bool SimulatedThreads::attempt_wait(std::uint32_t index, BlockingCall& call) {
  LockState& lock = locks_[static_cast<std::uint32_t>(call.lock)];
  if (threads_[index].notified) return attempt_lock(index, call);
  if (lock.holder != index) {
    call.result = -EPERM;
    return true;
  }
  release_lock(index, lock);
  ConditionState& condition = conditions_[static_cast<std::uint32_t>(call.condition)];
  put(condition.waiters, index);
  ++condition.waiting;
  block(index, FactBlock::job, condition.label);
  return false;
}

void SimulatedThreads::attempt_notify(std::uint32_t index, const BlockingCall& call) {
  ConditionState& condition = conditions_[static_cast<std::uint32_t>(call.condition)];
  const bool all = call.kind == BlockingCallKind::notify_all;
  const std::uint32_t woken = all ? condition.waiting : std::min(condition.waiting, 1u);
  const FactIndex told = record(FactKind::condition_notified, threads_[index].id,
                                {.value = woken, .extra = fact_text(condition.label)});
  condition.waiting -= woken;
  for (std::uint32_t i = 0; i < woken; ++i) notify(take(condition.waiters), told);
}

/// The waiter needs its lock again before it continues: if the lock is held, it waits for it.
void SimulatedThreads::notify(std::uint32_t waiter, FactIndex cause) {
  Thread& thread = threads_[waiter];
  LockState& lock = locks_[static_cast<std::uint32_t>(thread.call->lock)];
  thread.notified = true;
  record(FactKind::lock_requested, thread.id, {.extra = fact_text(lock.label), .cause = cause});
  if (lock.holder == none) return make_runnable(waiter, cause);
  record(FactKind::thread_blocked, thread.id,
         {.detail = static_cast<std::uint8_t>(FactBlock::lock)});
  put(lock.waiters, waiter);
}

Lock SimulatedThreads::make_lock(const char* label) {
  locks_.push_back({label, none, {}});
  return Lock{static_cast<std::uint32_t>(locks_.size() - 1)};
}

Condition SimulatedThreads::make_condition(const char* label) {
  conditions_.push_back({label, 0, {}});
  return Condition{static_cast<std::uint32_t>(conditions_.size() - 1)};
}

// --- Handles -----------------------------------------------------------------------------------

std::int32_t SimulatedThreads::listen(Endpoint endpoint, const char* label) {
  if (descriptors_gone()) return -EMFILE;
  const std::uint16_t port = endpoint.port != 0 ? endpoint.port : network_.free_port();
  if (!network_.listen(port, this)) return -EADDRINUSE;
  Socket socket;
  socket.kind = HandleKind::listener;
  socket.port = port;
  socket.label = label;
  const std::int32_t handle = add_handle(socket, 0, current_id());
  network_.tag_listener(port, descriptors_.object_of(Handle{handle}));
  return handle;
}

std::int32_t SimulatedThreads::open_stream_socket(const char* label) {
  if (descriptors_gone()) return -EMFILE;
  Socket socket;
  socket.label = label;
  return add_handle(socket, 0, current_id());
}

std::int32_t SimulatedThreads::open_ready_set(const char* label) {
  if (descriptors_gone()) return -EMFILE;
  Socket socket;
  socket.label = label;
  socket.ready_set = static_cast<std::uint32_t>(ready_sets_.size());
  ready_sets_.emplace_back();
  return add_handle(socket, 0, current_id());
}

SimulatedThreads::Socket* SimulatedThreads::socket_of(Handle handle) {
  const std::uint32_t index = descriptors_.object_of(handle);
  return index == DescriptorTable::nothing ? nullptr : &sockets_[index];
}

std::int32_t SimulatedThreads::add_handle(const Socket& socket, std::uint32_t connection,
                                          std::uint16_t thread) {
  if (free_sockets_.empty()) {
    free_sockets_.push_back(static_cast<std::uint32_t>(sockets_.size()));
    sockets_.emplace_back();
  }
  const std::uint32_t index = free_sockets_.back();
  free_sockets_.pop_back();
  sockets_[index] = socket;
  const Handle handle = descriptors_.add(index);
  sockets_[index].handle = handle;
  if (socket.ready_set != none) return to_number(handle);  // not a stream: not in traces
  record(FactKind::handle_opened, thread,
         {.value = connection,
          .extra = fact_text(socket.label),
          .handle = to_number(handle),
          .detail = static_cast<std::uint8_t>(socket.kind)});
  return to_number(handle);
}

std::int32_t SimulatedThreads::close_handle(Handle handle, std::uint16_t thread) {
  const std::uint32_t index = descriptors_.object_of(handle);
  if (index == DescriptorTable::nothing) return -EBADF;
  const Socket closed = sockets_[index];
  FactIndex cause = 0;
  if (closed.ready_set == none) {
    cause = record(FactKind::handle_closed, thread, {.handle = to_number(handle)});
  }
  descriptors_.remove(handle);
  sockets_[index] = {};
  free_sockets_.push_back(index);
  WaitList readers = closed.readers;
  WaitList writers = closed.writers;
  if (closed.ready_set != none) {
    readers = ready_sets_[closed.ready_set].waiters;
    ready_sets_[closed.ready_set] = {};
  } else if (closed.kind == HandleKind::listener) {
    network_.stop_listening(closed.port);
  } else if (closed.end != no_end) {
    network_.close(closed.end, cause);
  }
  wake_all(readers, cause);
  wake_all(writers, cause);
  wake_pollers(cause);
  return 0;
}

}  // namespace proactor_lab
