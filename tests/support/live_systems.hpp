// The live systems, with one server each: either over the Proactor, or one that blocks.
#pragma once

#include <cstdint>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/live_server_process.hpp"
#include "tests/support/plab_run.hpp"

namespace proactor_lab::testing {

/// The echo server sends back what it received. The blocking server asks a back end, and answers
/// with as many bytes from the back end as it received.
struct LiveSystem {
  std::string name;
  bool asks_back_end = false;

  std::string trace_in(const TemporaryFolder& folder) const { return folder.file("live.json"); }

  /// plab's command line.
  std::vector<std::string> serve(const TemporaryFolder& folder) const {
    const std::string scenario = folder.file("scenario.json");
    std::ofstream(scenario)
        << (asks_back_end ? R"({"format":1,"program":"thread_per_connection",)"
                            R"("back_ends":[{"name":"back end","port":9000,"answer_bytes":64}]})"
                          : R"({"format":1,"program":"echo_server"})");
    return {PROACTOR_LAB_PLAB, "run", scenario, "--on",          name,
            "--port",          "0",   "--out",  trace_in(folder)};
  }

  /// REQUIRES: `request` has at most 64 bytes.
  std::string answer_to(const std::string& request) const {
    return asks_back_end ? std::string(request.size(), 'y') : request;
  }

  /// Bytes that the server moves for requests with `bytes` bytes in total.
  std::int64_t bytes_moved(std::int64_t bytes, std::int64_t requests) const {
    return asks_back_end ? 3 * bytes + 64 * requests : 2 * bytes;
  }
};

inline const std::vector<LiveSystem>& live_systems() {
  static const std::vector<LiveSystem> all = {{"io_uring"}, {"epoll"}, {"threads", true}};
  return all;
}

/// Runs `plab check` on the server's trace and checks that it finds no violation.
inline void check_by_command(const TemporaryFolder& folder, const LiveSystem& system) {
  const TemporaryFolder other;
  const PlabRun check =
      run_plab(other, {"check", system.trace_in(folder), "--handler-ms", "60000"});
  INFO(check.out << check.err);
  CHECK(check.code == 0);
}

}  // namespace proactor_lab::testing
