// Reads a scenario's faults.
#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>

#include "lessons/scenario/scenario_parts.hpp"

namespace proactor_lab::scenario_parts {
namespace {

using Kind = ScenarioFault::Kind;

constexpr std::size_t faults_max = 1'000;

struct NamedClient {
  std::uint32_t number = 0;
  const ClientScript* script = nullptr;
};

std::optional<NamedClient> client_named(const std::string& name, const Scenario& scenario) {
  std::uint32_t first = 0;
  for (const ClientScript& crowd : scenario.clients) {
    if (const auto index = crowd.index_of(name)) return NamedClient{first + *index, &crowd};
    first += crowd.count;
  }
  return std::nullopt;
}

void take_client(const JsonNode& node, const Scenario& scenario, ScenarioFault& fault) {
  const std::string name = node.at("client").text(80);
  const auto client = client_named(name, scenario);
  if (!client) {
    node.at("client").fail("there is no client \"" + name + "\"",
                           "of a crowd \"c\" with a \"count\" the third is \"c 3\"");
  }
  if (fault.at < client->script->connect_at) {
    node.at("at_ms").fail("is before the client sets out (\"connect_at_ms\")");
  }
  const Duration leaves = client->script->end_at;
  if (leaves >= Duration::zero() && fault.at > leaves) {
    node.at("at_ms").fail("is after the client has left (\"end_at_ms\")");
  }
  fault.client = client->number;
}

std::int32_t error_of(const JsonNode& node) {
  const std::map<std::string, std::int32_t> known{{"EIO", EIO}, {"ENOSPC", ENOSPC}};
  const auto found = known.find(node.text());
  if (found == known.end()) node.fail("must be \"EIO\" or \"ENOSPC\"");
  return found->second;
}

ScenarioFault fault_of(const JsonNode& node, const Scenario& scenario) {
  ScenarioFault fault;
  node.object();
  const std::string kind = node.at("kind").text();
  if (kind == "break") {
    node.only({"kind", "at_ms", "client"});
    fault.kind = Kind::breaks;
  } else if (kind == "cut") {
    node.only({"kind", "at_ms", "client", "for_ms"});
    fault.kind = Kind::cut;
  } else if (kind == "no_descriptors") {
    node.only({"kind", "at_ms", "for_ms"});
    fault.kind = Kind::no_descriptors;
  } else if (kind == "disk_error") {
    node.only({"kind", "at_ms", "for_ms", "error", "path"});
    fault.kind = Kind::disk_error;
    fault.error = error_of(node.at("error"));
    if (node.has("path")) fault.path = path(node.at("path"));
  } else {
    node.at("kind").fail("there is no fault \"" + kind + "\"",
                         "known: break, cut, no_descriptors, disk_error");
  }
  fault.at = milliseconds(node.at("at_ms"));
  if (fault.at > scenario.run_limit) node.at("at_ms").fail("is past the run's limit");
  if (fault.kind == Kind::breaks || fault.kind == Kind::cut) take_client(node, scenario, fault);
  if (fault.kind == Kind::breaks) return fault;
  fault.lasts = milliseconds(node.at("for_ms"));
  if (fault.lasts == Duration::zero()) node.at("for_ms").fail("must be more than 0");
  return fault;
}

/// True if the two faults cannot both occur.
bool contradict(const ScenarioFault& a, const ScenarioFault& b) {
  if (a.kind == Kind::breaks || b.kind == Kind::breaks) {
    const bool network = a.kind <= Kind::cut && b.kind <= Kind::cut;
    if (!network || a.client != b.client) return false;
    const ScenarioFault& broken = a.kind == Kind::breaks ? a : b;
    const ScenarioFault& other = a.kind == Kind::breaks ? b : a;
    return other.at + other.lasts >= broken.at;  // a broken connection can have no later fault
  }
  if (a.kind != b.kind || a.at > b.at + b.lasts || b.at > a.at + a.lasts) return false;
  if (a.kind == Kind::cut) return a.client == b.client;
  return a.kind == Kind::no_descriptors || a.path == b.path || a.path.empty() || b.path.empty();
}

}  // namespace

void take_faults(const JsonNode& root, Scenario& scenario) {
  if (!root.has("faults")) return;
  const auto faults = root.at("faults").elements();
  if (faults.size() > faults_max) root.at("faults").fail("has more than 1000 elements");
  for (const JsonNode& each : faults) {
    const ScenarioFault fault = fault_of(each, scenario);
    for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
      if (contradict(scenario.faults[i], fault)) {
        each.fail("contradicts /faults/" + std::to_string(i),
                  "what is broken stays broken, and two of a kind may not overlap");
      }
    }
    scenario.faults.push_back(fault);
  }
}

}  // namespace proactor_lab::scenario_parts
