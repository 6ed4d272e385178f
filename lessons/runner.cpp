#include "lessons/runner.hpp"

#include <optional>

#include "lessons/wired_proactor.hpp"
#include "sim/actors.hpp"
#include "sim/network.hpp"
#include "sim/schedule.hpp"
#include "sim/simulated_os.hpp"
#include "sim/simulated_threads.hpp"
#include "sim/simulated_workers.hpp"
#include "traces/fact_expander.hpp"
#include "traces/memory_recorder.hpp"

namespace proactor_lab {
namespace {

const std::string root_folder = "files/";

/// The world of a scenario, without the program: time, network, clients, back ends.
struct World {
  World(const Scenario& scenario, ChoiceSource& choices)
      : schedule(choices),
        recorder(&schedule.now()),
        network({scenario.latency, scenario.send_buffer}, schedule),
        datagrams(scenario.latency, schedule),
        clients(network, schedule, &recorder),
        back_ends(network, schedule, &recorder) {}

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

  /// The world's first events; after the program had its chance to listen.
  void populate(const Scenario& scenario) {
    for (const BackEndScript& each : scenario.back_ends) back_ends.add(each);
    for (const ClientScript& each : scenario.clients) clients.add(each, scenario.port);
  }

  Schedule schedule;
  MemoryRecorder recorder;
  Network network;
  Datagrams datagrams;
  Files files;
  SimulatedClients clients;
  SimulatedBackEnds back_ends;
};

/// Runs a program over the first seam; true where the run limit ended it.
bool run_async(const Scenario& scenario, const ProgramEntry& entry, World& world,
               std::string& failure) {
  SimulatedOsConfig config;
  config.disk_latency = scenario.disk_latency;
  config.syscall_cost = scenario.syscall_cost;
  config.short_transfers = scenario.short_transfers;
  config.freedom = scenario.free_kernel ? KernelFreedom::full : KernelFreedom::usual;
  config.run_limit = Instant{} + scenario.run_limit;
  // A fact is at least one event, an initiation's two facts aside.
  config.fact_limit = static_cast<FactIndex>(scenario.event_limit + scenario.event_limit / 4);
  SimulatedOs os(config, world.schedule, world.network, world.datagrams, world.files,
                 &world.recorder);
  SimulatedWorkers runner(os, world.schedule);
  // The program owns the buffers that its operations lend: it must outlive the Proactor.
  std::unique_ptr<AsyncProgram> program;
  WiredProactor wired(scenario, os, runner, &world.recorder);
  Proactor& proactor = wired.proactor();
  program = entry.make(proactor, os, settings_of(scenario));
  world.write_files(scenario);
  world.populate(scenario);
  if (const std::error_code error = program->start()) {
    throw InputError("program " + std::string(entry.name), "", error.message());
  }
  proactor.run();
  failure = program->failure();
  return os.limit_reached();
}

bool run_blocking(const Scenario& scenario, const ProgramEntry& entry, World& world) {
  SimulatedThreadsConfig config;
  config.cores = scenario.cores;
  config.syscall_cost = scenario.syscall_cost;
  config.switch_cost = scenario.switch_cost;
  config.run_limit = Instant{} + scenario.run_limit;
  // A fact is at least one event, an initiation's two facts aside.
  config.fact_limit = static_cast<FactIndex>(scenario.event_limit + scenario.event_limit / 4);
  SimulatedThreads threads(config, world.schedule, world.network, &world.recorder);
  threads.spawn(entry.run(threads, settings_of(scenario)), "main");
  world.populate(scenario);
  threads.run();
  return threads.limit_reached();
}

}  // namespace

ProgramSettings settings_of(const Scenario& scenario) {
  ProgramSettings settings;
  settings.listen_on = {loopback_address, scenario.port};
  if (!scenario.back_ends.empty()) {
    settings.back_end = {loopback_address, scenario.back_ends.front().port};
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

  const ProgramEntry& entry = *find_program(scenario.program);
  World world(scenario, *choices);
  RunResult result;
  const bool timed_out = entry.make != nullptr ? run_async(scenario, entry, world, result.failure)
                                               : run_blocking(scenario, entry, world);
  result.files = world.files_beneath_root();
  result.trace.header.program = scenario.program;
  result.trace.header.system = "sim";
  result.trace.header.seed = scenario.seed;
  result.trace.header.scenario = scenario.json;
  ExpanderConfig config;
  config.event_limit = scenario.event_limit;
  TraceBuilder builder(result.trace);
  FactExpander expander(config, result.trace.strings, builder);
  expander.start(0, scenario.program, "sim");
  world.recorder.replay(expander);
  const bool lost = expander.events_lost() > 0;
  expander.finish(to_ns(world.schedule.now()), timed_out || lost ? "limit" : "finished");
  if (timed_out || lost) {
    result.end = RunEnd::limit;
    result.why = !lost ? "the run limit of " +
                             std::to_string(scenario.run_limit.count() / 1'000'000) +
                             " ms of virtual time was reached (\"limits\": {\"run_ms\": ...})"
                       : "the limit of " + std::to_string(scenario.event_limit) +
                             " events was reached (\"limits\": {\"events\": ...})";
  }
  if (from_tape) result.misfits = from_tape->misfits().size();
  return result;
}

}  // namespace proactor_lab
