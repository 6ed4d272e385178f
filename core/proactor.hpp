// Proactor (POSA2): initiates operations on a program's behalf, waits for completions and
// dispatches each to its handler. It knows no operating system: a processor and a demultiplexer are
// handed in.
//
//   SimulatedOs os{...};                          // or IoUringBackend
//   CompletionEventQueue queue;
//   Proactor proactor{os, os, queue, &recorder};
//
// One thread: whoever calls `run` is the loop thread, and only it may initiate. `stop` may be
// called from anywhere. A handler never runs inside the call that initiated its operation.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "core/async_event_demultiplexer.hpp"
#include "core/async_operation_processor.hpp"
#include "core/call_site.hpp"
#include "core/completion_event_queue.hpp"
#include "core/completion_handler.hpp"
#include "core/recorder.hpp"

namespace proactor_lab {

class Proactor {
 public:
  Proactor(AsyncOperationProcessor& processor, AsyncEventDemultiplexer& demultiplexer,
           CompletionEventQueue& queue, Recorder* recorder = nullptr);

  /// Takes operations still under way back from the system, then destroys their handlers without
  /// running them. Processor and queue must still be there.
  ~Proactor();
  Proactor(const Proactor&) = delete;
  Proactor& operator=(const Proactor&) = delete;

  /// Hands `request` to the system and returns at once. Buffers stay the caller's to keep alive
  /// until the handler is entered. Loop thread.
  template <class Handler>
  OperationToken initiate(const OperationRequest& request, Handler&& handler,
                          CallSite site = CallSite::here());

  /// Asks for the end of an operation. The cancel is an operation of its own, and its handler
  /// hears: nothing (it worked, and the target completes with ECANCELED), ENOENT (the target was
  /// over) or EALREADY (too far gone to stop). The target's handler always runs, and its buffer
  /// stays lent until then. Loop thread.
  template <class Handler>
  OperationToken cancel(OperationToken target, Handler&& handler, CallSite site = CallSite::here());
  void cancel(OperationToken target, CallSite site = CallSite::here());

  /// Cancels every operation on `handle`; the handler hears how many in `std::size_t`.
  template <class Handler>
  OperationToken cancel_handle(Handle handle, Handler&& handler, CallSite site = CallSite::here()) {
    return initiate({.opcode = Opcode::cancel_handle, .handle = handle},
                    std::forward<Handler>(handler), site);
  }
  /// Cancels every operation of this proactor; otherwise as `cancel_handle`.
  template <class Handler>
  OperationToken cancel_all(Handler&& handler, CallSite site = CallSite::here()) {
    return initiate({.opcode = Opcode::cancel_all}, std::forward<Handler>(handler), site);
  }

  /// Waits and dispatches until no operation is under way, `stop` was called, or the system can
  /// complete nothing more. An exception thrown by a handler comes out of here; calling `run` again
  /// goes on with the next completion. Returns the number of handlers called.
  std::size_t run();

  /// Makes `run` return after the handler that is running now. Any thread.
  void stop();
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  /// Lets `run` be called again after `stop`.
  void restart() { stopped_.store(false, std::memory_order_relaxed); }

  /// What the next operation will be called: a composed operation bears its first one's name.
  OperationId next_operation() const { return OperationId{last_id_ + 1}; }

  std::size_t operations_in_flight() const { return in_flight_; }
  Recorder* recorder() const { return recorder_; }

  /// The number traces give the loop thread.
  static constexpr std::uint16_t loop_thread = 1;

 private:
  static constexpr std::size_t slots_a_slab = 64;

  AsyncOperation& take_slot();
  void recycle(AsyncOperation& operation);
  void start(AsyncOperation& operation, const OperationRequest& request, const char* handler_name,
             CallSite site);
  void dispatch(const Completion& completion);

  /// The bytes of a provided buffer, which goes back when the handler has returned.
  class ProvidedBytes {
   public:
    ProvidedBytes(AsyncOperationProcessor& processor, const AsyncOperation& operation,
                  const Completion& completion)
        : processor_(processor),
          group_((completion.flags & completion_buffer) != 0 ? operation.buffers : nullptr),
          completion_(completion) {}
    ~ProvidedBytes() {
      if (group_ != nullptr) processor_.give_back(*group_, buffer_of(completion_.flags));
    }
    ProvidedBytes(const ProvidedBytes&) = delete;
    ProvidedBytes& operator=(const ProvidedBytes&) = delete;
    std::span<std::byte> bytes() const {
      if (group_ == nullptr || completion_.result <= 0) return {};
      return group_->buffer(buffer_of(completion_.flags))
          .first(static_cast<std::size_t>(completion_.result));
    }

   private:
    AsyncOperationProcessor& processor_;
    BufferGroup* group_;
    const Completion& completion_;
  };

  template <class Function>
  static void dispatch_to(Proactor& proactor, AsyncOperation& operation,
                          const Completion* completion);

  AsyncOperationProcessor& processor_;
  AsyncEventDemultiplexer& demultiplexer_;
  CompletionEventQueue& queue_;
  Recorder* recorder_;
  std::atomic<bool> stopped_{false};
  std::size_t in_flight_ = 0;
  std::uint32_t last_id_ = 0;
  AsyncOperation* free_ = nullptr;
  std::vector<std::unique_ptr<AsyncOperation[]>> slabs_;
};

template <class Function>
void Proactor::dispatch_to(Proactor& proactor, AsyncOperation& operation,
                           const Completion* completion) {
  auto* stored = std::launder(reinterpret_cast<Function*>(operation.handler.data()));
  if (completion == nullptr) {
    stored->~Function();
    return proactor.recycle(operation);
  }
  const ProvidedBytes provided(proactor.processor_, operation, *completion);
  if ((completion->flags & completion_more) != 0) {
    call_handler(*stored, *completion, provided.bytes());
    return;
  }
  Function function = std::move(*stored);
  stored->~Function();
  proactor.recycle(operation);
  call_handler(function, *completion, provided.bytes());
}

template <class Handler>
OperationToken Proactor::initiate(const OperationRequest& request, Handler&& handler,
                                  CallSite site) {
  using Parts = HandlerParts<std::decay_t<Handler>>;
  using Function = typename Parts::Function;
  static_assert(sizeof(Function) <= handler_capacity,
                "the handler's captures exceed handler_capacity: capture a pointer instead");
  static_assert(std::is_nothrow_move_constructible_v<Function>,
                "a handler moves out of its slot and may not throw while it does");
  std::decay_t<Handler> owned(std::forward<Handler>(handler));
  const char* name = Parts::name(owned);
  AsyncOperation& operation = take_slot();
  ::new (static_cast<void*>(operation.handler.data())) Function(Parts::function(std::move(owned)));
  operation.dispatch = &dispatch_to<Function>;
  start(operation, request, name, site);
  return {&operation, operation.id};
}

template <class Handler>
OperationToken Proactor::cancel(OperationToken target, Handler&& handler, CallSite site) {
  OperationRequest request;
  request.opcode = Opcode::cancel;
  request.target = target;
  return initiate(request, std::forward<Handler>(handler), site);
}

}  // namespace proactor_lab
