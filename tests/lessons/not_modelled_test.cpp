// A program that needs what the simulated system does not model: its run is refused with a message,
// as bad input is, and no output is written.
#include <array>

#include "core/socket.hpp"
#include "lessons/run/runner.hpp"
#include "tests/support/catch.hpp"

using namespace proactor_lab;

namespace {

/// Shuts a stream down while it is being connected.
class ShutsDownTooEarly final : public AsyncProgram {
 public:
  ShutsDownTooEarly(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor), system_(system), endpoint_(settings.back_end) {}

  std::error_code start() override {
    std::error_code error;
    StreamSocket socket(proactor_, system_.open_stream_socket("early", error));
    if (error) return error;
    const auto handler = [this](std::error_code) { ++handled; };
    socket.async_connect(endpoint_, handler);
    socket.async_receive(buffer_, [this](std::error_code, std::size_t) { ++handled; });
    socket.async_shutdown(ShutdownSide::both, handler);
    return {};
  }

  static inline int handled = 0;

 private:
  Proactor& proactor_;
  OperatingSystem& system_;
  Endpoint endpoint_;
  std::array<std::byte, 16> buffer_{};
};

std::unique_ptr<AsyncProgram> make(Proactor& proactor, OperatingSystem& system,
                                   const ProgramSettings& settings) {
  return std::make_unique<ShutsDownTooEarly>(proactor, system, settings);
}

constexpr ProgramEntry entry = {"shuts_down_too_early", "", "", make, nullptr};

std::string refusal(const Scenario& scenario, const RunOptions& options) {
  try {
    run_simulated(scenario, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "not refused";
}

}  // namespace

TEST_CASE("a run that needs what is not modelled is refused in words, and nothing is written") {
  const std::string reason =
      "not modelled: a transfer on a stream that is being connected; run it on the kernel: plab "
      "run --on io_uring";
  std::size_t written = 0;
  RunOptions options;
  options.program = &entry;
  options.write = [&written](std::string_view text) { written += text.size(); };
  Scenario scenario = parse_scenario(
      R"({"format":1,"program":"one_read","back_ends":[{"name":"back end","port":9000}]})",
      "early.json");
  CHECK(refusal(scenario, options) == "early.json: " + reason);
  scenario.file.clear();
  CHECK(refusal(scenario, options) == "program shuts_down_too_early: " + reason);
  CHECK(written == 0);
  CHECK(ShutsDownTooEarly::handled == 0);
}
