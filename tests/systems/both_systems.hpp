// One test body for all operating systems. The body gets a proactor and a system and cannot tell
// which system it is. The world is a stream to itself (its own listener and its own connect).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"
#include "core/socket.hpp"
#include "core/workers/in_flight_limit.hpp"
#include "core/workers/thread_workers.hpp"
#include "sim/system/simulated_os.hpp"
#include "sim/system/simulated_workers.hpp"
#include "sim/time/schedule.hpp"
#include "sim/world/network.hpp"
#include "tests/support/catch.hpp"
#include "traces/recording/fact_expander.hpp"
#include "traces/recording/memory_recorder.hpp"
#include "traces/rules/rules.hpp"

namespace proactor_lab::testing {

enum class SystemKind { simulated, io_uring, epoll };

/// The name in a trace's header.
inline const char* name_of(SystemKind kind) {
  if (kind == SystemKind::simulated) return "sim";
  return kind == SystemKind::io_uring ? "io_uring" : "epoll";
}

/// Runs a test's body once per system.
#define ON_ALL_SYSTEMS                                                     \
  const auto kind = GENERATE(proactor_lab::testing::SystemKind::simulated, \
                             proactor_lab::testing::SystemKind::io_uring,  \
                             proactor_lab::testing::SystemKind::epoll);    \
  INFO(proactor_lab::testing::name_of(kind))

struct SystemOptions {
  SystemKind kind = SystemKind::simulated;
  std::uint64_t seed = 1;
  bool short_transfers = false;
  KernelFreedom freedom = KernelFreedom::usual;  // of the simulated system
  std::uint32_t send_buffer = 65536;
  Duration latency{10'000};
  std::int32_t handle_limit = 1'048'576;        ///< simulated; live, the process's limit applies
  std::uint32_t places = 0;                     // of a worker pool; 0: none
  std::uint32_t waiting_jobs_max = UINT32_MAX;  // of the worker pool
  std::size_t in_flight_max = 0;                // 0: no limit
};

/// A system and a proactor on it. `trace` returns what has happened so far.
class System {
 public:
  explicit System(const SystemOptions& options)
      : choices_(options.seed),
        schedule_(choices_),
        network_({{options.latency, options.latency}, options.send_buffer}, schedule_),
        datagrams_({options.latency, options.latency}, schedule_),
        recorder_(options.kind == SystemKind::simulated ? &schedule_.now() : nullptr),
        kind_(options.kind) {
    std::error_code error;
    if (simulated()) {
      SimulatedOsConfig config;
      config.short_transfers = options.short_transfers;
      config.freedom = options.freedom;
      config.handle_limit = options.handle_limit;
      os_ = std::make_unique<SimulatedOs>(config, schedule_, network_, datagrams_, files_,
                                          &recorder_);
    } else if (kind_ == SystemKind::io_uring) {
      os_ = IoUringBackend::open(&recorder_, error);
    } else {
      os_ = EpollBackend::open(&recorder_, error);
    }
    if (os_ == nullptr) throw std::system_error(error, name_of(kind_));
    start_ = os_->now();
    if (options.places > 0) make_workers(options);
    AsyncOperationProcessor* processor = os_.get();
    AsyncEventDemultiplexer* demultiplexer = os_.get();
    if (options.in_flight_max > 0) {
      limit_ = std::make_unique<InFlightLimit>(*os_, *os_, options.in_flight_max, &recorder_);
      processor = limit_.get();
      demultiplexer = limit_.get();
    }
    proactor_ =
        std::make_unique<Proactor>(*processor, *demultiplexer, queue_, &recorder_, workers_.get());
  }

  OperatingSystem& os() { return *os_; }
  Proactor& proactor() { return *proactor_; }
  MemoryRecorder& recorder() { return recorder_; }
  WorkerPool& workers() { return *workers_; }
  InFlightLimit& limit() { return *limit_; }
  /// The simulated network. Live it is unused.
  Network& network() { return network_; }
  SystemKind kind() const { return kind_; }
  bool simulated() const { return kind_ == SystemKind::simulated; }
  std::size_t run() { return proactor_->run(); }
  void destroy_proactor() { proactor_.reset(); }
  void reset_proactor() { proactor_->reset(); }
  /// Creates a new proactor after the old one was destroyed, on the same system, with the same
  /// queue.
  void renew_proactor() {
    proactor_ = std::make_unique<Proactor>(*os_, *os_, queue_, &recorder_, workers_.get());
  }

  Trace trace() {
    Trace trace;
    trace.header.program = "test";
    trace.header.system = name_of(kind_);
    TraceBuilder builder(trace);
    ExpanderConfig config;
    config.infers = kind_ == SystemKind::io_uring;
    config.origin_ns = to_ns(start_);
    FactExpander expander(config, trace.strings, builder);
    expander.start(to_ns(start_), "test", trace.header.system);
    recorder_.replay(expander);
    expander.finish(to_ns(os_->now()), "finished");
    return trace;
  }

  /// A connected pair of streams, through a separate listener. Runs the proactor.
  std::pair<Handle, Handle> connected_pair() {
    std::error_code error;
    const Handle listener = os_->listen({loopback_address, 0}, "listener", error);
    const Handle near = os_->open_stream_socket("near", error);
    Handle far = Handle::none;
    Acceptor(*proactor_, listener).async_accept([&far](std::error_code, Handle handle) {
      far = handle;
    });
    const Endpoint endpoint{loopback_address, os_->local_endpoint(listener).port};
    StreamSocket(*proactor_, near).async_connect(endpoint, [](std::error_code) {});
    run();
    os_->close(listener);
    return {near, far};
  }

 private:
  void make_workers(const SystemOptions& options) {
    if (simulated()) {
      runner_ = std::make_unique<SimulatedWorkers>(static_cast<SimulatedOs&>(*os_), schedule_);
    } else {
      runner_ = std::make_unique<ThreadWorkers>();
    }
    const WorkerPoolConfig config{.places = options.places,
                                  .waiting_jobs_max = options.waiting_jobs_max};
    workers_ = std::make_unique<WorkerPool>(config, *runner_);
  }

  SeededChoices choices_;
  Schedule schedule_;
  Network network_;
  Datagrams datagrams_;
  Files files_;
  MemoryRecorder recorder_;
  CompletionEventQueue queue_;
  std::unique_ptr<OperatingSystem> os_;
  std::unique_ptr<WorkerRunner> runner_;
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<InFlightLimit> limit_;
  std::unique_ptr<Proactor> proactor_;
  Instant start_{};
  SystemKind kind_;
};

inline SystemOptions on(SystemKind kind) {
  SystemOptions options;
  options.kind = kind;
  return options;
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Checks that nothing so far breaks a rule of the pattern. Rules about good programs are left out,
/// because tests break these.
inline void require_rules_kept(System& system) {
  const Trace trace = system.trace();
  for (const Violation& violation : check_rules(trace, {.pattern_only = true})) {
    FAIL_CHECK("#" << violation.event << " " << violation.rule << ": " << violation.sentence);
  }
}

}  // namespace proactor_lab::testing
