// Behaviours that hold on the simulated system and, through io_uring and epoll, on the live kernel.
// If the kernel may choose, the set of outcomes is given.
#include <array>
#include <cerrno>
#include <set>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"

using namespace proactor_lab;
using proactor_lab::testing::bytes_of;
using proactor_lab::testing::on;
using proactor_lab::testing::require_rules_kept;
using proactor_lab::testing::System;
using proactor_lab::testing::SystemKind;
using proactor_lab::testing::SystemOptions;

TEST_CASE("bytes sent arrive, in order and unchanged") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 64> buffer{};
  std::string got;
  StreamSocket(system.proactor(), near).async_send(bytes_of("hello"), [](auto, std::size_t) {});
  StreamSocket(system.proactor(), far)
      .async_receive(buffer, [&](std::error_code error, std::size_t bytes) {
        CHECK(!error);
        got.assign(reinterpret_cast<const char*>(buffer.data()), bytes);
      });
  CHECK(system.run() == 2);
  CHECK(got == "hello");
  require_rules_kept(system);
}

TEST_CASE("a handler never runs inside the call that initiates its operation") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  bool ran = false;
  Timer(system.proactor()).async_wait(system.os().now(), [&](std::error_code) { ran = true; });
  CHECK_FALSE(ran);
  system.run();
  CHECK(ran);
}

TEST_CASE("timers expire in the order of their moments, not of their initiation") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::vector<int> order;
  const Instant now = system.os().now();
  using namespace std::chrono_literals;
  Timer timer(system.proactor());
  timer.async_wait(now + 12ms, [&](std::error_code) { order.push_back(3); });
  timer.async_wait(now + 2ms, [&](std::error_code) { order.push_back(1); });
  timer.async_wait(now + 7ms, [&](std::error_code) { order.push_back(2); });
  system.run();
  CHECK(order == std::vector<int>{1, 2, 3});
  CHECK(system.os().now() >= now + 12ms);
}

TEST_CASE("the end of the stream is a receive of 0 bytes without an error") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 16> buffer{};
  std::size_t received = 99;
  std::error_code heard = std::make_error_code(std::errc::io_error);
  StreamSocket(system.proactor(), far)
      .async_receive(buffer, [&](std::error_code error, std::size_t bytes) {
        heard = error;
        received = bytes;
      });
  StreamSocket(system.proactor(), near).async_shutdown(ShutdownSide::send, [](auto) {});
  system.run();
  CHECK(!heard);
  CHECK(received == 0);
  require_rules_kept(system);
}

TEST_CASE("connecting to a port where nobody listens is refused") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::error_code error;
  // A port that was just free: listen on it, get its number, close it.
  const Handle listener = system.os().listen({loopback_address, 0}, "listener", error);
  const Endpoint endpoint{loopback_address, system.os().local_endpoint(listener).port};
  system.os().close(listener);
  const Handle stream = system.os().open_stream_socket("stream", error);
  std::error_code heard;
  StreamSocket(system.proactor(), stream).async_connect(endpoint, [&](auto e) { heard = e; });
  system.run();
  CHECK(heard == std::errc::connection_refused);
}

TEST_CASE("an occupied port is an error of listen") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::error_code error;
  const Handle first = system.os().listen({loopback_address, 0}, "listener", error);
  REQUIRE(!error);
  const Endpoint taken{loopback_address, system.os().local_endpoint(first).port};
  CHECK(system.os().listen(taken, "listener", error) == Handle::none);
  CHECK(error == std::errc::address_in_use);
}

TEST_CASE(
    "cancelling a pending receive: the cancel succeeds first, then the receive is cancelled") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 16> buffer{};
  std::vector<std::string> order;
  const OperationToken receive =
      StreamSocket(system.proactor(), far)
          .async_receive(buffer, [&](std::error_code error, std::size_t) {
            order.push_back(error == std::errc::operation_canceled ? "cancelled" : "other");
          });
  // Let the receive become pending before it is cancelled.
  using namespace std::chrono_literals;
  Timer(system.proactor()).async_wait(system.os().now() + 2ms, [&](std::error_code) {
    system.proactor().cancel(receive, [&](std::error_code error) {
      order.push_back(error ? "cancel failed" : "cancel done");
    });
  });
  system.run();
  CHECK(order == std::vector<std::string>{"cancel done", "cancelled"});
  require_rules_kept(system);
}

TEST_CASE("cancelling an operation that is over finds nothing") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const OperationToken timer =
      Timer(system.proactor()).async_wait(system.os().now(), [](std::error_code) {});
  system.run();
  std::error_code heard;
  system.proactor().cancel(timer, [&](std::error_code error) { heard = error; });
  system.run();
  CHECK(heard.value() == ENOENT);
}

TEST_CASE("a cancel race has one winner: never both, never neither") {
  // The kernel may choose; on the simulated system the seed chooses.
  ON_ALL_SYSTEMS;
  using namespace std::chrono_literals;
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 1; seed <= (kind == SystemKind::simulated ? 40u : 200u); ++seed) {
    SystemOptions options = on(kind);
    options.seed = seed;
    options.freedom = KernelFreedom::full;  // with usual freedom they expire in order
    System system(options);
    std::error_code timer_heard;
    std::error_code cancel_heard;
    const Instant expiry = system.os().now() + 200us;
    Timer timer(system.proactor());
    const OperationToken target =
        timer.async_wait(expiry, [&](std::error_code error) { timer_heard = error; });
    timer.async_wait(expiry, [&](std::error_code) {
      system.proactor().cancel(target, [&](std::error_code error) { cancel_heard = error; });
    });
    system.run();
    const bool cancelled = timer_heard == std::errc::operation_canceled;
    CHECK((cancelled || !timer_heard));
    const bool found = !cancel_heard;
    CHECK((found || cancel_heard.value() == ENOENT || cancel_heard.value() == EALREADY));
    CHECK(found == cancelled);
    outcomes.insert(found ? "cancelled" : "expired");
    require_rules_kept(system);
  }
  // Which outcomes a live kernel shows depends on its timers. The simulated system shows all.
  if (kind == SystemKind::simulated) CHECK(outcomes.size() == 2);
}

TEST_CASE("a send may be short, and what was sent in all still arrives unchanged") {
  ON_ALL_SYSTEMS;
  SystemOptions options = on(kind);
  options.short_transfers = true;
  System system(options);
  const auto [near, far] = system.connected_pair();
  // Live: more than the kernel's buffers can take at once.
  const std::size_t total = kind == SystemKind::simulated ? 200'000 : 24'000'000;
  std::vector<std::byte> sent(total);
  for (std::size_t i = 0; i < total; ++i) sent[i] = static_cast<std::byte>(i * 31 >> 3);
  std::vector<std::byte> received;
  received.reserve(total);
  std::array<std::byte, 10'000> buffer{};
  std::size_t done = 0;
  std::size_t short_sends = 0;

  StreamSocket from(system.proactor(), near);
  StreamSocket to(system.proactor(), far);
  std::function<void()> send = [&] {
    const auto rest = std::span<const std::byte>(sent).subspan(done);
    from.async_send(rest, [&, asked = rest.size()](std::error_code error, std::size_t bytes) {
      REQUIRE(!error);
      REQUIRE((bytes >= 1 && bytes <= asked));
      if (bytes < asked) ++short_sends;
      done += bytes;
      if (done < total) {
        send();
      } else {
        from.async_shutdown(ShutdownSide::send, [](std::error_code) {});
      }
    });
  };
  std::function<void()> receive = [&] {
    to.async_receive(buffer, [&](std::error_code error, std::size_t bytes) {
      REQUIRE(!error);
      received.insert(received.end(), buffer.begin(),
                      buffer.begin() + static_cast<std::ptrdiff_t>(bytes));
      if (bytes > 0) receive();
    });
  };
  send();
  receive();
  system.run();
  CHECK(received == sent);
  CHECK(short_sends > 0);
}

TEST_CASE("close does not cancel: a pending receive still gets what is sent later") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 16> buffer{};
  std::size_t received = 0;
  using namespace std::chrono_literals;
  StreamSocket to(system.proactor(), far);
  StreamSocket from(system.proactor(), near);
  to.async_receive(buffer, [&](std::error_code, std::size_t bytes) { received = bytes; });
  Timer(system.proactor()).async_wait(system.os().now() + 1ms, [&](std::error_code) {
    to.async_close([&](std::error_code error) {
      CHECK(!error);
      from.async_send(bytes_of("late"), [](std::error_code, std::size_t) {});
    });
  });
  system.run();
  CHECK(received == 4);
}

TEST_CASE("shutting down both sides completes a pending receive with 0") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 16> buffer{};
  std::size_t received = 99;
  StreamSocket to(system.proactor(), far);
  to.async_receive(buffer, [&](std::error_code error, std::size_t bytes) {
    CHECK(!error);
    received = bytes;
  });
  to.async_shutdown(ShutdownSide::both, [](std::error_code) {});
  system.run();
  CHECK(received == 0);
}

TEST_CASE("operations on a handle that is not open fail with EBADF") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::array<std::byte, 16> buffer{};
  std::error_code heard;
  StreamSocket stream(system.proactor(), Handle{900});
  stream.async_receive(buffer, [&](std::error_code error, std::size_t) { heard = error; });
  system.run();
  CHECK(heard.value() == EBADF);
}

TEST_CASE("an exception that leaves a handler comes out of run, and the proactor goes on") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  bool second = false;
  const Instant now = system.os().now();
  using namespace std::chrono_literals;
  Timer timer(system.proactor());
  timer.async_wait(now, [](std::error_code) { throw std::runtime_error("thrown by a handler"); });
  timer.async_wait(now + 1ms, [&](std::error_code) { second = true; });
  CHECK_THROWS_AS(system.run(), std::runtime_error);
  CHECK_FALSE(second);
  system.run();
  CHECK(second);
  require_rules_kept(system);
}

TEST_CASE("stop ends the run after the current handler; restart lets it go on") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  int handled = 0;
  const Instant now = system.os().now();
  Timer timer(system.proactor());
  for (int i = 0; i < 3; ++i) {
    timer.async_wait(now, [&](std::error_code) {
      ++handled;
      system.proactor().stop();
    });
  }
  system.run();
  CHECK(handled == 1);
  system.proactor().restart();
  system.run();
  CHECK(handled == 2);
}

TEST_CASE("a proactor that is destroyed destroys pending handlers without running them") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  auto buffer = std::make_unique<std::array<std::byte, 16>>();
  auto witness = std::make_shared<int>(0);
  StreamSocket(system.proactor(), far)
      .async_receive(*buffer, [witness](std::error_code, std::size_t) { ++*witness; });
  Timer(system.proactor()).async_wait(never, [witness](std::error_code) { ++*witness; });
  CHECK(witness.use_count() == 3);
  system.destroy_proactor();
  CHECK(witness.use_count() == 1);
  CHECK(*witness == 0);
  buffer.reset();  // the system has released it: otherwise asan would report it
  require_rules_kept(system);
}

TEST_CASE("many operations at once: all complete, more than one ring holds") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  int handled = 0;
  Timer timer(system.proactor());
  for (int i = 0; i < 5000; ++i) {
    timer.async_wait(system.os().now(), [&](std::error_code error) {
      CHECK(!error);
      ++handled;
    });
  }
  system.run();
  CHECK(handled == 5000);
  require_rules_kept(system);
}
