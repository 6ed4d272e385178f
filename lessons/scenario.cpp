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

ClientSend send_of(const JsonNode& node) {
  node.only({"at_ms", "bytes", "text"});
  ClientSend send;
  if (node.has("at_ms")) send.at = milliseconds(node.at("at_ms"));
  if (node.has("text")) send.content = node.at("text").text(65536);
  if (node.has("bytes")) {
    const auto bytes = static_cast<std::size_t>(node.at("bytes").integer(1, bytes_max));
    // The text first, then a pattern that shows where bytes went astray.
    send.content.resize(std::min(send.content.size(), bytes));
    while (send.content.size() < bytes) {
      send.content += static_cast<char>('a' + send.content.size() % 26);
    }
  }
  if (send.content.empty()) node.fail("says nothing", "give \"bytes\" or \"text\"");
  return send;
}

ClientScript client_of(const JsonNode& node) {
  node.only({"name", "connect_at_ms", "send", "requests", "request_bytes", "think_ms", "end",
             "end_at_ms"});
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
  if (root.has("syscall_ms")) scenario.syscall_cost = milliseconds(root.at("syscall_ms"));
  if (root.has("switch_ms")) scenario.switch_cost = milliseconds(root.at("switch_ms"));
  if (root.has("cores")) scenario.cores = count(root.at("cores"), 1, 1024);
  if (root.has("clients")) {
    const auto clients = root.at("clients").elements();
    if (clients.size() > clients_max) root.at("clients").fail("has more than 100000 elements");
    for (const JsonNode& each : clients) scenario.clients.push_back(client_of(each));
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
  root.only({"format", "about", "program", "system", "seed", "port", "latency_ms",
             "send_buffer_bytes", "short_transfers", "syscall_ms", "switch_ms", "cores", "work_ms",
             "timeout_ms", "clients", "back_ends", "limits"});
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
  take_world(root, scenario);
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
