// Provided buffers beyond a stream's receive: datagrams, and how much of a buffer is filled. On the
// simulated system and, through io_uring and epoll, on the live kernel.
#include <string>

#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

/// A datagram socket, and another one that sends to it.
struct TwoSockets {
  explicit TwoSockets(System& in)
      : system(in),
        from(in.os().open_datagram_socket({loopback_address, 0}, "from", error)),
        at(in.os().open_datagram_socket({loopback_address, 0}, "at", error)) {
    REQUIRE(!error);
  }

  void send(std::string_view text) {
    const Endpoint to{loopback_address, system.os().local_endpoint(at).port};
    DatagramSocket(system.proactor(), from)
        .async_send_to(bytes_of(text), to, [](std::error_code, std::size_t) {});
    pass(system);
  }

  System& system;
  std::error_code error;
  Handle from;
  Handle at;
};

/// Records the bytes themselves.
auto text(Outcomes& heard, const char* name) {
  return [&heard, name](std::error_code error, std::span<std::byte> bytes) {
    heard.note(name, error, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
}

}  // namespace

TEST_CASE("a datagram comes into a provided buffer; what does not fit is lost") {
  ON_ALL_SYSTEMS;
  const auto verb = GENERATE(Opcode::receive, Opcode::read);
  System system(on(kind));
  Outcomes heard;
  TwoSockets sockets(system);
  {
    Provided provided(system, 2, 4);
    const OperationRequest receive{
        .opcode = verb, .handle = sockets.at, .buffers = &provided.buffers};
    system.proactor().initiate(receive, text(heard, "one"));
    pass(system);
    for (const char* each : {"abc", "longer"}) sockets.send(each);
    system.proactor().initiate(receive, text(heard, "two"));
    pass(system);
    CHECK(heard.of("one") == "abc");
    CHECK(heard.of("two") == "long");
  }
  require_rules_kept(system);
}

TEST_CASE("datagrams are received one after the other until an empty one comes") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  TwoSockets sockets(system);
  {
    Provided provided(system, 4, 4);
    StreamSocket(system.proactor(), sockets.at)
        .async_receive_many(provided.buffers, heard.provided("many"));
    for (const char* each : {"a", "bcd", "more than", "", "unheard"}) sockets.send(each);
    CHECK(heard.of("many") == "1 3 4 0");
  }
  require_rules_kept(system);
}

TEST_CASE("receiving many datagrams ends with the last buffer, and no datagram is lost") {
  ON_ALL_SYSTEMS;
  const int waiting = GENERATE(1, 2);
  System system(on(kind));
  Outcomes heard;
  TwoSockets sockets(system);
  {
    Provided provided(system, 1, 4);
    for (int i = 0; i < waiting; ++i) sockets.send("abc");
    for (int i = 0; i < waiting; ++i) {
      StreamSocket(system.proactor(), sockets.at)
          .async_receive_many(provided.buffers, heard.provided("many"));
      pass(system);
    }
    // A datagram socket does not say whether more have come, so the next buffer is requested at
    // once.
    CHECK(heard.of("many") == (waiting == 1 ? "3 ENOBUFS" : "3 ENOBUFS 3 ENOBUFS"));
  }
  require_rules_kept(system);
}

TEST_CASE("of a provided buffer as much is filled as is asked for; 0 asks for all of it") {
  ON_ALL_SYSTEMS;
  const auto verb = GENERATE(Opcode::receive, Opcode::read);
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  {
    Provided provided(system, 4, 8);
    StreamSocket(system.proactor(), near)
        .async_send(bytes_of("sixteen bytes..."), heard.bytes("send"));
    pass(system);
    for (const std::uint32_t length : {3u, 0u, 100u}) {
      system.proactor().initiate(
          {.opcode = verb, .handle = far, .length = length, .buffers = &provided.buffers},
          heard.provided("it"));
      pass(system);
    }
    CHECK(heard.of("it") == "3 8 5");
  }
  require_rules_kept(system);
}

TEST_CASE("a read into a provided buffer waits for bytes, whatever length it names") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  {
    Provided provided(system, 4, 8);
    system.proactor().initiate(
        {.opcode = Opcode::read, .handle = far, .buffers = &provided.buffers},
        heard.provided("read"));
    pass(system);
    CHECK(heard.of("read").empty());
    StreamSocket(system.proactor(), near).async_send(bytes_of("four"), heard.bytes("send"));
    pass(system);
    CHECK(heard.of("read") == "4");
  }
  require_rules_kept(system);
}
