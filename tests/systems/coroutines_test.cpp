// Coroutines over the mechanism of handlers, on the simulated system and on the live kernel alike.
#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/awaitable.hpp"
#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"
#include "traces/format/trace_writer.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using proactor_lab::testing::bytes_of;
using proactor_lab::testing::on;
using proactor_lab::testing::System;
using proactor_lab::testing::SystemKind;

namespace {

/// An echo session, once as a coroutine ...
Task echo_session(StreamSocket socket) {
  std::array<std::byte, 64> buffer{};
  while (true) {
    const auto [error, bytes] = co_await socket.receive(buffer).named("on_receive");
    if (error || bytes == 0) break;
    co_await socket.send(std::span(buffer).first(bytes)).named("on_send");
  }
  co_await socket.close().named("on_close");
}

/// ... and once with callbacks.
struct EchoSession {
  StreamSocket socket;
  std::array<std::byte, 64> buffer{};

  void receive() {
    auto handler = [this](std::error_code e, std::size_t n) { on_receive(e, n); };
    socket.async_receive(buffer, named("on_receive", handler));
  }
  void on_receive(std::error_code error, std::size_t bytes) {
    if (error || bytes == 0) {
      socket.async_close(named("on_close", [](std::error_code) {}));
      return;
    }
    auto handler = [this](std::error_code, std::size_t) { receive(); };
    socket.async_send(std::span(buffer).first(bytes), named("on_send", handler));
  }
};

/// A trace's events without source locations.
std::string story_of(System& system) {
  return to_json(
      changed(system.trace(), [](Event& event, StringPool&) { event.file = no_string; }));
}

void talk_to(System& system, Handle near) {
  StreamSocket socket(system.proactor(), near);
  auto send = std::make_shared<std::function<void(int)>>();
  static std::array<std::byte, 64> answer;
  *send = [socket, send](int left) mutable {
    if (left == 0) {
      socket.async_shutdown(ShutdownSide::send, [](std::error_code) {});
      return;
    }
    socket.async_send(bytes_of("hello"), [](std::error_code, std::size_t) {});
    socket.async_receive(answer, [send, left](std::error_code, std::size_t) { (*send)(left - 1); });
  };
  (*send)(3);
  system.run();
  *send = nullptr;
}

Task add_up(Timer timer, int& sum, int count) {
  for (int i = 0; i < count; ++i) {
    co_await timer.wait(1ms);
    ++sum;
  }
}

Task nested(Timer timer, int& sum) {
  co_await add_up(timer, sum, 2);
  co_await add_up(timer, sum, 3);
}

TaskOf<int> doubled(Timer timer, int value) {
  co_await timer.wait(1ms);
  co_return 2 * value;
}

Task fails(Timer timer) {
  co_await timer.wait(1ms);
  throw std::runtime_error("thrown in a coroutine");
}

}  // namespace

TEST_CASE("one program as callbacks and as a coroutine leaves the same trace") {
  System callbacks(on(SystemKind::simulated));
  {
    const auto [near, far] = callbacks.connected_pair();
    EchoSession session{{callbacks.proactor(), far}};
    session.receive();
    talk_to(callbacks, near);
  }
  System coroutine(on(SystemKind::simulated));
  {
    const auto [near, far] = coroutine.connected_pair();
    spawn(echo_session({coroutine.proactor(), far}));
    talk_to(coroutine, near);
  }
  CHECK(story_of(callbacks).find("on_close") != std::string::npos);
  CHECK(story_of(callbacks) == story_of(coroutine));
}

TEST_CASE("coroutines await coroutines, and get their values") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  int sum = 0;
  int value = 0;
  Timer timer(system.proactor());
  spawn(nested(timer, sum));
  spawn([](Timer t, int& out) -> Task { out = co_await doubled(t, 21); }(timer, value));
  CHECK(sum == 0);
  system.run();
  CHECK(sum == 5);
  CHECK(value == 42);
}

TEST_CASE("an exception that leaves a coroutine comes out of run") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Timer timer(system.proactor());
  bool caught = false;
  spawn([](Timer t, bool& out) -> Task {
    try {
      co_await fails(t);
    } catch (const std::runtime_error&) {
      out = true;
    }
  }(timer, caught));
  spawn(fails(timer));
  CHECK_THROWS_AS(system.run(), std::runtime_error);
  system.run();
  CHECK(caught);
}

TEST_CASE("a coroutine that awaits is destroyed with its proactor, and all it holds") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto witness = std::make_shared<int>(0);
  spawn([](Timer timer, std::shared_ptr<int> held) -> Task {
    co_await [](Timer t, std::shared_ptr<int> inner) -> Task {
      co_await t.wait(never);
      ++*inner;
    }(timer, held);
    ++*held;
  }(Timer(system.proactor()), witness));
  CHECK(witness.use_count() > 1);
  system.destroy_proactor();
  CHECK(witness.use_count() == 1);
  CHECK(*witness == 0);
}

TEST_CASE("an error of the system is a value of the await") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::error_code heard;
  spawn([](StreamSocket socket, std::error_code& out) -> Task {
    std::array<std::byte, 8> buffer{};
    out = (co_await socket.receive(buffer)).error;
  }({system.proactor(), Handle{900}}, heard));
  system.run();
  CHECK(heard == std::errc::bad_file_descriptor);
}

TEST_CASE("datagrams are asked and answered by coroutines, and a whole message is awaited") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::error_code error;
  const Endpoint anywhere{loopback_address, 0};
  const Handle asks = system.os().open_datagram_socket(anywhere, "asks", error);
  const Handle answers = system.os().open_datagram_socket(anywhere, "answers", error);
  REQUIRE_FALSE(error);
  spawn([](DatagramSocket socket) -> Task {
    std::array<std::byte, 16> question{};
    Endpoint sender{};
    const auto heard = co_await socket.receive_from(question, sender);
    co_await socket.send_to(std::span(question).first(heard.value), sender);
    co_await socket.close();
  }({system.proactor(), answers}));
  std::string answer;
  spawn([](DatagramSocket socket, Endpoint peer, std::string& out) -> Task {
    std::array<std::byte, 16> buffer{};
    Endpoint sender{};
    co_await socket.send_to(bytes_of("who?"), peer);
    const auto heard = co_await socket.receive_from(buffer, sender);
    out.assign(reinterpret_cast<const char*>(buffer.data()), heard.value);
    if (sender.port != peer.port) out += " from elsewhere";
    co_await socket.close();
  }({system.proactor(), asks}, system.os().local_endpoint(answers), answer));
  system.run();
  CHECK(answer == "who?");
}
