// Faults of the world, on the simulated system and, through io_uring and epoll, on the live kernel:
// peers that reset or half-close, listeners that are closed, descriptors and buffers that run out.
#include <array>
#include <filesystem>
#include <optional>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include "core/live/live_handles.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/few_descriptors.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using namespace proactor_lab::testing;

namespace {

/// A client outside the program connects, and resets before the connection is accepted.
void connect_and_reset(System& system, Endpoint endpoint) {
  if (system.simulated()) {
    const EndId end = system.network().open(nullptr, 0, "outside");
    REQUIRE(system.network().connect(end, endpoint.port, 0));
    system.network().reset(end, 0);
    return;
  }
  const int outside = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = address_of(endpoint);
  REQUIRE(connect(outside, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  const linger at_once{1, 0};
  setsockopt(outside, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(outside);
}

/// Simulated handles begin at 3, so `count` handles can be open.
SystemOptions with_handles(SystemKind kind, int count) {
  SystemOptions options = on(kind);
  options.handle_limit = 3 + count;
  return options;
}

constexpr std::uint32_t create = OpenMode::write | OpenMode::create;

}  // namespace

// --- Resets ------------------------------------------------------------------------------------

TEST_CASE("a peer's reset is told once to what is pending, and then reads as the end") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket stream(system.proactor(), far);
  std::array<std::byte, 16> buffer{};
  stream.async_receive(buffer, heard.bytes("receive"));
  reset_by(system, near, far);
  system.run();
  CHECK(heard.of("receive") == "ECONNRESET");
  stream.async_receive(buffer, heard.bytes("receive again"));
  stream.async_send(bytes_of("x"), heard.bytes("send"));
  stream.async_shutdown(ShutdownSide::both, heard.done("shutdown"));
  system.run();
  CHECK(heard.of("receive again") == "0");
  CHECK(heard.of("send") == "EPIPE");
  CHECK(heard.of("shutdown") == "ENOTCONN");
  require_rules_kept(system);
}

TEST_CASE("of several operations pending at a reset one hears of it, and all are over") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket stream(system.proactor(), far);
  std::array<std::array<std::byte, 16>, 2> buffers{};
  stream.async_receive(buffers[0], heard.bytes("one"));
  stream.async_receive(buffers[1], heard.bytes("two"));
  stream.async_wait(Readiness::readable, heard.done("readable"));
  reset_by(system, near, far);
  system.run();
  CHECK(heard.of("readable") == "ok");
  // The system chooses which of several is first.
  CHECK(heard.one_of("one", {"ECONNRESET", "0"}));
  CHECK(heard.of("two") == (heard.of("one") == "0" ? "ECONNRESET" : "0"));
  require_rules_kept(system);
}

TEST_CASE("a send that comes first hears of the reset, the next of a broken pipe") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket stream(system.proactor(), far);
  reset_by(system, near, far);
  stream.async_wait(Readiness::readable, heard.done("reset arrived"));
  system.run();
  REQUIRE(heard.of("reset arrived") == "ok");
  std::array<std::byte, 16> buffer{};
  for (int i = 0; i < 3; ++i) {
    stream.async_send(bytes_of("x"), heard.bytes("send"));
    system.run();
  }
  stream.async_receive(buffer, heard.bytes("receive"));
  system.run();
  CHECK(heard.of("send") == "ECONNRESET EPIPE EPIPE");
  CHECK(heard.of("receive") == "0");
  require_rules_kept(system);
}

TEST_CASE("what arrived before a reset can still be received") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket stream(system.proactor(), far);
  StreamSocket(system.proactor(), near).async_send(bytes_of("data"), heard.bytes("sent"));
  stream.async_wait(Readiness::readable, heard.done("data arrived"));
  system.run();
  reset_by(system, near, far);
  pass(system);
  std::array<std::byte, 3> buffer{};
  for (int i = 0; i < 4; ++i) {
    stream.async_receive(buffer, heard.bytes("receive"));
    system.run();
  }
  CHECK(heard.of("receive") == "3 1 ECONNRESET 0");
  require_rules_kept(system);
}

TEST_CASE("a reset ends a send that waits for room") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const std::vector<std::byte> much(32u << 20);
  const auto pair = system.connected_pair();
  const Handle near = pair.first;
  StreamSocket stream(system.proactor(), pair.second);
  stream.async_send(much, [&](std::error_code error, std::size_t count) {
    CHECK((!error && count < much.size()));
    stream.async_send(much, heard.bytes("send"));
    Timer(system.proactor()).async_wait(2ms, [&](std::error_code) { system.os().close(near); });
  });
  system.run();
  // Live, the first send may end before the kernel's buffer is full.
  CHECK(!heard.of("send").empty());
  stream.async_send(much, heard.bytes("after"));
  system.run();
  CHECK(heard.one_of("after", {"EPIPE", "ECONNRESET"}));
  if (heard.of("after") == "EPIPE") CHECK(heard.of("send") == "ECONNRESET");
  require_rules_kept(system);
}

TEST_CASE("a connection reset before it was accepted is accepted, and then heard to be reset") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const Listening listening(system);
  connect_and_reset(system, listening.endpoint);
  pass(system);
  Acceptor(system.proactor(), listening.handle).async_accept(heard.handle("accept"));
  system.run();
  REQUIRE(heard.of("accept") == "handle");
  std::array<std::byte, 4> buffer{};
  StreamSocket stream(system.proactor(), heard.handles[0]);
  stream.async_receive(buffer, heard.bytes("receive"));
  system.run();
  CHECK(heard.of("receive") == "ECONNRESET");
  require_rules_kept(system);
}

// --- Streams that end on one side --------------------------------------------------------------

TEST_CASE("a stream closed in one direction goes on in the other") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket ending(system.proactor(), near);
  StreamSocket other(system.proactor(), far);
  std::array<std::byte, 16> buffer{};
  other.async_receive(buffer, heard.bytes("end"));
  ending.async_shutdown(ShutdownSide::send, heard.done("shutdown"));
  system.run();
  CHECK(heard.of("end") == "0");
  ending.async_receive(buffer, heard.bytes("receive"));
  other.async_send(bytes_of("still"), heard.bytes("send"));
  ending.async_send(bytes_of("x"), heard.bytes("send after the end"));
  system.run();
  CHECK(heard.of("receive") == "5");
  CHECK(heard.of("send") == "5");
  CHECK(heard.of("send after the end") == "EPIPE");
  ending.async_shutdown(ShutdownSide::send, heard.done("again"));
  system.run();
  CHECK(heard.of("again") == "ok");
  other.async_shutdown(ShutdownSide::send, heard.done("other"));
  pass(system);
  other.async_shutdown(ShutdownSide::send, heard.done("both ended"));
  system.run();
  CHECK(heard.of("other") == "ok");
  CHECK(heard.of("both ended") == "ENOTCONN");
  require_rules_kept(system);
}

TEST_CASE("receiving shut down: a pending receive ends, and what still comes can be received") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket deaf(system.proactor(), near);
  StreamSocket other(system.proactor(), far);
  std::array<std::byte, 16> buffer{};
  deaf.async_receive(buffer, heard.bytes("pending"));
  deaf.async_shutdown(ShutdownSide::receive, heard.done("shutdown"));
  system.run();
  CHECK(heard.of("pending") == "0");
  other.async_send(bytes_of("late"), heard.bytes("send"));
  pass(system);
  CHECK(heard.of("send") == "4");
  deaf.async_receive(buffer, heard.bytes("receive"));
  system.run();
  deaf.async_receive(buffer, heard.bytes("receive"));
  deaf.async_send(bytes_of("x"), heard.bytes("own send"));
  system.run();
  CHECK(heard.of("receive") == "4 0");
  CHECK(heard.of("own send") == "1");
  require_rules_kept(system);
}

TEST_CASE("sending to a stream that is closed both ways breaks it") {
  ON_ALL_SYSTEMS;
  const bool closed = GENERATE(false, true);
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket gone(system.proactor(), near);
  StreamSocket other(system.proactor(), far);
  std::array<std::byte, 16> buffer{};
  if (closed) {
    system.os().close(near);
  } else {
    gone.async_shutdown(ShutdownSide::both, heard.done("shutdown"));
  }
  other.async_receive(buffer, heard.bytes("end"));
  system.run();
  CHECK(heard.of("end") == "0");
  // The first send succeeds. The peer answers it with a reset.
  for (int i = 0; i < 3; ++i) {
    other.async_send(bytes_of("x"), heard.bytes("send"));
    pass(system);
  }
  CHECK(heard.of("send") == "1 EPIPE EPIPE");
  other.async_receive(buffer, heard.bytes("after"));
  system.run();
  CHECK(heard.of("after") == "0");  // the stream had ended before it broke
  if (!closed) {
    gone.async_receive(buffer, heard.bytes("the other end"));
    system.run();
    CHECK(heard.of("the other end") == "ECONNRESET");
  }
  require_rules_kept(system);
}

TEST_CASE("a shutdown ends a send that waits for room") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const std::vector<std::byte> much(32u << 20);
  const auto pair = system.connected_pair();
  StreamSocket stream(system.proactor(), pair.second);
  std::size_t sends = 0;
  std::function<void()> fill = [&] {
    ++sends;
    stream.async_send(much, [&](std::error_code error, std::size_t count) {
      if (!error && count > 0) return fill();
      heard.note("send", error, "ok");
    });
  };
  fill();
  Timer(system.proactor()).async_wait(5ms, [&](std::error_code) {
    stream.async_shutdown(ShutdownSide::send, heard.done("shutdown"));
  });
  system.run();
  CHECK(heard.of("shutdown") == "ok");
  CHECK(heard.of("send") == "EPIPE");
  CHECK(sends > 1);
  require_rules_kept(system);
}

// --- Nothing left ------------------------------------------------------------------------------

TEST_CASE("without a descriptor left all that would open one says EMFILE, and waits for nobody") {
  ON_ALL_SYSTEMS;
  const TemporaryFolder folder;
  const std::string path = folder.file("never.txt");
  System system(with_handles(kind, 2));
  Outcomes heard;
  std::error_code error;
  const Listening listening(system);
  const Handle client = connecting(system, listening.endpoint, heard, "connect");
  system.run();
  REQUIRE(heard.of("connect") == "ok");
  {
    std::optional<FewDescriptors> none_left;
    if (!system.simulated()) none_left.emplace(0);
    CHECK(system.os().open_stream_socket("one more", error) == Handle::none);
    CHECK(error == std::errc::too_many_files_open);
    CHECK(system.os().listen({loopback_address, 0}, "one more", error) == Handle::none);
    CHECK(error == std::errc::too_many_files_open);
    CHECK(system.os().open_datagram_socket({loopback_address, 0}, "one more", error) ==
          Handle::none);
    CHECK(error == std::errc::too_many_files_open);
    Acceptor(system.proactor(), listening.handle).async_accept(heard.handle("accept"));
    Acceptor(system.proactor(), listening.handle).async_accept_many(heard.handle("accept many"));
    File::async_open(system.proactor(), path.c_str(), create, heard.handle("open"));
    system.run();
    CHECK(heard.of("accept") == "EMFILE");
    CHECK(heard.of("accept many") == "EMFILE");
    CHECK(heard.of("open") == "EMFILE");
    CHECK_FALSE(std::filesystem::exists(path));
    // After one is given back, the connection is still waiting.
    system.os().close(client);
    Acceptor(system.proactor(), listening.handle).async_accept(heard.handle("then"));
    system.run();
    CHECK(heard.of("then") == "handle");
    Acceptor(system.proactor(), listening.handle).async_accept(heard.handle("nobody there"));
    system.run();
    CHECK(heard.of("nobody there") == "EMFILE");
  }
  require_rules_kept(system);
}

TEST_CASE("accepting many ends with EMFILE, and the connection that it could not take waits") {
  ON_ALL_SYSTEMS;
  System system(with_handles(kind, 4));
  Outcomes heard;
  const Listening listening(system);
  const Handle one = connecting(system, listening.endpoint, heard, "one");
  connecting(system, listening.endpoint, heard, "two");
  system.run();
  {
    std::optional<FewDescriptors> one_left;
    if (!system.simulated()) one_left.emplace(1);
    Acceptor(system.proactor(), listening.handle).async_accept_many(heard.handle("many"));
    system.run();
    CHECK(heard.of("many") == "handle EMFILE");
    system.os().close(one);
    Acceptor(system.proactor(), listening.handle).async_accept(heard.handle("again"));
    system.run();
    CHECK(heard.of("again") == "handle");
  }
  require_rules_kept(system);
}
