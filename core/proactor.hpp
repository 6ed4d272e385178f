// Proactor (POSA2): initiates operations for a program, waits for completions and dispatches each
// one to its handler. It does not depend on an operating system: the processor and the
// demultiplexer are passed in.
//
//   SimulatedOs os{...};                          // or IoUringBackend
//   CompletionEventQueue queue;
//   Proactor proactor{os, os, queue, &recorder};
//
// The thread that creates the Proactor is the loop thread: it calls `run`, and it alone calls the
// system. Operations may be initiated from any thread; those of other threads pass through an
// inbox. Handlers run on the loop thread or, if a WorkerPool is given, on its workers. A handler
// never runs inside the call that initiated its operation.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "core/async_event_demultiplexer.hpp"
#include "core/async_operation_processor.hpp"
#include "core/completion_event_queue.hpp"
#include "core/completion_handler.hpp"
#include "core/detail/large_pages.hpp"
#include "core/recording/recorder.hpp"
#include "core/values/call_site.hpp"
#include "core/workers/worker_pool.hpp"

namespace proactor_lab {

class Proactor final : private WorkerHost {
 public:
  /// All arguments must outlive the Proactor. `workers` is used by this Proactor exclusively.
  Proactor(AsyncOperationProcessor& processor, AsyncEventDemultiplexer& demultiplexer,
           CompletionEventQueue& queue, Recorder* recorder = nullptr,
           WorkerPool* workers = nullptr);

  /// As `reset`.
  ~Proactor();
  Proactor(const Proactor&) = delete;
  Proactor& operator=(const Proactor&) = delete;

  /// Hands `request` to the system and returns at once. The caller keeps the buffers alive until
  /// the handler is entered. Throws std::invalid_argument if the handler is null; nothing is
  /// initiated then. Any thread.
  template <class Handler>
  OperationToken initiate(const OperationRequest& request, Handler&& handler,
                          CallSite site = CallSite::here());

  /// Requests the end of an operation. The cancel is a separate operation. Its handler receives no
  /// error (the target completes with ECANCELED), ENOENT (the target had completed, waits for its
  /// predecessor in a chain, or is a link timeout) or EALREADY (the target can no longer be
  /// stopped). If a target is cancelled twice, the second cancel may receive either error. The
  /// target's handler always runs, and its buffer is lent until then. Any thread.
  template <class Handler>
  OperationToken cancel(OperationToken target, Handler&& handler, CallSite site = CallSite::here());
  void cancel(OperationToken target, CallSite site = CallSite::here());

  /// Cancels every operation on `handle`; the handler receives their number as `std::size_t`.
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

  /// Calls `job`, void(std::error_code), as a separate handler: on a worker if there are any, else
  /// on the loop thread. The error is EAGAIN if the pool rejects it. Any thread.
  template <class Handler>
  OperationToken post(Handler&& job, CallSite site = CallSite::here()) {
    return initiate({.opcode = Opcode::no_op}, std::forward<Handler>(job), site);
  }

  /// Waits and dispatches until no operation is in flight, `stop` was called, or the system cannot
  /// complete anything more. An exception that a handler throws is rethrown here, one at a time;
  /// the next call of `run` continues with the next completion. Returns the number of handlers
  /// called. Loop thread.
  std::size_t run();

  /// Makes `run` return after the handler that is running now or, with workers, after those that
  /// are running. Operations in flight are not cancelled. Any thread; async-signal-safe.
  void stop();
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  /// Lets `run` be called again after `stop`.
  void restart() { stopped_.store(false, std::memory_order_relaxed); }

  /// Ends in an orderly way: cancels all operations in flight, and those that handlers initiate
  /// meanwhile, until every handler has been called. Returns false if that does not end (a handler
  /// that keeps initiating) or if the system cannot complete anything more. Loop thread, not in a
  /// handler.
  bool drain();

  /// Takes operations in flight back from the system and destroys their handlers without calling
  /// them; the Proactor is then in its initial state. Waits for workers that are in a handler and,
  /// on a live system, for the kernel, which owns the buffers until then. Tokens from before become
  /// invalid. Allocates nothing. Loop thread, not in a handler.
  void reset();

  /// Reserves the id of a later operation (`OperationRequest::reserved`). The operations of a
  /// composed operation name the first one as their parent. Any thread.
  OperationId reserve_operation() {
    return OperationId{next_id_.fetch_add(1, std::memory_order_relaxed)};
  }
  /// A new strand's number. Any thread.
  std::uint32_t next_strand() { return last_strand_.fetch_add(1, std::memory_order_relaxed) + 1; }

  /// Number of operations that the system holds or whose handlers have not been called yet. Loop
  /// thread.
  std::size_t operations_in_flight() const { return in_flight_; }
  Recorder* recorder() const { return recorder_; }

  /// The loop thread's number in traces.
  static constexpr std::uint16_t loop_thread = loop_thread_number;

 private:
  // A new slab has a quarter as many slots as there are already: large slabs get large pages.
  static constexpr std::size_t slots_a_slab_min = 64;
  static constexpr std::size_t slots_a_slab_max = 8192;

  bool on_loop_thread() const { return of_this_thread == this || is_one_of_this_thread(); }
  [[gnu::cold]] bool is_one_of_this_thread() const;
  void recycle(AsyncOperation& operation) {
    on_loop_thread() ? recycle_here(operation) : recycle_elsewhere(operation);
  }
  void recycle_here(AsyncOperation& operation) {
    operation.id.store(OperationId::none, std::memory_order_relaxed);
    operation.next = free_;
    free_ = &operation;
  }
  [[gnu::cold]] AsyncOperation& take_slot();
  void recycle_elsewhere(AsyncOperation& operation);

  template <class Function>
  [[gnu::noinline]] OperationToken initiate_with_care(const OperationRequest& request,
                                                      Function function, const char* name,
                                                      std::uint32_t strand, CallSite site);
  template <class Function>
  OperationId fill_in(AsyncOperation& operation, OperationId reserved, Function&& function,
                      std::uint32_t strand);
  void start_elsewhere(AsyncOperation& operation, const char* handler_name, CallSite site);
  void start_recorded(AsyncOperation& operation, const char* handler_name, CallSite site);
  [[gnu::cold]] void start_recorded_with_care(AsyncOperation& operation, const char* handler_name,
                                              CallSite site);
  void record_dequeued(const Completion& completion, std::uint8_t entered);
  void record_last_exit();
  /// Loop thread.
  void admit(AsyncOperation& operation) {
    if (is_cancel(operation.opcode)) prepare_cancel(operation);
    link_ = operation.link;
    ++in_flight_;
    processor_.start(operation);
  }
  [[gnu::cold]] void prepare_cancel(AsyncOperation& cancel);
  [[gnu::cold]] void record_cancel_request(const AsyncOperation& cancel);
  bool abandon_all();
  void admit_all(OperationList& operations);

  /// A chain that another thread has begun but not ended.
  struct OpenChain {
    std::thread::id thread;
    OperationList operations;
  };
  void hand_over(AsyncOperation& operation);
  void hand_over_open_chain();
  std::vector<OpenChain>::iterator open_chain_of_this_thread();
  void pass_over(OperationList& operations);

  bool dispatch_all();
  bool wait();
  template <bool traced>
  void dispatch_all_here();
  void handle(const Completion& completion);
  void dispatch_with_care(const Completion& completion);
  void look_into_inbox() {
    if (inbox_used_.load(std::memory_order_acquire)) empty_inbox();
  }
  void empty_inbox();
  void take_back(std::uint32_t place);

  void run_handler(std::uint32_t place, const Completion& completion) override;
  void worker_finished(std::uint32_t place) override;
  void take_over(OperationList& operations) override;

  template <class Function>
  static void handle_once(Proactor& proactor, AsyncOperation& operation,
                          const Completion& completion);
  template <class Function>
  static void handle_in_general(Proactor& proactor, AsyncOperation& operation,
                                const Completion* completion);
  template <class Function>
  static constexpr Handling handling_of{&handle_once<Function>, &handle_in_general<Function>};

  /// Its address identifies the thread, at less cost than std::this_thread::get_id().
  static inline constinit thread_local char thread_mark = 0;
  /// A Proactor of which this thread is the loop thread; if there are several, one of them.
  static inline constinit thread_local const Proactor* of_this_thread = nullptr;

  AsyncOperationProcessor& processor_;
  AsyncEventDemultiplexer& demultiplexer_;
  CompletionEventQueue& queue_;
  Recorder* recorder_;
  WorkerPool* workers_;
  const char* loop_thread_mark_ = &thread_mark;  // null while a simulated worker runs
  std::atomic<bool> stopped_{false};
  std::atomic<std::uint32_t> next_id_{1};
  std::atomic<std::uint32_t> last_strand_{0};
  std::size_t in_flight_ = 0;
  std::size_t admitted_from_inbox_ = 0;
  std::size_t handled_ = 0;
  // Id of the operation whose handler was entered last on the loop thread and whose exit has not
  // been recorded yet.
  std::uint32_t last_entered_ = 0;
  std::size_t slots_owed_ = 0;              // slots to give back to other threads
  Link link_ = Link::none;                  // link of the operation started last, to the next one
  std::atomic<bool> drain_cancels_{false};  // a cancel of `drain` is in flight; a worker may end it
  AsyncOperation* free_ = nullptr;

  std::atomic<bool> inbox_used_{false};  // set under the mutex, read without it
  std::mutex mutex_;                     // guards all members below
  OperationList inbox_;
  std::vector<OpenChain> open_chains_;
  std::vector<std::uint32_t> finished_;        // places whose handlers have returned
  std::vector<std::uint32_t> finished_taken_;  // for the loop thread only: swapped with `finished_`
  std::vector<std::exception_ptr> failures_;   // of workers, to be rethrown by `run`
  std::int64_t handed_over_at_ = 0;            // timestamp of the latest hand-over
  AsyncOperation* free_elsewhere_ = nullptr;   // slots that other threads recycled
  std::vector<std::vector<AsyncOperation, LargePages<AsyncOperation>>> slabs_;
  std::size_t slots_ = 0;  // in all slabs
};

template <class Function>
void Proactor::handle_once(Proactor& proactor, AsyncOperation& operation,
                           const Completion& completion) {
  auto* stored = std::launder(reinterpret_cast<Function*>(operation.handler.data()));
  Function function = std::move(*stored);
  stored->~Function();
  proactor.recycle_here(operation);
  call_handler(function, completion, {});
}

template <class Function>
void Proactor::handle_in_general(Proactor& proactor, AsyncOperation& operation,
                                 const Completion* completion) {
  auto* stored = std::launder(reinterpret_cast<Function*>(operation.handler.data()));
  if (completion == nullptr) {
    stored->~Function();
    return proactor.recycle(operation);
  }
  std::span<std::byte> provided;
  if constexpr (takes_bytes<Function>) provided = provided_bytes(operation, *completion);
  if ((completion->flags & completion_more) != 0) {
    return call_handler(*stored, *completion, provided);
  }
  Function function = std::move(*stored);
  stored->~Function();
  proactor.recycle(operation);
  call_handler(function, *completion, provided);
}

template <class Handler>
[[gnu::always_inline]] inline OperationToken Proactor::initiate(const OperationRequest& request,
                                                                Handler&& handler, CallSite site) {
  using Parts = HandlerParts<std::decay_t<Handler>>;
  using Function = typename Parts::Function;
  static_assert(sizeof(Function) <= handler_capacity,
                "the handler's captures exceed handler_capacity: capture a pointer instead");
  static_assert(std::is_nothrow_move_constructible_v<Function>,
                "a handler moves out of its slot and may not throw while it does");
  std::decay_t<Handler> owned(std::forward<Handler>(handler));
  refuse_null(owned, name_of(request.opcode));
  const char* name = Parts::name(owned);
  const std::uint32_t strand = Parts::strand(owned);
  if (of_this_thread != this || free_ == nullptr) {
    OperationRequest kept;
    copy_request(request, kept);
    kept.reserved = request.reserved;
    return initiate_with_care(kept, Parts::function(std::move(owned)), name, strand, site);
  }
  // Fast path: on the loop thread, with a free slot.
  AsyncOperation& operation = *std::exchange(free_, free_->next);
  copy_request(request, operation);
  const OperationId id =
      fill_in(operation, request.reserved, Parts::function(std::move(owned)), strand);
  if (is_cancel(request.opcode)) prepare_cancel(operation);
  link_ = request.link;
  if (recorder_ != nullptr) {
    start_recorded(operation, name, site);
  } else {
    ++in_flight_;
    processor_.start(operation);
  }
  return {&operation, id};
}

/// Slow path: from another thread, or with no free slot.
template <class Function>
OperationToken Proactor::initiate_with_care(const OperationRequest& request, Function function,
                                            const char* name, std::uint32_t strand, CallSite site) {
  AsyncOperation& operation = take_slot();
  copy_request(request, operation);
  const OperationId id = fill_in(operation, request.reserved, std::move(function), strand);
  start_elsewhere(operation, name, site);
  return {&operation, id};  // elsewhere it may be done by now: only its id is safe to use
}

template <class Function>
OperationId Proactor::fill_in(AsyncOperation& operation, OperationId reserved, Function&& function,
                              std::uint32_t strand) {
  operation.strand = strand;
  ::new (static_cast<void*>(operation.handler.data())) Function(std::move(function));
  operation.handling = &handling_of<Function>;
  const OperationId id = reserved != OperationId::none ? reserved : reserve_operation();
  operation.id.store(id, std::memory_order_relaxed);
  return id;
}

template <class Handler>
OperationToken Proactor::cancel(OperationToken target, Handler&& handler, CallSite site) {
  OperationRequest request;
  request.opcode = Opcode::cancel;
  request.target = target;
  return initiate(request, std::forward<Handler>(handler), site);
}

}  // namespace proactor_lab
