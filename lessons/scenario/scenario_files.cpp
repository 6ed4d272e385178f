// Reads a scenario's files, and the settings of programs that copy them.
#include <set>

#include "lessons/scenario/scenario_parts.hpp"

namespace proactor_lab::scenario_parts {
namespace {

constexpr std::size_t files_max = 1'000;

}  // namespace

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
      file.path = path(each.at("path"));
      if (!paths.insert(file.path).second) each.at("path").fail("stands twice");
      file.content = content(each);
      if ((bytes += file.content.size()) > bytes_max) each.fail("all files exceed 64 MiB");
    }
    for (const JsonNode& each : files) {
      // On a disk, one path would have to be both a file and a folder.
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
  scenario.copy.source = path(copy.at("source"));
  scenario.copy.target = path(copy.at("target"));
  if (scenario.copy.source == scenario.copy.target) {
    copy.at("target").fail("is the source, too", "opening the target empties it");
  }
  if (copy.has("buffers")) scenario.copy.buffers = count(copy.at("buffers"), 1, 64);
  if (copy.has("block_bytes")) {
    scenario.copy.block_bytes = count(copy.at("block_bytes"), 1, 1024 * 1024);
  }
}

}  // namespace proactor_lab::scenario_parts
