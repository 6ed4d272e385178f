#include "lessons/live_runner.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>

#include "core/epoll_backend.hpp"
#include "core/io_uring_backend.hpp"
#include "core/thread_workers.hpp"
#include "lessons/live_clients.hpp"
#include "lessons/live_folder.hpp"
#include "lessons/wired_proactor.hpp"
#include "traces/live_trace.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t live_clients_max = 256;

/// Whom a signal stops. Set while one run is under way.
std::atomic<Proactor*> signalled_proactor{nullptr};
std::atomic<bool> interrupted{false};

extern "C" void on_signal(int) {
  interrupted = true;
  if (Proactor* proactor = signalled_proactor.load()) proactor->stop();
}

/// SIGINT and SIGTERM stop `proactor` as long as this lives.
class SignalStop {
 public:
  explicit SignalStop(Proactor& proactor) {
    interrupted = false;
    signalled_proactor = &proactor;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, &before_interrupt_);
    sigaction(SIGTERM, &action, &before_terminate_);
  }
  ~SignalStop() {
    sigaction(SIGINT, &before_interrupt_, nullptr);
    sigaction(SIGTERM, &before_terminate_, nullptr);
    signalled_proactor = nullptr;
  }
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;

 private:
  struct sigaction before_interrupt_ {};
  struct sigaction before_terminate_ {};
};

/// Stops the proactor after a time, unless destroyed before.
class TimeLimit {
 public:
  TimeLimit(Proactor& proactor, Duration limit) {
    if (limit <= Duration::zero()) return;
    thread_ = std::thread([this, &proactor, limit] {
      const auto until = std::chrono::steady_clock::now() + limit;
      while (!done_ && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      if (!done_) proactor.stop();
    });
  }
  ~TimeLimit() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
  }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

/// The live system that the scenario asks for; never another in its place.
std::unique_ptr<LiveBackend> open_backend(const std::string& system, Recorder* recorder) {
  std::error_code error;
  std::unique_ptr<LiveBackend> backend;
  if (system == "epoll") {
    backend = EpollBackend::open(recorder, error);
  } else {
    backend = IoUringBackend::open(recorder, error);
  }
  if (backend != nullptr) return backend;
  const std::string name = error.value() == ENOSYS  ? "ENOSYS: this kernel has none"
                           : error.value() == EPERM ? "EPERM: it is forbidden here, as in many "
                                                      "containers"
                                                    : error.message();
  throw InputError(system, "", "the kernel refuses it (" + name + ")",
                   system == "epoll" ? "run the same program simulated with --on sim"
                                     : "run the same program with --on epoll, which needs no "
                                       "io_uring, or simulated with --on sim");
}

std::unique_ptr<LiveTrace> make_trace(const Scenario& scenario, const std::string& path) {
  if (path.empty()) return nullptr;
  if (path == "-") {
    throw InputError("-", "", "a live trace needs a file of its own", "give --out FILE");
  }
  LiveTraceConfig config;
  config.path = path;
  config.header.program = scenario.program;
  config.header.system = scenario.system;
  config.header.seed = scenario.seed;
  config.header.scenario = scenario.json;
  config.event_limit = scenario.event_limit;
  config.infers = scenario.system == "io_uring";
  return std::make_unique<LiveTrace>(config);
}

void check_runs_live(const Scenario& scenario, const ProgramEntry& entry) {
  if (entry.make == nullptr) {
    throw InputError("program " + scenario.program, "", "blocks, and runs simulated only so far",
                     "use --on sim");
  }
  if (!scenario.back_ends.empty()) {
    throw InputError("program " + scenario.program, "/back_ends",
                     "back ends exist on the simulated system only so far", "use --on sim");
  }
  if (!scenario.faults.empty()) {
    throw InputError("scenario", "/faults", "faults happen in the simulated world only",
                     "use --on sim, or leave them out");
  }
  std::size_t clients = 0;
  for (const ClientScript& each : scenario.clients) clients += each.count;
  if (clients > live_clients_max) {
    throw InputError("scenario", "/clients", "more than 256 clients, each a thread when live",
                     "use --on sim, or a load tool against a scenario without clients");
  }
}

}  // namespace

LiveRunResult run_live(const Scenario& scenario, const LiveRunOptions& options) {
  const ProgramEntry& entry = *find_program(scenario.program);
  check_runs_live(scenario, entry);

  ProgramSettings settings = settings_of(scenario);
  // Clients of our own need no particular port; a free one cannot be occupied.
  if (!scenario.clients.empty() || !entry.listens) settings.listen_on.port = 0;
  std::optional<LiveFolder> folder;
  settings.root = entry.uses_files ? folder.emplace(scenario.files).path() : "";

  std::unique_ptr<LiveTrace> trace;
  LiveRunResult result;
  std::error_code error;
  {
    // Find out whether system and port can be had before the trace's file is replaced.
    const std::unique_ptr<LiveBackend> probe = open_backend(scenario.system, nullptr);
    const Handle listener = probe->listen(settings.listen_on, "probe", error);
    if (error) {
      throw InputError("port " + std::to_string(settings.listen_on.port), "",
                       "cannot be listened on: " + error.message(),
                       "choose another with --port, or 0 for any");
    }
    probe->close(listener);
  }
  trace = make_trace(scenario, options.out);
  {
    const std::unique_ptr<LiveBackend> os = open_backend(scenario.system, trace.get());
    ThreadWorkers runner;
    std::unique_ptr<AsyncProgram> program;
    WiredProactor wired(scenario, *os, runner, trace.get());
    Proactor& proactor = wired.proactor();
    const SignalStop signals(proactor);
    program = entry.make(proactor, *os, settings);
    if ((error = program->start())) {
      throw InputError("program " + scenario.program, "", error.message());
    }
    if (options.on_listening && entry.listens) options.on_listening(program->endpoint());
    std::optional<LiveClients> clients;
    const TimeLimit limit(proactor, options.time_limit);
    if (!scenario.clients.empty()) {
      clients.emplace(scenario.clients, program->endpoint(), [&proactor] { proactor.stop(); });
    }
    proactor.run();
    result.failure = program->failure();
    // Clients that a stop left waiting hear their connections close.
    os->release_all();
    os->close_all();
    if (clients) result.client_failures = clients->join();
    if (folder) result.files = folder->files();
    result.end = interrupted ? RunEnd::interrupted : RunEnd::finished;
  }
  if (trace != nullptr) {
    if (!trace->finish(result.end == RunEnd::interrupted ? "interrupted" : "finished")) {
      throw InputError(options.out, "", "could not be written to its end", "is the disk full?");
    }
    result.events = trace->events_written();
    result.events_lost = trace->events_lost();
  }
  return result;
}

}  // namespace proactor_lab
