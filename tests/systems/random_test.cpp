// Random operations on all three systems: chains, timeouts, cancels, closes under pending
// operations. Whatever the outcomes are, each operation has exactly one last completion.
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iterator>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using proactor_lab::testing::on;
using proactor_lab::testing::System;
using proactor_lab::testing::SystemOptions;

namespace {

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"},
                       std::filesystem::directory_iterator{});
}

}  // namespace

TEST_CASE("whatever is asked in whatever order, everything completes and nothing is left open") {
  ON_ALL_SYSTEMS;
  const auto before = open_descriptors();
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    // Lent buffers outlive the system.
    std::vector<std::array<std::byte, 64>> memory(1000);
    BufferGroup buffers(4, 16);
    SystemOptions options = on(kind);
    options.seed = seed;
    options.freedom = seed % 2 == 0 ? KernelFreedom::full : KernelFreedom::usual;
    System world(options);
    std::vector<StreamSocket> streams;
    for (int i = 0; i < 3; ++i) {
      const auto [near, far] = world.connected_pair();
      streams.emplace_back(world.proactor(), near);
      streams.emplace_back(world.proactor(), far);
    }
    std::error_code error;
    world.os().register_buffers(buffers, error);
    REQUIRE(!error);
    std::vector<OperationToken> tokens;
    std::size_t started = 0;
    std::size_t over = 0;
    std::size_t given_back = 0;
    const auto done = [&](std::error_code) { ++over; };
    std::function<void()> step = [&] {
      StreamSocket& stream = streams[random() % streams.size()];
      std::array<std::byte, 64>& buffer = memory[started % memory.size()];
      const auto transferred = [&](std::error_code, std::size_t) { ++over; };
      OperationRequest request{.handle = stream.handle(), .length = 64, .data = buffer.data()};
      if (random() % 4 == 0) request.link = random() % 2 == 0 ? Link::soft : Link::hard;
      switch (random() % 12) {
        case 0:
        case 1:
        case 2:
          request.opcode = Opcode::receive;
          break;
        case 3:
        case 4:
          request.opcode = Opcode::send;
          break;
        case 5:
          request.opcode = Opcode::poll;
          request.readiness = random() % 2 == 0 ? Readiness::readable : Readiness::writable;
          break;
        case 6:
          request.opcode = Opcode::timer;
          request.deadline = instant_at_ns(static_cast<std::int64_t>(random() % 300'000));
          request.relative = true;
          break;
        case 7:
          request.opcode = Opcode::link_timeout;
          request.deadline = instant_at_ns(static_cast<std::int64_t>(random() % 300'000));
          request.relative = true;
          break;
        case 8:
          request.opcode = random() % 8 == 0 ? Opcode::close : Opcode::no_op;
          break;
        case 9:
          request.opcode = random() % 4 == 0 ? Opcode::cancel_handle : Opcode::shutdown;
          request.side = ShutdownSide::send;
          if (random() % 2 == 0) request.opcode = Opcode::no_op;
          break;
        case 10:
          ++started;
          stream.async_receive_many(buffers, [&](std::error_code e, std::span<std::byte> got) {
            if (e || got.empty()) {
              ++over;
            } else {
              ++given_back;
            }
          });
          return;
        default:
          if (tokens.empty()) return;
          ++started;
          world.proactor().cancel(tokens[random() % tokens.size()], done);
          return;
      }
      // With full freedom, a waiting operation that is linked behind a shutdown is not modelled.
      if (request.opcode == Opcode::shutdown) request.link = Link::none;
      ++started;
      tokens.push_back(world.proactor().initiate(request, transferred));
    };
    for (int batch = 0; batch < 60; ++batch) {
      for (int i = 0; i < 8; ++i) step();
      // Ends the chain, so that the next operation is not part of it.
      world.proactor().initiate({.opcode = Opcode::no_op}, [](std::error_code) {});
      Timer(world.proactor()).async_wait(50us, [&](std::error_code) { world.proactor().stop(); });
      world.proactor().run();
      world.proactor().restart();
    }
    // Cancels what is still pending. A hard link then starts the next operation.
    for (int i = 0; i < 100 && world.proactor().operations_in_flight() > 0; ++i) {
      world.proactor().cancel_all([](std::error_code, std::size_t) {});
      Timer(world.proactor()).async_wait(1us, [&](std::error_code) { world.proactor().stop(); });
      world.proactor().run();
      world.proactor().restart();
    }
    INFO("seed " << seed);
    CHECK(world.proactor().operations_in_flight() == 0);
    CHECK(over == started);
    world.os().unregister_buffers(buffers);
    for (const Violation& violation : check_rules(world.trace(), {.pattern_only = true})) {
      // The test uses closed handles on purpose.
      if (violation.rule == "handles_closed_once") continue;
      FAIL_CHECK("#" << violation.event << " " << violation.rule << ": " << violation.sentence);
    }
  }
  CHECK(open_descriptors() == before);
}
