// Full queues, provided buffers that run out, and listeners that are closed: on the simulated
// system and, through io_uring and epoll, on the live kernel.
#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using namespace proactor_lab::testing;

// --- Full queues -------------------------------------------------------------------------------

TEST_CASE("more operations in one go than the submission queue holds: all complete, in order") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::vector<int> order;
  for (int i = 0; i < 5000; ++i) {
    system.proactor().initiate({.opcode = Opcode::no_op}, [&order, i](std::error_code error) {
      CHECK(!error);
      order.push_back(i);
    });
  }
  CHECK(order.empty());
  system.run();
  REQUIRE(order.size() == 5000);
  CHECK(std::is_sorted(order.begin(), order.end()));
  require_rules_kept(system);
}

TEST_CASE("more completions at once than the completion queue holds: none is lost") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  StreamSocket stream(system.proactor(), far);
  std::array<std::byte, 8> buffer{};
  int ended = 0;
  constexpr int count = 3000;
  for (int i = 0; i < count; ++i) {
    stream.async_receive(buffer, [&ended](std::error_code error, std::size_t bytes) {
      ended += !error && bytes == 0;
    });
  }
  pass(system);
  CHECK(ended == 0);
  // One event ends them all.
  StreamSocket(system.proactor(), near).async_shutdown(ShutdownSide::send, [](auto) {});
  system.run();
  CHECK(ended == count);
  require_rules_kept(system);
}

TEST_CASE("refused submissions do not hold back those behind them") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  int refused = 0;
  for (int i = 0; i < 700; ++i) {
    // A link timeout that limits no operation.
    system.proactor().initiate({.opcode = Opcode::link_timeout, .relative = true},
                               [&](std::error_code error) { refused += error.value() == EINVAL; });
  }
  system.proactor().initiate({.opcode = Opcode::no_op}, heard.done("behind"));
  system.run();
  CHECK(refused == 700);
  CHECK(heard.of("behind") == "ok");
  require_rules_kept(system);
}

TEST_CASE("a chain stays in one piece, also where the submission queue is nearly full") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  for (int before = 220; before < 260; before += 3) {
    for (int i = 0; i < before; ++i) {
      system.proactor().initiate({.opcode = Opcode::no_op}, [](std::error_code) {});
    }
    std::vector<int> order;
    for (int i = 0; i < 32; ++i) {
      // The first takes time: the others may not overtake it.
      system.proactor().initiate({.opcode = i == 0 ? Opcode::timer : Opcode::no_op,
                                  .link = i == 31 ? Link::none : Link::hard,
                                  .deadline = Instant{} + 200us,
                                  .relative = true},
                                 [&order, i](std::error_code) { order.push_back(i); });
    }
    system.run();
    REQUIRE(order.size() == 32);
    CHECK(std::is_sorted(order.begin(), order.end()));
  }
  require_rules_kept(system);
}

TEST_CASE("a chain left open ends with its submission, and the loop can still be woken") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto pair = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  pass(system);  // ends with a wake, after which io_uring starts a new read for wakes: outside the
                 // chain
  Timer(system.proactor()).async_wait(1ms, [&](std::error_code) {
    system.proactor().initiate({.opcode = Opcode::receive,
                                .handle = pair.second,
                                .length = 8,
                                .data = buffer.data(),
                                .link = Link::hard},
                               heard.bytes("receive"));
  });
  pass(system);
  CHECK(heard.of("receive").empty());
  if (!system.simulated()) {
    std::thread elsewhere([&] {
      std::this_thread::sleep_for(2ms);
      system.proactor().stop();
    });
    system.run();
    elsewhere.join();
    system.proactor().restart();
  }
  StreamSocket(system.proactor(), pair.first).async_send(bytes_of("x"), heard.bytes("send"));
  system.run();
  CHECK(heard.of("receive") == "1");
  require_rules_kept(system);
}

// --- Provided buffers that run out -------------------------------------------------------------

TEST_CASE("receiving many without a free buffer ends with ENOBUFS, and can be initiated again") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  {
    Provided provided(system, 1, 4);
    StreamSocket stream(system.proactor(), far);
    StreamSocket(system.proactor(), near).async_send(bytes_of("nine here"), heard.bytes("send"));
    pass(system);
    for (int i = 0; i < 3; ++i) {
      stream.async_receive_many(provided.buffers, heard.provided("many"));
      pass(system);
    }
    // The buffer was returned each time, and no byte was lost.
    CHECK(heard.of("many") == "4 ENOBUFS 4 ENOBUFS 1");
  }
  require_rules_kept(system);
}

TEST_CASE("receiving many takes the last buffer without ENOBUFS where no more has come") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  {
    Provided provided(system, 1, 4);
    StreamSocket(system.proactor(), far)
        .async_receive_many(provided.buffers, heard.provided("many"));
    for (int i = 0; i < 3; ++i) {
      StreamSocket(system.proactor(), near).async_send(bytes_of("four"), heard.bytes("send"));
      pass(system);
    }
    CHECK(heard.of("many") == "4 4 4");
  }
  require_rules_kept(system);
}

TEST_CASE("of two receives that wait one gets the only buffer, the other ENOBUFS") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  {
    Provided provided(system, 1, 4);
    StreamSocket stream(system.proactor(), far);
    stream.async_receive(provided.buffers, heard.provided("one"));
    stream.async_receive(provided.buffers, heard.provided("two"));
    pass(system);
    StreamSocket(system.proactor(), near).async_send(bytes_of("six by"), heard.bytes("send"));
    pass(system);
    CHECK(heard.one_of("one", {"4", "ENOBUFS"}));
    CHECK(heard.of("two") == (heard.of("one") == "4" ? "ENOBUFS" : "4"));
    stream.async_receive(provided.buffers, heard.provided("again"));
    pass(system);
    CHECK(heard.of("again") == "2");
  }
  require_rules_kept(system);
}

TEST_CASE("a receive that begins without a free buffer fails at once, whatever has arrived") {
  ON_ALL_SYSTEMS;
  const bool many = GENERATE(false, true);
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  const auto [silent_near, silent_far] = system.connected_pair();
  {
    Provided provided(system, 1, 4);
    StreamSocket(system.proactor(), near).async_send(bytes_of("four"), heard.bytes("send"));
    StreamSocket(system.proactor(), far).async_wait(Readiness::readable, heard.done("arrived"));
    system.run();
    // Both are submitted together. The first holds the buffer until its handler has run.
    StreamSocket silent(system.proactor(), silent_far);
    StreamSocket(system.proactor(), far).async_receive(provided.buffers, heard.provided("receive"));
    if (many) {
      silent.async_receive_many(provided.buffers, heard.provided("silent"));
    } else {
      silent.async_receive(provided.buffers, heard.provided("silent"));
    }
    pass(system);
    CHECK(heard.of("receive") == "4");
    CHECK(heard.of("silent") == "ENOBUFS");
    // With a buffer available, the receive waits.
    silent.async_receive(provided.buffers, heard.provided("then"));
    pass(system);
    CHECK(heard.of("then").empty());
    system.os().close(silent_near);
    pass(system);
    CHECK(heard.of("then") == "0");
  }
  require_rules_kept(system);
}

// --- Dead listeners ----------------------------------------------------------------------------

TEST_CASE("a listener that is shut down: who accepts hears EINVAL, who connects is refused") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const Listening listening(system);
  Acceptor acceptor(system.proactor(), listening.handle);
  StreamSocket as_stream(system.proactor(), listening.handle);
  acceptor.async_accept(heard.handle("accept"));
  as_stream.async_wait(Readiness::readable, heard.done("readable"));
  pass(system);
  as_stream.async_shutdown(ShutdownSide::both, heard.done("shutdown"));
  system.run();
  CHECK(heard.of("accept") == "EINVAL");
  CHECK(heard.of("readable") == "ok");
  CHECK(heard.of("shutdown") == "ok");
  acceptor.async_accept(heard.handle("again"));
  as_stream.async_shutdown(ShutdownSide::both, heard.done("shut down twice"));
  connecting(system, listening.endpoint, heard, "connect");
  system.run();
  CHECK(heard.of("again") == "EINVAL");
  CHECK(heard.of("shut down twice") == "ENOTCONN");
  CHECK(heard.of("connect") == "ECONNREFUSED");
  require_rules_kept(system);
}

TEST_CASE("a listener that is closed under an accept lives on for that one") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const Listening listening(system);
  Acceptor acceptor(system.proactor(), listening.handle);
  acceptor.async_accept(heard.handle("accept"));
  pass(system);
  acceptor.async_close(heard.done("close"));
  connecting(system, listening.endpoint, heard, "connect");
  system.run();
  CHECK(heard.of("close") == "ok");
  CHECK(heard.of("accept") == "handle");
  CHECK(heard.of("connect") == "ok");
  connecting(system, listening.endpoint, heard, "too late");
  system.run();
  CHECK(heard.of("too late") == "ECONNREFUSED");
  require_rules_kept(system);
}

TEST_CASE("connections that wait at a listener are reset when it goes") {
  ON_ALL_SYSTEMS;
  const bool closed = GENERATE(false, true);
  System system(on(kind));
  Outcomes heard;
  const Listening listening(system);
  const Handle client = connecting(system, listening.endpoint, heard, "connect");
  system.run();
  CHECK(heard.of("connect") == "ok");
  std::array<std::byte, 8> buffer{};
  StreamSocket(system.proactor(), client).async_receive(buffer, heard.bytes("receive"));
  StreamSocket listener(system.proactor(), listening.handle);
  if (closed) {
    listener.async_close(heard.done("end"));
  } else {
    listener.async_shutdown(ShutdownSide::both, heard.done("end"));
  }
  system.run();
  CHECK(heard.of("end") == "ok");
  CHECK(heard.of("receive") == "ECONNRESET");
  require_rules_kept(system);
}

TEST_CASE("what is asked of a stream that was refused fails, and it may ask again") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const Listening listening(system);
  system.os().close(listening.handle);
  const Handle stream = connecting(system, listening.endpoint, heard, "connect");
  system.run();
  CHECK(heard.of("connect") == "ECONNREFUSED");
  std::array<std::byte, 8> buffer{};
  StreamSocket socket(system.proactor(), stream);
  socket.async_receive(buffer, heard.bytes("receive"));
  system.run();
  socket.async_send(bytes_of("x"), heard.bytes("send"));
  system.run();
  socket.async_connect(listening.endpoint, heard.done("again"));
  system.run();
  // After a refused connect, io_uring leaves the socket in that state; a second connect(2) resets
  // it.
  CHECK(heard.one_of("receive", {"ENOTCONN", "0"}));
  CHECK(heard.of("send") == "EPIPE");
  CHECK(heard.of("again") == "ECONNREFUSED");
  require_rules_kept(system);
}
