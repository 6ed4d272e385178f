// Reads a scenario's clients and back ends.
#include <algorithm>
#include <set>

#include "lessons/scenario/scenario_parts.hpp"

namespace proactor_lab::scenario_parts {
namespace {

constexpr std::uint32_t clients_max = 1'000'000;  // in all crowds together
constexpr std::size_t crowds_max = 100'000;
constexpr std::size_t sends_max = 10'000;
constexpr std::uint64_t all_clients_bytes_max = 256 * 1024 * 1024;
constexpr std::uint64_t under_way_bytes_max = 1024 * 1024 * 1024;

ClientSend send_of(const JsonNode& node) {
  node.only({"at_ms", "bytes", "text"});
  ClientSend send;
  if (node.has("at_ms")) send.at = milliseconds(node.at("at_ms"));
  send.content = content(node);
  if (send.content.empty()) node.fail("says nothing", "give \"bytes\" or \"text\"");
  return send;
}

void take_crowd(const JsonNode& node, ClientScript& client) {
  if (node.has("count")) client.count = count(node.at("count"), 1, clients_max);
  if (client.count == 1) {
    for (const char* key : {"gap_ms", "burst"}) {
      if (node.has(key)) node.at(key).fail("needs a \"count\" of more than 1");
    }
  }
  if (node.has("gap_ms")) client.gap = delay(node.at("gap_ms"));
  if (node.has("burst")) client.burst = count(node.at("burst"), 1, clients_max);
}

void take_requests(const JsonNode& node, ClientScript& client) {
  if (node.has("requests")) client.requests = count(node.at("requests"), 0, 10'000'000);
  for (const char* key : {"request_bytes", "answer_bytes", "think_ms", "every_ms"}) {
    if (node.has(key) && client.requests == 0) node.at(key).fail("needs \"requests\"");
  }
  if (node.has("request_bytes")) {
    client.request_bytes = count(node.at("request_bytes"), 1, bytes_max);
  }
  if (node.has("answer_bytes")) client.answer_bytes = count(node.at("answer_bytes"), 1, bytes_max);
  if (node.has("think_ms")) client.think = delay(node.at("think_ms"));
  if (!node.has("every_ms")) return;
  client.every = milliseconds(node.at("every_ms"));
  if (client.every == Duration::zero()) {
    node.at("every_ms").fail("must be more than 0", "all requests at once is a \"send\"");
  }
  if (node.has("think_ms")) {
    node.at("every_ms")
        .fail("contradicts \"think_ms\"", "a client either waits for answers or not");
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
  if (node.has("read_bytes_s")) {
    client.read_bytes_per_second =
        static_cast<std::uint64_t>(node.at("read_bytes_s").integer(1, 1'000'000'000'000));
  }
  if (!node.has("reads")) return;
  client.reads = node.at("reads").boolean();
  if (client.reads) return;
  for (const char* key : {"read_to_end", "requests", "read_bytes_s"}) {
    if (node.has(key)) node.at("reads").fail("contradicts \"" + std::string(key) + "\"");
  }
  if (client.end_at < Duration::zero()) {
    node.at("reads").fail("needs \"end_at_ms\"", "it would wait for ever for what it never reads");
  }
}

ClientScript client_of(const JsonNode& node, Scenario& scenario) {
  node.only({"name", "count", "gap_ms", "burst", "connect_at_ms", "send", "requests",
             "request_bytes", "answer_bytes", "think_ms", "every_ms", "end", "end_at_ms",
             "read_to_end", "reads", "read_bytes_s", "link"});
  ClientScript client;
  client.name = node.at("name").text(40);
  if (client.name.empty()) node.at("name").fail("is empty");
  take_crowd(node, client);
  if (node.has("connect_at_ms")) client.connect_at = milliseconds(node.at("connect_at_ms"));
  if (node.has("send")) {
    const auto sends = node.at("send").elements();
    if (sends.size() > sends_max) node.at("send").fail("has more than 10000 elements");
    for (const JsonNode& each : sends) client.sends.push_back(send_of(each));
  }
  take_requests(node, client);
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
  client.link = link_of(node, scenario);
  return client;
}

BackEndScript back_end_of(const JsonNode& node, Scenario& scenario) {
  node.only({"name", "port", "answer_after_ms", "answer_bytes", "link"});
  BackEndScript back_end;
  back_end.name = node.has("name") ? node.at("name").text(40) : "back end";
  back_end.port = node.has("port") ? port(node.at("port")) : std::uint16_t{9000};
  if (node.has("answer_after_ms")) back_end.answer_after = delay(node.at("answer_after_ms"));
  if (node.has("answer_bytes")) {
    back_end.answer_bytes = count(node.at("answer_bytes"), 1, bytes_max);
  }
  back_end.link = link_of(node, scenario);
  return back_end;
}

void take_back_ends(const JsonNode& root, Scenario& scenario) {
  std::set<std::uint16_t> ports{scenario.port};
  for (const JsonNode& each : root.at("back_ends").elements()) {
    scenario.back_ends.push_back(back_end_of(each, scenario));
    if (!ports.insert(scenario.back_ends.back().port).second) {
      each.fail("listens on a port that is taken", "give each back end a \"port\" of its own");
    }
  }
}

/// Upper bound for the bytes of one crowd that the network holds at the same time.
std::uint64_t under_way(const ClientScript& client, std::uint32_t send_buffer) {
  const std::uint64_t requests = client.every > Duration::zero() ? client.requests : 1;
  std::uint64_t said = client.requests > 0 ? requests * client.request_bytes : 0;
  for (const ClientSend& send : client.sends) said += send.content.size();
  return client.count * std::min<std::uint64_t>(said, send_buffer);
}

}  // namespace

void take_clients(const JsonNode& root, Scenario& scenario) {
  if (root.has("clients")) {
    const auto crowds = root.at("clients").elements();
    if (crowds.size() > crowds_max) root.at("clients").fail("has more than 100000 elements");
    std::uint64_t bytes = 0;
    std::uint64_t bytes_under_way = 0;
    std::uint64_t clients = 0;
    for (const JsonNode& each : crowds) {
      const ClientScript& client = scenario.clients.emplace_back(client_of(each, scenario));
      if ((clients += client.count) > clients_max) each.fail("all clients exceed a million");
      for (const ClientSend& send : client.sends) bytes += send.content.size();
      if (client.requests > 0) bytes += client.request_bytes;
      if (bytes > all_clients_bytes_max) each.fail("all that clients send exceeds 256 MiB");
      bytes_under_way += under_way(client, scenario.send_buffer);
      if (bytes_under_way > under_way_bytes_max) {
        each.fail("what all clients may have under way exceeds 1 GiB",
                  "fewer clients, shorter requests, or a smaller \"send_buffer_bytes\"");
      }
    }
  }
  if (root.has("back_ends")) take_back_ends(root, scenario);
}

}  // namespace proactor_lab::scenario_parts
