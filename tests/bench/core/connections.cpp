// Ten thousand open connections: the server's memory per connection, which does not grow with their
// number.
#include <array>
#include <cstdio>
#include <string>

#include "tests/bench/core/load.hpp"
#include "tests/bench/core/sections.hpp"
#include "tests/bench/core/server_process.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::array<std::size_t, 4> stages = {1'000, 2'500, 5'000, 10'000};
/// Maximum ratio of the memory per connection at ten thousand connections to that at one thousand.
constexpr double flatness_max = 1.10;

}  // namespace

void measure_connections(const Settings&, Verdicts& verdicts) {
  std::printf(
      "\nResident memory of the server for each connection, bytes (%zu are its buffer; each has\n"
      "been answered once)\n\n  %-34s",
      buffer_bytes, "connections held");
  for (const std::size_t each : stages) std::printf(" %8zu", each);
  std::printf("\n");
  for (const std::string_view name :
       {"ours", "ours_multishot", "ours_epoll", "liburing", "liburing_multishot", "asio_epoll"}) {
    const ServerKind* kind = find_server_kind(name);
    if (kind == nullptr || kind->run == nullptr) continue;
    std::printf("  %-34s", kind->label.data());
    ServerProcess server(*kind, {});
    Load load(server.port());
    const bool ready = server.port() != 0 && load.connect(16);
    const long before = server.resident_kilobytes();
    double first = 0;
    double last = 0;
    std::size_t held = 16;
    for (const std::size_t stage : stages) {
      if (!ready || !load.connect(stage)) break;
      held = stage;
      last = static_cast<double>(server.resident_kilobytes() - before) * 1024 /
             static_cast<double>(stage - 16);
      if (first == 0) first = last;
      std::printf(" %8.0f", last);
    }
    if (kind->ours) {
      const bool flat = held == stages.back() && last <= first * flatness_max;
      std::printf("  %s",
                  judge(verdicts, flat, "10,000 connections, flat, " + std::string(kind->label),
                        std::to_string(held) + " held, " + text("%.0f bytes each", last)));
    }
    std::printf("\n");
    std::fflush(stdout);
  }
}

}  // namespace proactor_lab::bench
