// A Proactor that is destroyed with pending operations, on the simulated system and, through
// io_uring and epoll, on the live kernel. Handlers are destroyed without being called, and the
// system releases every buffer. The buffers are freed at once, so that the address sanitizer
// reports later accesses.
#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using namespace proactor_lab::testing;

namespace {

/// Counts its calls and its living copies.
struct Witness {
  std::shared_ptr<int> calls = std::make_shared<int>(0);
  auto handler() {
    return [calls = calls](auto...) { ++*calls; };
  }
  auto for_bytes() {
    return [calls = calls](std::error_code, std::size_t) { ++*calls; };
  }
  auto for_handles() {
    return [calls = calls](std::error_code, Handle) { ++*calls; };
  }
  auto for_arrivals() {
    return [calls = calls](std::error_code, std::span<std::byte>) { ++*calls; };
  }
  long alive() const { return calls.use_count() - 1; }
};

/// Everything that can wait, started on `system`. It owns what the operations are lent.
struct AllKinds {
  explicit AllKinds(System& system) : buffers(2, 16), much(32u << 20) {
    std::error_code error;
    system.os().register_buffers(buffers, error);
    REQUIRE(!error);
    pair = system.connected_pair();
    idle_pair = system.connected_pair();
    datagram = system.os().open_datagram_socket({loopback_address, 0}, "udp", error);
  }

  void start(System& system, Witness& witness) {
    Proactor& proactor = system.proactor();
    std::error_code error;
    StreamSocket stream(proactor, pair.second);
    StreamSocket idle(proactor, idle_pair.second);
    const Listening one(system);
    const Listening many(system);
    idle.async_receive(buffer, witness.for_bytes());
    idle.async_receive_many(buffers, witness.for_arrivals());
    idle.async_wait(Readiness::readable, witness.handler());
    for (int i = 0; i < 4; ++i) stream.async_send(much, witness.for_bytes());
    Acceptor(proactor, one.handle).async_accept(witness.for_handles());
    Acceptor(proactor, many.handle).async_accept_many(witness.for_handles());
    DatagramSocket(proactor, datagram).async_receive_from(buffer, sender, witness.for_bytes());
    const Handle connecting = system.os().open_stream_socket("connecting", error);
    StreamSocket(proactor, connecting).async_connect(one.endpoint, witness.handler());
    Timer(proactor).async_wait(1h, witness.handler());
    Timer(proactor).async_wait(never, witness.handler());
    const OperationRequest receive{.opcode = Opcode::receive,
                                   .handle = idle.handle(),
                                   .length = 16,
                                   .data = buffer.data(),
                                   .link = Link::soft};
    proactor.initiate(receive, witness.for_bytes());
    proactor.initiate({.opcode = Opcode::link_timeout,
                       .link = Link::soft,
                       .deadline = Instant{} + 1h,
                       .relative = true},
                      witness.handler());
    proactor.initiate({.opcode = Opcode::no_op}, witness.handler());
    // A hard link starts the next operation when this one is cancelled.
    OperationRequest hard = receive;
    hard.link = Link::hard;
    for (int i = 0; i < 3; ++i) proactor.initiate(hard, witness.for_bytes());
    // A chain that was left open.
    proactor.initiate(receive, witness.for_bytes());
  }

  BufferGroup buffers;
  std::vector<std::byte> much;
  std::array<std::byte, 16> buffer{};
  Endpoint sender;
  std::pair<Handle, Handle> pair;
  std::pair<Handle, Handle> idle_pair;
  Handle datagram = Handle::none;
};

}  // namespace

TEST_CASE("destroyed with every kind of operation under way: no handler runs, all are destroyed") {
  ON_ALL_SYSTEMS;
  const bool submitted = GENERATE(true, false);
  System system(on(kind));
  Witness witness;
  auto world = std::make_unique<AllKinds>(system);
  if (submitted) {
    // These are in flight, because the loop waits once more after this handler.
    Timer(system.proactor()).async_wait(1ms, [&](std::error_code) { system.proactor().stop(); });
  }
  world->start(system, witness);
  if (submitted) system.run();
  const int heard = *witness.calls;  // a connect or a send may be over
  CHECK(witness.alive() > 10);
  const auto pair = world->pair;
  system.destroy_proactor();
  CHECK(*witness.calls == heard);
  CHECK(witness.alive() == 0);
  system.os().unregister_buffers(world->buffers);
  world.reset();
  // Lent buffers are not written: bytes that arrive now reach no operation.
  system.os().close(pair.first);
  system.os().close(pair.second);
  require_rules_kept(system);
}

TEST_CASE("what was initiated and never submitted is never carried out") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const TemporaryFolder folder;
  const std::string path = folder.file("never.txt");
  Witness witness;
  const auto pair = system.connected_pair();
  StreamSocket(system.proactor(), pair.first).async_send(bytes_of("never"), witness.for_bytes());
  StreamSocket(system.proactor(), pair.first).async_close(witness.handler());
  File::async_open(system.proactor(), path.c_str(), OpenMode::write | OpenMode::create,
                   witness.for_handles());
  system.destroy_proactor();
  CHECK(witness.alive() == 0);
  CHECK_FALSE(std::filesystem::exists(path));
  // The stream is unchanged.
  system.renew_proactor();
  Outcomes heard;
  std::array<std::byte, 8> buffer{};
  StreamSocket(system.proactor(), pair.second).async_receive(buffer, heard.bytes("receive"));
  StreamSocket(system.proactor(), pair.first).async_send(bytes_of("abc"), heard.bytes("send"));
  system.run();
  CHECK(heard.of("send") == "3");
  CHECK(heard.of("receive") == "3");
  CHECK(*witness.calls == 0);
}

TEST_CASE("completions that were queued and not dispatched are dropped, their buffers given back") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Witness witness;
  const auto one = system.connected_pair();
  const auto two = system.connected_pair();
  BufferGroup buffers(2, 4);
  std::error_code error;
  system.os().register_buffers(buffers, error);
  Outcomes heard;
  for (const Handle from : {one.first, two.first}) {
    StreamSocket(system.proactor(), from).async_send(bytes_of("four"), heard.bytes("send"));
  }
  pass(system);
  // All three complete together. The first handler stops the loop.
  system.proactor().initiate({.opcode = Opcode::no_op},
                             [&](std::error_code) { system.proactor().stop(); });
  StreamSocket(system.proactor(), one.second).async_receive(buffers, witness.for_arrivals());
  StreamSocket(system.proactor(), two.second).async_receive(buffers, witness.for_arrivals());
  system.run();
  CHECK(*witness.calls == 0);
  system.destroy_proactor();
  CHECK(*witness.calls == 0);
  CHECK(witness.alive() == 0);
  // Both buffers are available again.
  system.renew_proactor();
  for (const auto& [near, far] : {one, two}) {
    StreamSocket(system.proactor(), far).async_receive(buffers, heard.provided("then"));
    StreamSocket(system.proactor(), near).async_send(bytes_of("more"), heard.bytes("send"));
  }
  system.run();
  CHECK(heard.of("then") == "4 4");
  system.destroy_proactor();
  system.os().unregister_buffers(buffers);
}

TEST_CASE("a buffer that was taken while the proactor was destroyed is given back") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Witness witness;
  const auto pair = system.connected_pair();
  BufferGroup buffers(1, 4);
  std::error_code error;
  system.os().register_buffers(buffers, error);
  Outcomes heard;
  // Sent and received in one submission. Only the first handler is called.
  StreamSocket(system.proactor(), pair.first)
      .async_send(bytes_of("four"),
                  [&](std::error_code, std::size_t) { system.proactor().stop(); });
  StreamSocket(system.proactor(), pair.second).async_receive_many(buffers, witness.for_arrivals());
  system.run();
  system.destroy_proactor();
  CHECK(witness.alive() == 0);
  system.renew_proactor();
  StreamSocket(system.proactor(), pair.second).async_receive_many(buffers, heard.provided("many"));
  for (int i = 0; i < 2; ++i) {
    StreamSocket(system.proactor(), pair.first).async_send(bytes_of("more"), heard.bytes("send"));
    pass(system);
  }
  CHECK(heard.of("many").starts_with("4 4"));
  system.destroy_proactor();
  system.os().unregister_buffers(buffers);
}

TEST_CASE("a coroutine in each kind of wait is destroyed with all that it holds") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Witness witness;
  Proactor& proactor = system.proactor();
  const auto pair = system.connected_pair();
  const Listening listening(system);
  const auto held = [&] { return witness.calls; };
  spawn([](StreamSocket socket, std::shared_ptr<int> calls) -> Task {
    std::array<std::byte, 64> in_the_frame{};
    co_await socket.receive(in_the_frame);
    ++*calls;
  }({proactor, pair.second}, held()));
  spawn([](Acceptor acceptor, std::shared_ptr<int> calls) -> Task {
    co_await acceptor.accept();
    ++*calls;
  }({proactor, listening.handle}, held()));
  spawn([](StreamSocket socket, std::shared_ptr<int> calls) -> Task {
    co_await [](StreamSocket inner, std::shared_ptr<int> both) -> Task {
      co_await inner.wait(Readiness::readable);
      ++*both;
    }(socket, calls);
    ++*calls;
  }({proactor, pair.first}, held()));
  pass(system);
  CHECK(witness.alive() > 3);
  system.destroy_proactor();
  CHECK(witness.alive() == 0);
  CHECK(*witness.calls == 0);
  require_rules_kept(system);
}

namespace {

/// A typical session: it owns its stream, and sends a last message when it is destroyed.
class Session {
 public:
  Session(System& system, Handle handle, std::shared_ptr<int> alive)
      : system_(system), handle_(handle), alive_(std::move(alive)) {}
  ~Session() {
    if (initiates) {
      auto last = [alive = alive_](std::error_code) { ++*alive; };
      StreamSocket(system_.proactor(), handle_).async_close(last);
    } else {
      system_.os().close(handle_);
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  static void receive(std::shared_ptr<Session> session) {
    Session& self = *session;
    StreamSocket(self.system_.proactor(), self.handle_)
        .async_receive(self.buffer_, [session = std::move(session)](std::error_code, std::size_t) {
          ++*session->alive_;
        });
  }
  bool initiates = false;

 private:
  System& system_;
  Handle handle_;
  std::shared_ptr<int> alive_;
  std::array<std::byte, 16> buffer_{};
};

}  // namespace

TEST_CASE("a handler may own what closes its handle when it goes, or initiates the close") {
  ON_ALL_SYSTEMS;
  const bool initiates = GENERATE(false, true);
  System system(on(kind));
  const auto calls = std::make_shared<int>(0);
  // More than one slab, so that operations initiated during destruction may need another one.
  constexpr int sessions = 100;
  std::vector<Handle> handles;
  for (int i = 0; i < sessions; ++i) {
    const auto [near, far] = system.connected_pair();
    handles.insert(handles.end(), {near, far});
  }
  for (const Handle handle : handles) {
    const auto session = std::make_shared<Session>(system, handle, calls);
    session->initiates = initiates;
    Session::receive(session);
  }
  pass(system);
  system.reset_proactor();
  CHECK(*calls == 0);
  CHECK(calls.use_count() == 1);
  CHECK(system.proactor().operations_in_flight() == 0);
  // The proactor continues to work.
  Outcomes heard;
  system.proactor().initiate({.opcode = Opcode::no_op}, heard.done("then"));
  system.run();
  CHECK(heard.of("then") == "ok");
}

TEST_CASE("what handlers initiate when they are destroyed is given back before it is destroyed") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::error_code error;
  const Handle handle = system.os().open_datagram_socket({loopback_address, 0}, "socket", error);
  REQUIRE(!error);
  std::array<std::byte, 16> buffer{};
  Endpoint sender{};
  const auto alive = std::make_shared<int>(0);
  const auto say_farewell = [&](void*) {
    DatagramSocket socket(system.proactor(), handle);
    for (int i = 0; i < 4; ++i) {
      socket.async_receive_from(buffer, sender, [alive](std::error_code, std::size_t) {});
      socket.async_send_to(bytes_of("bye"), {loopback_address, 9},
                           [alive](std::error_code, std::size_t) {});
    }
  };
  for (int i = 0; i < 100; ++i) {
    std::shared_ptr<void> farewell(nullptr, say_farewell);
    Timer(system.proactor()).async_wait(5min, [farewell](std::error_code) {});
  }
  pass(system);
  system.reset_proactor();
  CHECK(alive.use_count() == 1);
  CHECK(system.proactor().operations_in_flight() == 0);
  system.os().close(handle);
}
