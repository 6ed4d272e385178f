#include "lessons/scenario.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "lessons/lesson_json.hpp"
#include "lessons/programs/program.hpp"

namespace proactor_lab {
namespace {

constexpr double ms_max = 1e9;  // of a delay: 11 days
constexpr std::uintmax_t file_bytes_max = 1 << 20;
constexpr std::size_t clients_max = 100'000;
constexpr std::size_t sends_max = 10'000;
constexpr std::size_t files_max = 1'000;
constexpr std::size_t all_clients_bytes_max = 256 * 1024 * 1024;
constexpr std::int64_t bytes_max = 64 * 1024 * 1024;

Duration milliseconds(const JsonNode& node) {
  return Duration{std::llround(node.number(0, ms_max) * 1e6)};
}

/// A number, or {"min": a, "max": b}.
DelayRange delay(const JsonNode& node) {
  if (!node.value().is_object()) {
    const Duration fixed = milliseconds(node);
    return {fixed, fixed};
  }
  node.only({"min", "max"});
  const DelayRange range{milliseconds(node.at("min")), milliseconds(node.at("max"))};
  if (range.most < range.least) node.fail("\"max\" is smaller than \"min\"");
  return range;
}

std::uint16_t port(const JsonNode& node) {
  return static_cast<std::uint16_t>(node.integer(0, 65535));
}

std::uint32_t count(const JsonNode& node, std::int64_t least, std::int64_t most) {
  return static_cast<std::uint32_t>(node.integer(least, most));
}

/// What "text" and "bytes" say; empty where neither is there.
std::string content_of(const JsonNode& node) {
  std::string content;
  if (node.has("text")) content = node.at("text").content(65536);
  if (node.has("bytes")) {
    const auto bytes = static_cast<std::size_t>(node.at("bytes").integer(1, bytes_max));
    // The text first, then a pattern that shows where bytes went astray.
    content.resize(std::min(content.size(), bytes));
    while (content.size() < bytes) content += static_cast<char>('a' + content.size() % 26);
  }
  return content;
}

ClientSend send_of(const JsonNode& node) {
  node.only({"at_ms", "bytes", "text"});
  ClientSend send;
  if (node.has("at_ms")) send.at = milliseconds(node.at("at_ms"));
  send.content = content_of(node);
  if (send.content.empty()) node.fail("says nothing", "give \"bytes\" or \"text\"");
  return send;
}

/// Beneath a root and nowhere else, on every system.
std::string file_path(const JsonNode& node) {
  const std::string path = node.text(200);
  std::string_view rest = path;
  while (true) {
    const std::size_t end = rest.find('/');
    const std::string_view name = rest.substr(0, end);
    if (name.empty() || name == "." || name == "..") {
      node.fail("is not a path beneath the root", "like \"pages/index.html\": relative, no \"..\"");
    }
    if (end == std::string_view::npos) return path;
    rest.remove_prefix(end + 1);
  }
}

void take_files(const JsonNode& root, Scenario& scenario) {
  if (root.has("disk_ms")) scenario.disk_latency = delay(root.at("disk_ms"));
  if (root.has("files")) {
    const auto files = root.at("files").elements();
    if (files.size() > files_max) root.at("files").fail("has more than 1000 elements");
    std::size_t bytes = 0;
    std::set<std::string> paths;
    for (const JsonNode& each : files) {
      each.only({"path", "text", "bytes"});
      ScenarioFile& file = scenario.files.emplace_back();
      file.path = file_path(each.at("path"));
      if (!paths.insert(file.path).second) each.at("path").fail("stands twice");
      file.content = content_of(each);
      if ((bytes += file.content.size()) > bytes_max) each.fail("all files exceed 64 MiB");
    }
    for (const JsonNode& each : files) {
      // On a disk the one would be a file and a folder.
      const std::string folder = each.at("path").text() + "/";
      const auto next = paths.lower_bound(folder);
      if (next != paths.end() && next->starts_with(folder)) {
        each.at("path").fail("is a file here, and the folder of \"" + *next + "\"");
      }
    }
  }
  if (!root.has("copy")) return;
  const JsonNode copy = root.at("copy");
  copy.only({"source", "target", "buffers", "block_bytes"});
  scenario.copy.source = file_path(copy.at("source"));
  scenario.copy.target = file_path(copy.at("target"));
  if (scenario.copy.source == scenario.copy.target) {
    copy.at("target").fail("is the source, too", "opening the target empties it");
  }
  if (copy.has("buffers")) scenario.copy.buffers = count(copy.at("buffers"), 1, 64);
  if (copy.has("block_bytes")) {
    scenario.copy.block_bytes = count(copy.at("block_bytes"), 1, 1024 * 1024);
  }
}

void take_reading(const JsonNode& node, ClientScript& client) {
  if (node.has("read_to_end")) {
    client.read_to_end = node.at("read_to_end").boolean();
    for (const char* key : {"requests", "end_at_ms"}) {
      if (client.read_to_end && node.has(key)) {
        node.at("read_to_end").fail("contradicts \"" + std::string(key) + "\"");
      }
    }
  }
  if (!node.has("reads")) return;
  client.reads = node.at("reads").boolean();
  if (client.reads) return;
  if (client.read_to_end || client.requests > 0) {
    node.at("reads").fail("contradicts \"read_to_end\" and \"requests\"");
  }
  if (client.end_at < Duration::zero()) {
    node.at("reads").fail("needs \"end_at_ms\"", "it would wait for ever for what it never reads");
  }
}

ClientScript client_of(const JsonNode& node) {
  node.only({"name", "connect_at_ms", "send", "requests", "request_bytes", "think_ms", "end",
             "end_at_ms", "read_to_end", "reads"});
  ClientScript client;
  client.name = node.at("name").text(40);
  if (client.name.empty()) node.at("name").fail("is empty");
  if (node.has("connect_at_ms")) client.connect_at = milliseconds(node.at("connect_at_ms"));
  if (node.has("send")) {
    const auto sends = node.at("send").elements();
    if (sends.size() > sends_max) node.at("send").fail("has more than 10000 elements");
    for (const JsonNode& each : sends) client.sends.push_back(send_of(each));
  }
  if (node.has("requests")) client.requests = count(node.at("requests"), 0, 10'000'000);
  if (node.has("request_bytes")) {
    client.request_bytes = count(node.at("request_bytes"), 1, bytes_max);
  }
  if (node.has("think_ms")) client.think = milliseconds(node.at("think_ms"));
  if (node.has("end")) {
    const std::string end = node.at("end").text();
    if (end == "close") {
      client.end = ClientEnd::close;
    } else if (end == "reset") {
      client.end = ClientEnd::reset;
    } else if (end == "stay") {
      client.end = ClientEnd::stay;
    } else {
      node.at("end").fail("must be \"close\", \"reset\" or \"stay\"");
    }
  }
  if (node.has("end_at_ms")) {
    if (client.end == ClientEnd::stay) node.at("end_at_ms").fail("contradicts \"end\": \"stay\"");
    client.end_at = milliseconds(node.at("end_at_ms"));
  }
  take_reading(node, client);
  return client;
}

BackEndScript back_end_of(const JsonNode& node) {
  node.only({"name", "port", "answer_after_ms", "answer_bytes"});
  BackEndScript back_end;
  back_end.name = node.has("name") ? node.at("name").text(40) : "back end";
  back_end.port = node.has("port") ? port(node.at("port")) : std::uint16_t{9000};
  if (node.has("answer_after_ms")) back_end.answer_after = delay(node.at("answer_after_ms"));
  if (node.has("answer_bytes"))
    back_end.answer_bytes = count(node.at("answer_bytes"), 1, bytes_max);
  return back_end;
}

void take_world(const JsonNode& root, Scenario& scenario) {
  if (root.has("latency_ms")) scenario.latency = delay(root.at("latency_ms"));
  if (root.has("send_buffer_bytes")) {
    scenario.send_buffer = count(root.at("send_buffer_bytes"), 1, bytes_max);
  }
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
  if (root.has("syscall_ms")) scenario.syscall_cost = milliseconds(root.at("syscall_ms"));
  if (root.has("switch_ms")) scenario.switch_cost = milliseconds(root.at("switch_ms"));
  if (root.has("cores")) scenario.cores = count(root.at("cores"), 1, 1024);
  if (root.has("clients")) {
    const auto clients = root.at("clients").elements();
    if (clients.size() > clients_max) root.at("clients").fail("has more than 100000 elements");
    std::size_t bytes = 0;
    for (const JsonNode& each : clients) {
      const ClientScript& client = scenario.clients.emplace_back(client_of(each));
      for (const ClientSend& send : client.sends) bytes += send.content.size();
      if (client.requests > 0) bytes += client.request_bytes;
      if (bytes > all_clients_bytes_max) each.fail("all that clients send exceeds 256 MiB");
    }
  }
  if (root.has("back_ends")) {
    std::set<std::uint16_t> ports{scenario.port};
    for (const JsonNode& each : root.at("back_ends").elements()) {
      scenario.back_ends.push_back(back_end_of(each));
      if (!ports.insert(scenario.back_ends.back().port).second) {
        each.fail("listens on a port that is taken", "give each back end a \"port\" of its own");
      }
    }
  }
}

void take_workers(const JsonNode& root, Scenario& scenario) {
  const ProgramEntry& entry = *find_program(scenario.program);
  if (root.has("tasks")) scenario.tasks = count(root.at("tasks"), 1, 100'000);
  if (root.has("retry_ms")) scenario.retry = milliseconds(root.at("retry_ms"));
  if (root.has("in_flight_max")) {
    scenario.in_flight_max = count(root.at("in_flight_max"), 1, 1'000'000);
  }
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

void take_limits(const JsonNode& root, Scenario& scenario) {
  if (!root.has("limits")) return;
  const JsonNode limits = root.at("limits");
  limits.only({"run_ms", "events"});
  if (limits.has("run_ms")) scenario.run_limit = milliseconds(limits.at("run_ms"));
  if (limits.has("events")) {
    scenario.event_limit = static_cast<std::uint64_t>(limits.at("events").integer(10, 20'000'000));
  }
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
             "send_buffer_bytes",
             "short_transfers",
             "freedom",
             "syscall_ms",
             "switch_ms",
             "cores",
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
             "limits"});
  if (const auto format = root.at("format").integer(0, 1'000'000); format != 1) {
    root.at("format").fail("this scenario has format " + std::to_string(format),
                           "this program reads format 1");
  }
  Scenario scenario;
  scenario.program = root.at("program").text();
  if (find_program(scenario.program) == nullptr) {
    root.at("program").fail("there is no program \"" + scenario.program + "\"",
                            "known: " + known_programs());
  }
  if (root.has("about")) root.at("about").text(1000);
  if (root.has("system")) {
    scenario.system = root.at("system").text();
    if (scenario.system != "sim" && scenario.system != "io_uring" && scenario.system != "epoll") {
      root.at("system").fail("there is no system \"" + scenario.system + "\"",
                             "known: sim, io_uring, epoll");
    }
  }
  if (root.has("seed")) {
    scenario.seed = static_cast<std::uint64_t>(root.at("seed").integer(0, INT64_MAX));
  }
  if (root.has("port")) scenario.port = port(root.at("port"));
  if (root.has("work_ms")) scenario.work = milliseconds(root.at("work_ms"));
  if (root.has("timeout_ms")) scenario.timeout = milliseconds(root.at("timeout_ms"));
  if (root.has("queue_bytes")) {
    scenario.queue_bytes = count(root.at("queue_bytes"), 1, bytes_max);
  }
  take_world(root, scenario);
  take_files(root, scenario);
  take_workers(root, scenario);
  take_limits(root, scenario);
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
