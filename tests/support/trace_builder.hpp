// Hand-made traces for tests: one call per event, in the order and with the causes that the
// recorder would give. The time does not change until `after` moves it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "traces/format/trace.hpp"

namespace proactor_lab::test {

class TraceBuilder {
 public:
  explicit TraceBuilder(std::string program = "hand_made") {
    trace_.header.program = std::move(program);
    trace_.header.system = "sim";
    add(EventKind::run_started);
  }

  TraceBuilder& after(std::int64_t ns) {
    now_ns_ += ns;
    return *this;
  }

  /// Sets the next event's cause, if it is not the operation's last event.
  TraceBuilder& because_of(std::uint32_t cause) {
    cause_ = cause;
    return *this;
  }

  /// Adds any event. Its fields can be set until the next call.
  Event& add(EventKind kind, std::uint32_t operation = 0) {
    Event event;
    event.kind = kind;
    event.seq = static_cast<std::uint32_t>(events_.size() + 1);
    event.time_ns = event.earliest_ns = now_ns_;
    event.operation = operation;
    if (operation != 0) {
      event.cause = last_of_[operation];
      last_of_[operation] = event.seq;
      if (auto known = handles_.find(operation); known != handles_.end())
        event.handle = known->second;
    } else if (event.seq > 1) {
      event.cause = event.seq - 1;
    }
    if (cause_ != 0) event.cause = cause_;
    cause_ = 0;
    return events_.emplace_back(event);
  }

  StringId word(std::string_view text) { return trace_.strings.keep(text); }
  std::uint32_t last() const { return static_cast<std::uint32_t>(events_.size()); }

  // Events of the program and its loop, on the thread that `on` names.
  TraceBuilder& on(std::uint16_t thread) {
    thread_ = thread;
    return *this;
  }
  void thread_started(std::string_view label) {
    Event& event = own(EventKind::thread_started);
    event.label = word(label);
  }
  std::uint32_t open(std::string_view label, std::string_view kind = "stream") {
    std::uint32_t id = ++handle_count_;
    Event& event = own(EventKind::handle_opened);
    event.handle = id;
    event.value = 4 + id;
    event.label = word(label);
    event.text = word(kind);
    return id;
  }
  std::uint32_t initiate(std::string_view opcode, std::uint32_t handle, std::int64_t bytes,
                         std::string_view handler) {
    std::uint32_t id = ++operation_count_;
    handles_[id] = handle;
    Event& event = own(EventKind::operation_initiated, id);
    event.opcode = word(opcode);
    event.label = word(handler);
    event.file = word("lessons/programs/hand_made.cpp");
    event.line = 10 + id;
    event.bytes = bytes;
    event.buffer = bytes > 0 ? id : 0;
    event.cause = handling_ != 0 ? handling_ : 1;
    if (bytes > 0) {
      Event& lent = own(EventKind::buffer_lent, id);
      lent.buffer = id;
      lent.bytes = bytes;
      buffers_[id] = id;
    }
    return id;
  }
  void wait() { own(EventKind::wait_entered); }
  void wait_returned(std::int64_t completions) {
    own(EventKind::wait_returned).value = completions;
  }
  void dequeue(std::uint32_t operation) {
    std::int64_t result = results_[operation];
    --depth_;
    own(EventKind::completion_dequeued, operation).value = result;
    if (buffers_.count(operation) == 0) return;
    Event& returned = own(EventKind::buffer_returned, operation);
    returned.buffer = buffers_[operation];
    returned.bytes = std::max<std::int64_t>(result, 0);
  }
  void enter(std::uint32_t operation, std::string_view handler) {
    Event& event = own(EventKind::handler_entered, operation);
    event.label = word(handler);
    handling_ = event.seq;
  }
  void leave(std::uint32_t operation) {
    own(EventKind::handler_exited, operation);
    handling_ = 0;
  }
  void cancel(std::uint32_t cancel, std::uint32_t target) {
    own(EventKind::cancel_requested, cancel).target = target;
  }

  // Events of threads that block.
  void call(std::string_view opcode, std::uint32_t handle) {
    Event& event = own(EventKind::syscall_entered);
    event.opcode = word(opcode);
    event.handle = handle;
  }
  void block(std::string_view why) { own(EventKind::thread_blocked).text = word(why); }
  void wake() { own(EventKind::thread_woken); }
  void returned(std::string_view opcode, std::uint32_t handle, std::int64_t value) {
    Event& event = own(EventKind::syscall_returned);
    event.opcode = word(opcode);
    event.handle = handle;
    event.value = value;
  }

  // Events of the system.
  void submit(std::uint32_t operation) { add(EventKind::operation_submitted, operation); }
  void start(std::uint32_t operation) { add(EventKind::operation_started, operation); }
  void move(std::uint32_t operation, std::int64_t bytes) {
    Event& event = add(EventKind::bytes_moved, operation);
    event.role = Role::processor;
    event.bytes = bytes;
  }
  void complete(std::uint32_t operation, std::int64_t result) {
    results_[operation] = result;
    add(EventKind::operation_completed, operation).value = result;
  }
  void queue(std::uint32_t operation) {
    add(EventKind::completion_queued, operation).value = ++depth_;
  }

  // Events of the world. Each returns its event's `seq`, to be used as a cause later.
  std::uint32_t client_connected(std::string_view client) {
    add(EventKind::client_connected).label = word(client);
    return last();
  }
  std::uint32_t client_sent(std::string_view client, std::uint32_t handle, std::int64_t bytes) {
    Event& event = add(EventKind::client_sent);
    event.label = word(client);
    event.handle = handle;
    event.bytes = bytes;
    return last();
  }
  std::uint32_t client_received(std::string_view client, std::uint32_t handle, std::int64_t bytes) {
    Event& event = add(EventKind::client_received);
    event.label = word(client);
    event.handle = handle;
    event.bytes = bytes;
    return last();
  }

  Trace finish() {
    add(EventKind::run_finished);
    for (const Event& event : events_) trace_.events.push_back(event);
    return std::move(trace_);
  }

 private:
  Event& own(EventKind kind, std::uint32_t operation = 0) {
    Event& event = add(kind, operation);
    event.thread = thread_;
    return event;
  }

  Trace trace_;
  std::vector<Event> events_;
  std::int64_t now_ns_ = 0;
  std::uint16_t thread_ = 1;
  std::uint32_t operation_count_ = 0;
  std::uint32_t handle_count_ = 0;
  std::uint32_t handling_ = 0;
  std::uint32_t cause_ = 0;
  std::int64_t depth_ = 0;
  std::map<std::uint32_t, std::uint32_t> last_of_;
  std::map<std::uint32_t, std::uint32_t> handles_;
  std::map<std::uint32_t, std::uint32_t> buffers_;
  std::map<std::uint32_t, std::int64_t> results_;
};

/// Two connections, one thread. A asks first. B's client is nearer and is served first. Both are
/// echoed, then A's receive is cancelled.
inline Trace echo_of_two() {
  TraceBuilder b("echo_server");
  b.thread_started("main");
  std::uint32_t listener = b.open("listener", "listener");
  auto microseconds = [&](double us) { b.after(static_cast<std::int64_t>(us * 1000)); };
  auto hand_over = [&](std::uint32_t operation) {
    b.submit(operation);
    b.start(operation);
  };
  auto arrive = [&](std::uint32_t operation, std::int64_t result) {
    if (result > 0) b.move(operation, result);
    b.complete(operation, result);
    b.queue(operation);
    microseconds(0.3);
  };
  auto serve = [&](std::uint32_t operation, const char* handler) {
    b.wait_returned(1);
    b.dequeue(operation);
    microseconds(0.4);
    b.enter(operation, handler);
    microseconds(1);
  };
  std::uint32_t accepts = b.initiate("accept", listener, 0, "on_accept");
  microseconds(1);
  std::uint32_t streams[2];
  std::uint32_t receives[2];
  const char* names[] = {"A", "B"};
  for (int i = 0; i < 2; ++i) {
    b.wait();
    hand_over(accepts);
    if (i > 0) hand_over(receives[0]);
    microseconds(10);
    std::uint32_t connected = b.client_connected(names[i]);
    microseconds(12);
    b.because_of(connected).complete(accepts, 7);
    b.queue(accepts);
    serve(accepts, "on_accept");
    streams[i] = b.open(names[i]);
    receives[i] = b.initiate("receive", streams[i], 4096, "on_receive");
    microseconds(0.5);
    std::uint32_t next = b.initiate("accept", listener, 0, "on_accept");
    b.leave(accepts);
    accepts = next;
  }
  b.wait();
  hand_over(receives[1]);
  hand_over(accepts);
  microseconds(10);
  std::uint32_t sent = b.client_sent("B", streams[1], 5);
  microseconds(30);
  b.because_of(sent);
  arrive(receives[1], 5);
  serve(receives[1], "on_receive");
  std::uint32_t send = b.initiate("send", streams[1], 5, "on_send");
  microseconds(20);
  b.leave(receives[1]);
  b.wait();
  hand_over(send);
  b.move(send, 5);
  sent = b.last();
  b.complete(send, 5);
  b.queue(send);
  microseconds(10);
  b.because_of(sent).client_received("B", streams[1], 5);
  serve(send, "on_send");
  std::uint32_t cancel = b.initiate("cancel", streams[0], 0, "on_cancel");
  b.cancel(cancel, receives[0]);
  b.leave(send);
  b.wait();
  hand_over(cancel);
  microseconds(2);
  b.complete(receives[0], -125);
  b.queue(receives[0]);
  b.complete(cancel, 0);
  b.queue(cancel);
  microseconds(19800);
  b.wait_returned(2);
  b.dequeue(receives[0]);
  b.enter(receives[0], "on_receive");
  microseconds(1);
  b.leave(receives[0]);
  b.dequeue(cancel);
  b.enter(cancel, "on_cancel");
  b.leave(cancel);
  return b.finish();
}

/// Three threads. Each works, blocks in a read, and works again.
inline Trace three_threads(int count = 3) {
  TraceBuilder b("three_requests");
  const char* names[] = {"A", "B", "C", "D", "E", "F"};
  std::uint32_t handles[6] = {};
  for (int i = 0; i < count; ++i) {
    b.on(static_cast<std::uint16_t>(i + 1));
    b.thread_started(std::string("request ") + names[i]);
    handles[i] = b.open(names[i]);
    if (i > 0) b.block("cpu");
  }
  for (int i = 0; i < count; ++i) {
    b.on(static_cast<std::uint16_t>(i + 1));
    if (i > 0) b.add(EventKind::thread_switched).thread = static_cast<std::uint16_t>(i + 1);
    b.after(2'500'000).call("read", handles[i]);
    b.block("io");
  }
  b.after(90'000'000);
  for (int i = 0; i < count; ++i) {
    b.on(static_cast<std::uint16_t>(i + 1)).after(100'000);
    std::uint32_t sent = b.client_sent(names[i], handles[i], 100);
    b.after(100'000).because_of(sent).wake();
    Event& moved = b.add(EventKind::bytes_moved);
    moved.role = Role::application;
    moved.bytes = 100;
    moved.thread = static_cast<std::uint16_t>(i + 1);
    b.returned("read", handles[i], 100);
    b.after(2'500'000).add(EventKind::thread_exited).thread = static_cast<std::uint16_t>(i + 1);
  }
  return b.finish();
}

}  // namespace proactor_lab::test
