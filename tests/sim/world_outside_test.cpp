// Clients without a program: what they send arrives completely and in order.
#include <array>
#include <string>

#include "sim/time/choice_source.hpp"
#include "sim/world/simulated_back_ends.hpp"
#include "sim/world/simulated_clients.hpp"
#include "tests/support/catch.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t port = 7000;

/// Listens, and takes a few bytes of its one connection after each event.
struct Listener final : NetworkOwner {
  explicit Listener(std::uint32_t send_buffer) : network({{1ms, 1ms}, send_buffer}, schedule) {
    network.listen(port, this);
  }

  void run() {
    std::uint32_t left = 0;
    while (!schedule.empty() || left > 0) {
      if (!schedule.empty()) {
        const ScheduledEvent event = schedule.next();
        event.target->on_event(event);
      }
      if (end == no_end) continue;
      std::array<std::byte, 3> some;
      const std::uint32_t count = network.take(end, some);
      heard.append(reinterpret_cast<const char*>(some.data()), count);
      left = network.available(end);
    }
  }

  void readable(EndId, FactIndex) override {}
  void writable(EndId, FactIndex) override {}
  void acceptable(std::uint16_t, FactIndex) override {
    end = network.accept(port);
    network.adopt(end, this, 0);
  }

  SeededChoices choices{1};
  Schedule schedule{choices};
  Network network;
  SimulatedClients clients{network, schedule, nullptr};
  std::string heard;
  EndId end = no_end;
};

}  // namespace

TEST_CASE("what a client cannot send yet goes out later, every byte in its order") {
  ClientScript script;
  script.name = "A";
  script.sends = {{0ms, "one"}, {1ms, "two"}, {1ms, "three"}, {2ms, "four"}};
  script.requests = 5;
  script.request_bytes = 4;
  script.every = 10us;
  for (const std::uint32_t send_buffer : {1u, 2u, 5u, 7u, 64u, 65536u}) {
    Listener listener(send_buffer);
    listener.clients.add(script, port);
    listener.run();
    INFO(send_buffer);
    CHECK(listener.heard == "onetwothreefour" + std::string(20, 'x'));
  }
}

TEST_CASE("a back end answers those who have said all, and then says no more itself") {
  SeededChoices choices{1};
  Schedule schedule{choices};
  Network network{{{1ms, 1ms}, 10}, schedule};
  SimulatedBackEnds back_ends{network, schedule, nullptr};
  BackEndScript script;
  script.port = port;
  script.answer_after = {50ms, 50ms};
  script.answer_bytes = 64;
  back_ends.add(script);
  struct Asker final : NetworkOwner {
    void readable(EndId, FactIndex) override {}
    void writable(EndId, FactIndex) override {}
    void acceptable(std::uint16_t, FactIndex) override {}
  } asker;
  const EndId end = network.open(&asker, 0, "asker", 0);
  REQUIRE(network.connect(end, port, 0));
  const std::array<std::byte, 4> request{};
  network.send(end, request, 0);
  network.shutdown_send(end, 0);
  std::uint32_t heard = 0;
  while (!schedule.empty()) {
    const ScheduledEvent event = schedule.next();
    event.target->on_event(event);
    std::array<std::byte, 16> some;
    while (const std::uint32_t count = network.take(end, some)) heard += count;
    if (heard < 64) CHECK(!network.ended(end));
  }
  CHECK(heard == 64);
  CHECK(network.ended(end));
}
