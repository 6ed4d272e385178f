// Reads the network's links: latency, bandwidth, loss, breaks.
#include "lessons/scenario/scenario_parts.hpp"

namespace proactor_lab::scenario_parts {
namespace {

constexpr std::size_t links_max = 10'000;

void take_link(const JsonNode& node, NetworkLink& link) {
  if (node.has("latency_ms")) link.latency = delay(node.at("latency_ms"));
  if (node.has("bandwidth_bytes_s")) {
    link.bytes_per_second =
        static_cast<std::uint64_t>(node.at("bandwidth_bytes_s").integer(1, 1'000'000'000'000));
  }
  if (node.has("loss")) link.losses_per_million = per_million(node.at("loss"));
  if (node.has("breaks")) link.breaks_per_million = per_million(node.at("breaks"));
}

}  // namespace

void take_network(const JsonNode& root, Scenario& scenario) {
  take_link(root, scenario.links.front());
  if (root.has("send_buffer_bytes")) {
    scenario.send_buffer = count(root.at("send_buffer_bytes"), 1, bytes_max);
  }
}

LinkId link_of(const JsonNode& node, Scenario& scenario) {
  if (!node.has("link")) return 0;
  const JsonNode link = node.at("link");
  link.only({"latency_ms", "bandwidth_bytes_s", "loss", "breaks"});
  if (scenario.links.size() == links_max) link.fail("there are more than 10000 links already");
  scenario.links.push_back(scenario.links.front());
  take_link(link, scenario.links.back());
  return static_cast<LinkId>(scenario.links.size() - 1);
}

}  // namespace proactor_lab::scenario_parts
