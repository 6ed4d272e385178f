#include "lessons/live/live_server.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <iterator>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/blocking/live_threads.hpp"
#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"
#include "core/workers/thread_workers.hpp"
#include "lessons/run/wired_proactor.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

/// How each live system's backend is created, and what to use instead if the kernel refuses it.
struct BackendMaker {
  RunSystem system;
  std::unique_ptr<LiveBackend> (*open)(Recorder*, std::error_code&);
  const char* instead;
};

constexpr BackendMaker backend_makers[] = {
    {RunSystem::io_uring,
     [](Recorder* recorder, std::error_code& error) -> std::unique_ptr<LiveBackend> {
       return IoUringBackend::open(recorder, error);
     },
     "run the same program with --on epoll, which needs no io_uring, or simulated with --on sim"},
    {RunSystem::epoll,
     [](Recorder* recorder, std::error_code& error) -> std::unique_ptr<LiveBackend> {
       return EpollBackend::open(recorder, error);
     },
     "run the same program simulated with --on sim"},
};

/// The live system that the scenario names; there is no fallback to another.
std::unique_ptr<LiveBackend> open_backend(RunSystem system, Recorder* recorder) {
  const auto* const maker =
      std::find_if(std::begin(backend_makers), std::end(backend_makers),
                   [&](const BackendMaker& each) { return each.system == system; });
  assert(maker != std::end(backend_makers));  // check_runs_live has rejected all others
  std::error_code error;
  if (std::unique_ptr<LiveBackend> backend = maker->open(recorder, error)) return backend;
  const std::string reason = error.value() == ENOSYS  ? "ENOSYS: this kernel has none"
                             : error.value() == EPERM ? "EPERM: it is forbidden here, as in many "
                                                        "containers"
                                                      : error.message();
  throw InputError(std::string(name_of(system)), "", "the kernel refuses it (" + reason + ")",
                   maker->instead);
}

/// Makes a stop callable at any time, even after the server has been destroyed.
class Stopping {
 public:
  explicit Stopping(std::function<void()> stop) : state_(std::make_shared<State>()) {
    state_->stop = std::move(stop);
  }
  ~Stopping() {
    const std::lock_guard lock(state_->mutex);
    state_->stop = nullptr;
  }
  Stopping(const Stopping&) = delete;
  Stopping& operator=(const Stopping&) = delete;

  StopServer handle() const {
    return [state = state_] {
      const std::lock_guard lock(state->mutex);
      if (state->stop) state->stop();
    };
  }

 private:
  struct State {
    std::mutex mutex;
    std::function<void()> stop;
  };
  std::shared_ptr<State> state_;
};

LiveServerResult serve_blocking(const ProgramEntry& entry, const ProgramSettings& settings,
                                Recorder* recorder,
                                const std::function<void(Endpoint, StopServer)>& on_start) {
  LiveThreads threads(recorder);
  const Stopping stopping([&threads] { threads.stop(); });
  if (entry.listens) {
    threads.on_listening([&](Endpoint endpoint) { on_start(endpoint, stopping.handle()); });
  } else {
    on_start({}, stopping.handle());
  }
  threads.run(entry.run(threads, settings), "main");
  return {"", threads.threads_max()};
}

LiveServerResult serve_async(const Scenario& scenario, const ProgramEntry& entry,
                             const ProgramSettings& settings, Recorder* recorder,
                             const std::function<void(Endpoint, StopServer)>& on_start) {
  const std::unique_ptr<LiveBackend> os = open_backend(scenario.system, recorder);
  ThreadWorkers runner;
  std::unique_ptr<AsyncProgram> program;
  WiredProactor wired(scenario, *os, runner, recorder);
  Proactor& proactor = wired.proactor();
  program = entry.make(proactor, *os, settings);
  if (const std::error_code error = program->start()) {
    throw InputError("program " + scenario.program, "", error.message());
  }
  const Stopping stopping([&proactor] { proactor.stop(); });
  on_start(program->endpoint(), stopping.handle());
  proactor.run();
  // Close the connections, so that clients that still wait see them end.
  os->release_all();
  os->close_all();
  return {program->failure(), 1 + scenario.workers.places};
}

}  // namespace

LiveServerResult serve_live(const Scenario& scenario, const ProgramSettings& settings,
                            Recorder* recorder,
                            const std::function<void(Endpoint, StopServer)>& on_start) {
  const ProgramEntry& entry = *find_program(scenario.program);
  return entry.make == nullptr ? serve_blocking(entry, settings, recorder, on_start)
                               : serve_async(scenario, entry, settings, recorder, on_start);
}

void check_can_serve(const Scenario& scenario, const ProgramSettings& settings) {
  std::error_code error;
  if (find_program(scenario.program)->make == nullptr) {
    LiveThreads threads(nullptr);
    const std::int32_t listener = threads.listen(settings.listen_on, "probe");
    if (listener < 0) error = {-listener, std::system_category()};
  } else {
    const std::unique_ptr<LiveBackend> probe = open_backend(scenario.system, nullptr);
    const Handle listener = probe->listen(settings.listen_on, "probe", error);
    if (!error) probe->close(listener);
  }
  if (!error) return;
  throw InputError("port " + std::to_string(settings.listen_on.port), "",
                   "cannot be listened on: " + error.message(),
                   "choose another with --port, or 0 for any");
}

}  // namespace proactor_lab
