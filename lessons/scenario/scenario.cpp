#include "lessons/scenario/scenario.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lessons/programs/program.hpp"
#include "lessons/scenario/scenario_parts.hpp"

namespace proactor_lab {
namespace {

using namespace scenario_parts;

constexpr std::uintmax_t file_bytes_max = 1 << 20;
constexpr std::uint64_t queues_bytes_max = 1 << 30;  // for all clients together
constexpr std::uint32_t pool_places = 8;             // if the scenario does not give a number

void take_system(const JsonNode& root, Scenario& scenario) {
  if (root.has("short_transfers")) {
    scenario.short_transfers = root.at("short_transfers").boolean();
  }
  if (root.has("freedom")) {
    const std::string freedom = root.at("freedom").text();
    if (freedom != "usual" && freedom != "full") {
      root.at("freedom").fail("there is no freedom \"" + freedom + "\"", "usual or full");
    }
    scenario.free_kernel = freedom == "full";
  }
  take_costs(root, scenario);
}

void take_workers(const JsonNode& root, Scenario& scenario) {
  const ProgramEntry& entry = *find_program(scenario.program);
  if (root.has("tasks")) scenario.tasks = count(root.at("tasks"), 1, 100'000);
  if (root.has("retry_ms")) scenario.retry = milliseconds(root.at("retry_ms"));
  if (root.has("in_flight_max")) {
    scenario.in_flight_max = count(root.at("in_flight_max"), 1, 1'000'000);
  }
  if (entry.has_pool) scenario.workers = {.places = pool_places, .jobs_only = true};
  if (!root.has("workers")) return;
  const JsonNode workers = root.at("workers");
  workers.only({"places", "waiting_jobs_max", "jobs_only"});
  scenario.workers.places = count(workers.at("places"), 1, 256);
  if (workers.has("waiting_jobs_max")) {
    scenario.workers.waiting_jobs_max = count(workers.at("waiting_jobs_max"), 0, 1'000'000);
  }
  if (workers.has("jobs_only")) scenario.workers.jobs_only = workers.at("jobs_only").boolean();
  if (!entry.on_workers && !scenario.workers.jobs_only) {
    workers.fail("the handlers of " + scenario.program + " share what only one thread may touch",
                 "leave \"workers\" out, or give \"jobs_only\": true");
  }
}

/// Programs reserve the queue when a client connects, so all clients together are bounded.
void take_queue(const JsonNode& root, Scenario& scenario) {
  std::uint64_t clients = 0;
  for (const ClientScript& each : scenario.clients) clients += each.count;
  const std::uint64_t most = queues_bytes_max / std::max<std::uint64_t>(clients, 1);
  scenario.queue_bytes =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(scenario.queue_bytes, most));
  if (!root.has("queue_bytes")) return;
  const JsonNode queue = root.at("queue_bytes");
  scenario.queue_bytes = count(queue, 1, bytes_max);
  if (scenario.queue_bytes > most) {
    queue.fail("exceeds 1 GiB for all clients together",
               "at most " + std::to_string(most) + " for so many");
  }
}

void take_limits(const JsonNode& root, Scenario& scenario) {
  if (!root.has("limits")) return;
  const JsonNode limits = root.at("limits");
  limits.only({"run_ms", "events"});
  if (limits.has("run_ms")) scenario.run_limit = milliseconds(limits.at("run_ms"));
  if (scenario.run_limit == Duration::zero()) limits.at("run_ms").fail("must be more than 0");
  if (limits.has("events")) {
    scenario.event_limit = static_cast<std::uint64_t>(limits.at("events").integer(10, 20'000'000));
  }
}

std::string known_systems() {
  std::string names;
  for (const SystemRow& each : run_systems()) {
    if (each.runs_scenarios()) names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  return names;
}

std::string known_programs() {
  std::string names;
  for (const ProgramEntry& entry : programs()) {
    names += names.empty() ? "" : ", ";
    names += entry.name;
  }
  return names;
}

}  // namespace

Scenario parse_scenario(std::string_view text, const std::string& file) {
  const OrderedJson document = parse_strict_json(text, file);
  const JsonNode root(document, file);
  root.only({"format",
             "about",
             "program",
             "system",
             "seed",
             "port",
             "latency_ms",
             "bandwidth_bytes_s",
             "loss",
             "breaks",
             "send_buffer_bytes",
             "short_transfers",
             "freedom",
             "syscall_ms",
             "operation_ms",
             "switch_ms",
             "thread_start_ms",
             "cores",
             "thread_bytes",
             "connection_bytes",
             "work_ms",
             "timeout_ms",
             "queue_bytes",
             "disk_ms",
             "files",
             "copy",
             "workers",
             "in_flight_max",
             "tasks",
             "retry_ms",
             "clients",
             "back_ends",
             "faults",
             "limits"});
  if (const auto format = root.at("format").integer(0, 1'000'000); format != 1) {
    root.at("format").fail("this scenario has format " + std::to_string(format),
                           "this program reads format 1");
  }
  Scenario scenario;
  scenario.file = file;
  scenario.program = root.at("program").text();
  if (find_program(scenario.program) == nullptr) {
    root.at("program").fail("there is no program \"" + scenario.program + "\"",
                            "known: " + known_programs());
  }
  if (root.has("about")) root.at("about").text(1000);
  if (root.has("system")) {
    const std::string name = root.at("system").text();
    const SystemRow& system = system_named(name);
    if (!system.runs_scenarios()) {
      root.at("system").fail("there is no system \"" + name + "\"", "known: " + known_systems());
    }
    scenario.system = system.system;
  }
  if (root.has("seed")) {
    scenario.seed = static_cast<std::uint64_t>(root.at("seed").integer(0, INT64_MAX));
  }
  if (root.has("port")) scenario.port = port(root.at("port"));
  if (root.has("work_ms")) scenario.work = milliseconds(root.at("work_ms"));
  if (root.has("timeout_ms")) scenario.timeout = milliseconds(root.at("timeout_ms"));
  take_system(root, scenario);
  take_network(root, scenario);
  take_clients(root, scenario);
  take_queue(root, scenario);
  take_files(root, scenario);
  take_workers(root, scenario);
  take_limits(root, scenario);
  take_faults(root, scenario);
  scenario.json = document.dump();
  return scenario;
}

Scenario read_scenario_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError(path, "", "is a folder, not a scenario");
  }
  std::ifstream input(path, std::ios::binary);
  if (!input) throw InputError(path, "", "cannot be opened", "check the name and the permissions");
  std::string text(file_bytes_max + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > file_bytes_max) {
    throw InputError(path, "", "is larger than 1 MiB", "a scenario is a few kilobytes of JSON");
  }
  return parse_scenario(text, path);
}

}  // namespace proactor_lab
