#include "lessons/run/runner.hpp"

#include <algorithm>
#include <optional>

#include "lessons/run/wired_proactor.hpp"
#include "sim/system/not_modelled.hpp"
#include "sim/system/simulated_os.hpp"
#include "sim/system/simulated_workers.hpp"
#include "sim/threads/simulated_threads.hpp"
#include "sim/time/schedule.hpp"
#include "sim/world/faults.hpp"
#include "sim/world/network.hpp"
#include "sim/world/simulated_back_ends.hpp"
#include "sim/world/simulated_clients.hpp"
#include "traces/format/run_systems.hpp"
#include "traces/model/standstill.hpp"
#include "traces/recording/fact_expander.hpp"
#include "traces/recording/memory_recorder.hpp"

namespace proactor_lab {
namespace {

const std::string root_folder = "files/";
/// A traced run normally reaches its event limit long before its step limit. The step limit ends
/// runs that take no virtual time or have no trace. The minimum allows long runs with a small event
/// limit.
constexpr std::uint64_t steps_an_event = 20;
constexpr std::uint64_t steps_least = 1'000'000;

std::uint64_t step_limit(const Scenario& scenario) {
  return std::max(steps_an_event * scenario.event_limit, steps_least);
}

/// Which limit ended a run early.
enum class Limit : std::uint8_t { none, time, steps, events };

template <class System>
Limit limit_of(const System& system) {
  if (!system.limit_reached()) return Limit::none;
  return system.out_of_steps() ? Limit::steps : Limit::time;
}

void note_end(const Scenario& scenario, Limit limit, RunResult& result) {
  const std::string events = R"("limits": {"events": ...})";
  result.end = limit == Limit::none ? RunEnd::finished : RunEnd::limit;
  if (limit == Limit::events) {
    result.why = "the limit of " + std::to_string(scenario.event_limit) + " events was reached (" +
                 events + ")";
  } else if (limit == Limit::steps) {
    result.why = "the limit of " + std::to_string(step_limit(scenario)) +
                 " steps (calls, and what happens in the world) was reached (" + events + ")";
  } else if (limit == Limit::time) {
    result.why = "the run limit of " + std::to_string(scenario.run_limit.count() / 1'000'000) +
                 " ms of virtual time was reached (\"limits\": {\"run_ms\": ...})";
  }
}

/// The simulated world without the program: time, network, files, clients, back ends, faults.
struct World {
  World(const Scenario& scenario, ChoiceSource& choices, bool traced)
      : schedule(choices),
        facts(&schedule.now()),
        recorder(traced ? &facts : nullptr),
        network({scenario.links[0].latency, scenario.send_buffer}, schedule),
        datagrams(scenario.links[0].latency, schedule),
        clients(network, schedule, recorder),
        back_ends(network, schedule, recorder),
        faults(schedule, network, clients, recorder) {
    network.set_recorder(recorder);
    network.link(0) = scenario.links[0];
    for (std::size_t i = 1; i < scenario.links.size(); ++i) network.add_link(scenario.links[i]);
  }

  void write_files(const Scenario& scenario) {
    for (const ScenarioFile& each : scenario.files) {
      const FileId file = files.open(root_folder + each.path, true, true);
      files.write(file, 0, std::as_bytes(std::span(each.content)));
    }
  }

  std::vector<ScenarioFile> files_beneath_root() const {
    std::vector<ScenarioFile> found;
    for (const auto& [name, file] : files.names()) {
      if (!name.starts_with(root_folder)) continue;
      const std::vector<std::byte>& content = files.content(file);
      const std::string text(reinterpret_cast<const char*>(content.data()), content.size());
      found.push_back({name.substr(root_folder.size()), text});
    }
    return found;
  }

  /// Schedules the world's first events. REQUIRES that the program does not listen yet.
  void populate(const Scenario& scenario) {
    for (const BackEndScript& each : scenario.back_ends) back_ends.add(each);
    // No program listens yet, so the program will be given the same free port.
    const std::uint16_t port = scenario.port != 0 ? scenario.port : network.free_port();
    for (const ClientScript& each : scenario.clients) clients.add(each, port);
    for (const ScenarioFault& each : scenario.faults) add(each);
  }

  void add(const ScenarioFault& fault) {
    const Instant at = Instant{} + fault.at;
    switch (fault.kind) {
      case ScenarioFault::Kind::breaks:
        return faults.break_connection(at, fault.client);
      case ScenarioFault::Kind::cut:
        return faults.cut(at, fault.lasts, fault.client);
      case ScenarioFault::Kind::no_descriptors:
        return faults.run_out_of_descriptors(at, fault.lasts);
      case ScenarioFault::Kind::disk_error: {
        const std::string path = fault.path.empty() ? "" : root_folder + fault.path;
        return faults.fail_disk(at, fault.lasts, fault.error, path);
      }
    }
  }

  Schedule schedule;
  MemoryRecorder facts;
  Recorder* recorder;  // null: nothing is recorded
  Network network;
  Datagrams datagrams;
  Files files;
  SimulatedClients clients;
  SimulatedBackEnds back_ends;
  Faults faults;
};

/// Runs an asynchronous program on the simulated operating system.
Limit run_async(const Scenario& scenario, const ProgramEntry& entry, World& world,
                RunResult& result) {
  SimulatedOsConfig config;
  config.disk_latency = scenario.disk_latency;
  config.syscall_cost = scenario.syscall_cost;
  config.operation_cost = scenario.operation_cost;
  config.switch_cost = scenario.switch_cost;
  config.short_transfers = scenario.short_transfers;
  config.shortage = &world.faults.shortage();
  config.freedom = scenario.free_kernel ? KernelFreedom::full : KernelFreedom::usual;
  config.run_limit = Instant{} + scenario.run_limit;
  // Each fact gives at least one event, except that an initiation's two facts give one.
  config.fact_limit = static_cast<FactIndex>(scenario.event_limit + scenario.event_limit / 4);
  config.step_limit = step_limit(scenario);
  SimulatedOs os(config, world.schedule, world.network, world.datagrams, world.files,
                 world.recorder);
  SimulatedWorkers runner(os, world.schedule,
                          {.cores = scenario.worker_cores,
                           .syscall_cost = scenario.syscall_cost,
                           .switch_cost = scenario.switch_cost});
  // Destroyed after the Proactor, because it owns the buffers lent to operations.
  std::unique_ptr<AsyncProgram> program;
  WiredProactor wired(scenario, os, runner, world.recorder);
  Proactor& proactor = wired.proactor();
  program = entry.make(proactor, os, settings_of(scenario));
  world.write_files(scenario);
  world.populate(scenario);
  if (const std::error_code error = program->start()) {
    throw InputError("program " + std::string(entry.name), "", error.message());
  }
  proactor.run();
  result.failure = program->failure();
  SystemUsage& usage = result.measure.usage;
  usage = os.usage();
  usage.cpu_time += runner.usage().cpu_time;
  usage.switches += runner.usage().switches;
  usage.threads_max = 1 + scenario.workers.places;
  result.measure.handles_max = os.handles_max();
  return limit_of(os);
}

Limit run_blocking(const Scenario& scenario, const ProgramEntry& entry, World& world,
                   RunResult& result) {
  SimulatedThreadsConfig config;
  config.cores = scenario.cores;
  config.syscall_cost = scenario.syscall_cost;
  config.switch_cost = scenario.switch_cost;
  config.operation_cost = scenario.operation_cost;
  config.thread_start_cost = scenario.thread_start_cost;
  config.shortage = &world.faults.shortage();
  config.run_limit = Instant{} + scenario.run_limit;
  // Each fact gives at least one event, except that an initiation's two facts give one.
  config.fact_limit = static_cast<FactIndex>(scenario.event_limit + scenario.event_limit / 4);
  config.step_limit = step_limit(scenario);
  SimulatedThreads threads(config, world.schedule, world.network, world.recorder);
  threads.start(entry.run(threads, settings_of(scenario)), "main");
  world.populate(scenario);
  threads.run();
  result.measure.usage = threads.usage();
  result.measure.handles_max = threads.handles_max();
  return limit_of(threads);
}

Limit run_program(const Scenario& scenario, const ProgramEntry& entry, World& world,
                  RunResult& result) {
  try {
    return entry.make != nullptr ? run_async(scenario, entry, world, result)
                                 : run_blocking(scenario, entry, world, result);
  } catch (const NotModelled& reason) {
    throw InputError(scenario.file.empty() ? "program " + std::string(entry.name) : scenario.file,
                     "", reason.what(), "run it on the kernel: plab run --on io_uring");
  }
}

/// Writes the run's events to `sink`. `limit` is what ended the run; if the trace is cut, the event
/// limit replaces it.
void replay(const Scenario& scenario, World& world, Limit limit, EventSink& sink,
            RunResult& result) {
  ExpanderConfig config;
  config.event_limit = scenario.event_limit;
  StandstillWatch watch(result.trace.strings, sink);
  FactExpander expander(config, result.trace.strings, watch);
  expander.start(0, scenario.program, name_of(RunSystem::sim));
  world.facts.replay(expander);
  if (expander.events_lost() > 0) limit = Limit::events;
  note_end(scenario, limit, result);
  expander.finish(to_ns(world.schedule.now()), limit != Limit::none ? "limit" : "finished");
  result.standstill = watch.deadlock();
  if (limit != Limit::none && result.standstill.empty()) result.standstill = watch.livelock();
  result.events = watch.seen();
}

void make_trace(const Scenario& scenario, const RunOptions& options, World& world, Limit limit,
                RunResult& result) {
  Trace& trace = result.trace;
  trace.header.program = scenario.program;
  trace.header.system = name_of(RunSystem::sim);
  trace.header.seed = scenario.seed;
  trace.header.scenario = scenario.json;
  if (options.write != nullptr) {
    TraceWriter writer(trace.header, trace.strings, options.write);
    replay(scenario, world, limit, writer, result);
    writer.finish();
  } else {
    TraceBuilder builder(trace);
    replay(scenario, world, limit, builder, result);
  }
}

}  // namespace

ProgramSettings settings_of(const Scenario& scenario) {
  ProgramSettings settings;
  settings.listen_on = {loopback_address, scenario.port};
  if (!scenario.back_ends.empty()) {
    settings.back_end = {loopback_address, scenario.back_ends.front().port};
    settings.answer_bytes = scenario.back_ends.front().answer_bytes;
  }
  settings.work = scenario.work;
  settings.timeout = scenario.timeout;
  settings.tasks = scenario.tasks;
  settings.retry = scenario.retry;
  settings.root = root_folder.substr(0, root_folder.size() - 1);
  settings.source = scenario.copy.source;
  settings.target = scenario.copy.target;
  settings.buffers = scenario.copy.buffers;
  settings.queue_bytes = scenario.queue_bytes;
  settings.block_bytes = scenario.copy.block_bytes;
  settings.on_workers = scenario.workers.places > 0;
  if (settings.on_workers) settings.threads = scenario.workers.places;
  return settings;
}

RunResult run_simulated(const Scenario& scenario, const RunOptions& options) {
  SeededChoices seeded(scenario.seed);
  std::optional<TapeChoices> from_tape;
  ChoiceSource* choices = &seeded;
  if (options.tape != nullptr) choices = &from_tape.emplace(*options.tape, seeded);
  std::optional<RecordingChoices> recording;
  if (options.recorded_tape != nullptr) {
    choices = &recording.emplace(*choices, *options.recorded_tape);
  }

  const ProgramEntry& entry =
      options.program != nullptr ? *options.program : *find_program(scenario.program);
  World world(scenario, *choices, options.traced);
  RunResult result;
  world.clients.measure(result.measure.response_times);
  const Limit limit = run_program(scenario, entry, world, result);
  result.files = world.files_beneath_root();
  result.measure.unanswered = world.clients.unanswered();
  result.measure.last_answer = world.clients.last_answer() - Instant{};
  if (from_tape) result.misfits = from_tape->misfits().size();
  if (options.traced) {
    make_trace(scenario, options, world, limit, result);
  } else {
    note_end(scenario, limit, result);
  }
  return result;
}

}  // namespace proactor_lab
