#include "lessons/live/live_runner.hpp"

#include <memory>
#include <optional>

#include "lessons/live/live_back_ends.hpp"
#include "lessons/live/live_clients.hpp"
#include "lessons/live/live_end.hpp"
#include "lessons/live/live_folder.hpp"
#include "lessons/live/live_server.hpp"
#include "traces/recording/live_trace.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t live_clients_max = 256;

std::unique_ptr<LiveTrace> make_trace(const Scenario& scenario, const std::string& path) {
  if (path.empty()) return nullptr;
  if (path == "-") {
    throw InputError("-", "", "a live trace needs a file of its own", "give --out FILE");
  }
  LiveTraceConfig config;
  config.path = path;
  config.header.program = scenario.program;
  config.header.system = name_of(scenario.system);
  config.header.seed = scenario.seed;
  config.header.scenario = scenario.json;
  config.event_limit = scenario.event_limit;
  config.infers = row_of(scenario.system).infers;
  return std::make_unique<LiveTrace>(config);
}

}  // namespace

void check_runs_live(const Scenario& scenario) {
  const ProgramEntry& entry = *find_program(scenario.program);
  const SystemRow& system = row_of(scenario.system);
  if (entry.make == nullptr && !system.has_threads) {
    throw InputError("program " + scenario.program, "", "blocks, and needs threads of its own",
                     "use --on threads, or --on sim");
  }
  if (entry.make != nullptr && !system.has_proactor) {
    throw InputError("program " + scenario.program, "", "does not block, and needs a proactor",
                     "use --on io_uring, --on epoll, or --on sim");
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

LiveRunResult run_live(const Scenario& scenario, const LiveRunOptions& options) {
  check_runs_live(scenario);
  const ProgramEntry& entry = *find_program(scenario.program);

  ProgramSettings settings = settings_of(scenario);
  // Our clients need no particular port; with 0 the system chooses a free one.
  if (!scenario.clients.empty() || !entry.listens) settings.listen_on.port = 0;
  std::optional<LiveFolder> folder;
  settings.root = entry.uses_files ? folder.emplace(scenario.files).path() : "";

  // Check that system and port are available before the trace file is replaced.
  check_can_serve(scenario, settings);
  const std::unique_ptr<LiveTrace> trace = make_trace(scenario, options.out);
  std::optional<LiveBackEnds> back_ends;
  if (!scenario.back_ends.empty()) {
    settings.back_end = back_ends.emplace(scenario.back_ends, scenario.seed).endpoint();
  }
  LiveRunResult result;
  {
    std::optional<LiveClients> clients;
    std::optional<LiveEnd> end;
    const auto on_start = [&](Endpoint endpoint, const StopServer& stop) {
      if (!scenario.clients.empty()) {
        clients.emplace(scenario.clients, scenario.seed, endpoint, stop);
      }
      const auto cut_short = [&clients, stop] {
        if (clients) clients->stop();  // first: later disconnects are no failures
        stop();
      };
      end.emplace(cut_short, options.time_limit);
      if (options.on_listening && entry.listens) options.on_listening(endpoint);
    };
    result.failure = serve_live(scenario, settings, trace.get(), on_start).failure;
    if (clients) result.client_failures = clients->join();
    if (folder) result.files = folder->files();
    result.end = LiveEnd::interrupted() ? RunEnd::interrupted : RunEnd::finished;
  }
  if (trace != nullptr) {
    if (!trace->finish(result.end == RunEnd::interrupted ? "interrupted" : "finished")) {
      throw InputError(options.out, "", "could not be written to its end", "is the disk full?");
    }
    result.events = trace->events_written();
    result.events_lost = trace->events_lost();
    result.start_ns = trace->start_ns();
  }
  return result;
}

}  // namespace proactor_lab
