// Requests that a program should not make, or makes rarely: empty buffers, null buffers, file verbs
// on streams, null handlers, handlers that throw. On the simulated system and, through io_uring and
// epoll, on the live kernel.
#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/composed.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using namespace proactor_lab::testing;

namespace {

constexpr std::uint32_t create =
    OpenMode::read | OpenMode::write | static_cast<std::uint32_t>(OpenMode::create);

/// Five bytes at a null address.
OperationRequest nowhere(Opcode opcode, Handle handle) {
  return {.opcode = opcode, .handle = handle, .length = 5};
}

}  // namespace

// --- Buffers -----------------------------------------------------------------------------------

TEST_CASE("an empty buffer: a send is over at once, a receive waits until there is something") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket from(system.proactor(), near);
  StreamSocket to(system.proactor(), far);
  const std::span<std::byte> empty;
  std::array<std::byte, 8> buffer{};
  to.async_receive(empty, heard.bytes("receive"));
  from.async_send(empty, heard.bytes("send"));
  pass(system);
  CHECK(heard.of("send") == "0");
  CHECK(heard.of("receive").empty());
  from.async_send(bytes_of("abc"), heard.bytes("sent"));
  system.run();
  CHECK(heard.of("receive") == "0");
  to.async_receive(empty, heard.bytes("again"));
  system.run();
  CHECK(heard.of("again") == "0");
  to.async_receive(buffer, heard.bytes("all of it"));
  system.run();
  CHECK(heard.of("all of it") == "3");
  system.os().close(near);
  to.async_receive(empty, heard.bytes("the end"));
  system.run();
  CHECK(heard.of("the end") == "0");
  require_rules_kept(system);
}

TEST_CASE("an empty buffer: file transfers are over at once, a datagram may be empty") {
  ON_ALL_SYSTEMS;
  const TemporaryFolder folder;
  const std::string path = folder.file("a.txt");
  System system(on(kind));
  Outcomes heard;
  File::async_open(system.proactor(), path.c_str(), create, heard.handle("open"));
  system.run();
  REQUIRE(heard.of("open") == "handle");
  File file(system.proactor(), heard.handles[0]);
  const std::span<std::byte> empty;
  file.async_write_at(7, empty, heard.bytes("write"));
  file.async_read_at(0, empty, heard.bytes("read"));
  std::error_code error;
  const Handle a = system.os().open_datagram_socket({loopback_address, 0}, "a", error);
  const Handle b = system.os().open_datagram_socket({loopback_address, 0}, "b", error);
  const Endpoint to = system.os().local_endpoint(b);
  Endpoint sender;
  std::array<std::byte, 8> buffer{};
  DatagramSocket(system.proactor(), b)
      .async_receive_from(buffer, sender, heard.bytes("receive from"));
  DatagramSocket(system.proactor(), a).async_send_to(empty, to, heard.bytes("send to"));
  system.run();
  CHECK(heard.of("write") == "0");
  CHECK(heard.of("read") == "0");
  CHECK(heard.of("send to") == "0");
  CHECK(heard.of("receive from") == "0");
  CHECK(sender.port == system.os().local_endpoint(a).port);
  require_rules_kept(system);
}

TEST_CASE("a buffer that is nowhere is EFAULT when bytes are to move, and none is lost") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  Proactor& proactor = system.proactor();
  StreamSocket to(proactor, far);
  std::array<std::byte, 8> buffer{};
  proactor.initiate(nowhere(Opcode::send, near), heard.bytes("send"));
  proactor.initiate(nowhere(Opcode::receive, far), heard.bytes("receive"));
  pass(system);
  CHECK(heard.of("send") == "EFAULT");
  CHECK(heard.of("receive").empty());  // no bytes to move yet
  StreamSocket(proactor, near).async_send(bytes_of("abc"), heard.bytes("sent"));
  system.run();
  CHECK(heard.of("receive") == "EFAULT");
  to.async_receive(buffer, heard.bytes("then"));
  system.run();
  CHECK(heard.of("then") == "3");
  require_rules_kept(system);
}

TEST_CASE("a buffer that is nowhere: files and datagrams") {
  ON_ALL_SYSTEMS;
  const TemporaryFolder folder;
  const std::string path = folder.file("a.txt");
  System system(on(kind));
  Outcomes heard;
  Proactor& proactor = system.proactor();
  File::async_open(proactor, path.c_str(), create, heard.handle("open"));
  File::async_open(proactor, nullptr, create, heard.handle("no path"));
  File::async_open(proactor, "", create, heard.handle("empty path"));
  system.run();
  REQUIRE(heard.of("open") == "handle");
  CHECK(heard.of("no path") == "EFAULT");
  CHECK(heard.of("empty path") == "ENOENT");
  const Handle file = heard.handles[0];
  proactor.initiate(nowhere(Opcode::write, file), heard.bytes("write"));
  system.run();
  proactor.initiate(nowhere(Opcode::read, file), heard.bytes("read at the end"));
  system.run();
  File(proactor, file).async_write_at(0, bytes_of("abc"), heard.bytes("written"));
  system.run();
  proactor.initiate(nowhere(Opcode::read, file), heard.bytes("read"));
  system.run();
  CHECK(heard.of("write") == "EFAULT");
  CHECK(heard.of("read at the end") == "0");
  CHECK(heard.of("read") == "EFAULT");

  std::error_code error;
  const Handle socket = system.os().open_datagram_socket({loopback_address, 0}, "udp", error);
  OperationRequest send = nowhere(Opcode::send_to, socket);
  send.endpoint = system.os().local_endpoint(socket);
  proactor.initiate(send, heard.bytes("send to"));
  proactor.initiate(nowhere(Opcode::receive_from, socket), heard.bytes("receive from"));
  DatagramSocket(proactor, socket).async_send_to(bytes_of("x"), send.endpoint, heard.bytes("sent"));
  system.run();
  CHECK(heard.of("send to") == "EFAULT");
  CHECK(heard.of("sent") == "1");
  CHECK(heard.of("receive from") == "EFAULT");
  require_rules_kept(system);
}

// --- Offsets and times -------------------------------------------------------------------------

TEST_CASE("a place that no file has: EINVAL past what off_t can name, nothing to read before") {
  ON_ALL_SYSTEMS;
  const TemporaryFolder folder;
  const std::string path = folder.file("a.txt");
  System system(on(kind));
  Outcomes heard;
  File::async_open(system.proactor(), path.c_str(), create, heard.handle("open"));
  system.run();
  File file(system.proactor(), heard.handles.at(0));
  std::array<std::byte, 1> byte{};
  const auto at = [&](std::uint64_t offset, std::span<std::byte> bytes) {
    heard.forget();
    file.async_read_at(offset, bytes, heard.bytes("it"));
    system.run();
    file.async_write_at(offset, bytes, heard.bytes("it"));
    system.run();
    return heard.of("it");
  };
  constexpr std::uint64_t last = INT64_MAX;
  for (const std::uint64_t offset : {UINT64_MAX - 1, last + 1}) {
    CHECK(at(offset, byte) == "EINVAL EINVAL");
    CHECK(at(offset, {}) == "EINVAL EINVAL");
  }
  CHECK(at(last, byte) == "EINVAL EINVAL");
  CHECK(at(last, {}) == "0 0");
  // The size that a live file system allows is not specified.
  const std::string far = at(1ull << 62, byte);
  CHECK((far == "0 EFBIG" || (far == "0 1" && !system.simulated())));
  CHECK(Files::room(Files::size_max - 1, 2) == 1);
  if (kind != SystemKind::io_uring) CHECK(at(UINT64_MAX, byte) == "EINVAL EINVAL");
  require_rules_kept(system);
}

TEST_CASE("a time that has passed before it began is EINVAL, and its chain is refused") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  Timer(system.proactor()).async_wait(1ms, heard.done("before"));
  system.run();
  Timer(system.proactor()).async_wait(-5ms, heard.done("alone"));
  const auto ask = [&](Opcode opcode, Link link, const char* name) {
    const bool timed = opcode != Opcode::no_op;
    system.proactor().initiate({.opcode = opcode,
                                .link = link,
                                .deadline = Instant{} - (timed ? 1ns : 0ns),
                                .relative = timed},
                               heard.done(name));
  };
  ask(Opcode::no_op, Link::soft, "first");
  ask(Opcode::timer, Link::hard, "timer");
  ask(Opcode::no_op, Link::none, "last");
  ask(Opcode::no_op, Link::soft, "bounded");
  ask(Opcode::link_timeout, Link::none, "bound");
  const Instant start = system.os().now();
  system.run();
  CHECK(system.os().now() >= start);
  CHECK(heard.of("alone") == "EINVAL");
  CHECK(heard.of("first") == "ECANCELED");
  CHECK(heard.of("timer") == "EINVAL");
  CHECK(heard.of("last") == "ECANCELED");
  CHECK(heard.of("bounded") == "ECANCELED");
  CHECK(heard.of("bound") == "EINVAL");
  require_rules_kept(system);
}

// --- Verbs and handles -------------------------------------------------------------------------

TEST_CASE("read and write on a stream are receive and send, at no other place than 0") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  Proactor& proactor = system.proactor();
  std::array<std::byte, 8> buffer{};
  std::string text = "four";
  const auto ask = [&](const char* name, OperationRequest request) {
    proactor.initiate(request, heard.bytes(name));
  };
  auto* bytes = const_cast<std::byte*>(bytes_of(text).data());
  ask("read", {.opcode = Opcode::read, .handle = far, .length = 8, .data = buffer.data()});
  ask("read nothing", {.opcode = Opcode::read, .handle = far});
  ask("read at 5",
      {.opcode = Opcode::read, .handle = far, .length = 8, .data = buffer.data(), .offset = 5});
  ask("write", {.opcode = Opcode::write, .handle = near, .length = 4, .data = bytes});
  ask("write nothing", {.opcode = Opcode::write, .handle = near});
  ask("write at 5",
      {.opcode = Opcode::write, .handle = near, .length = 4, .data = bytes, .offset = 5});
  ask("sync", {.opcode = Opcode::fsync, .handle = near});
  system.run();
  CHECK(heard.of("read") == "4");
  CHECK(buffer[0] == std::byte{'f'});
  CHECK(heard.of("read nothing") == "0");
  CHECK(heard.of("read at 5") == "ESPIPE");
  CHECK(heard.of("write") == "4");
  CHECK(heard.of("write nothing") == "0");
  CHECK(heard.of("write at 5") == "ESPIPE");
  CHECK(heard.of("sync") == "EINVAL");
  // The read waits, is cancelled, and ends with the stream, as a receive does.
  ask("end", {.opcode = Opcode::read, .handle = far, .length = 8, .data = buffer.data()});
  StreamSocket(proactor, near).async_shutdown(ShutdownSide::send, heard.done("shutdown"));
  system.run();
  CHECK(heard.of("end") == "0");
  require_rules_kept(system);
}

TEST_CASE("a verb that a handle does not have is an error, by name") {
  ON_ALL_SYSTEMS;
  const TemporaryFolder folder;
  const std::string path = folder.file("a.txt");
  System system(on(kind));
  Outcomes heard;
  Proactor& proactor = system.proactor();
  const Listening listening(system);
  const auto [near, far] = system.connected_pair();
  std::error_code error;
  const Handle fresh = system.os().open_stream_socket("fresh", error);
  const Handle datagram = system.os().open_datagram_socket({loopback_address, 0}, "udp", error);
  File::async_open(proactor, path.c_str(), create, heard.handle("open"));
  system.run();
  const Handle file = heard.handles[0];
  std::array<std::byte, 8> buffer{};
  const auto expect = [&](Opcode opcode, Handle handle, const char* outcome) {
    heard.forget();
    proactor.initiate({.opcode = opcode, .handle = handle, .length = 8, .data = buffer.data()},
                      heard.bytes("it"));
    system.run();
    INFO(name_of(opcode));
    CHECK(heard.of("it") == outcome);
  };
  for (const Opcode opcode :
       {Opcode::receive, Opcode::send, Opcode::accept, Opcode::connect, Opcode::shutdown}) {
    expect(opcode, file, "ENOTSOCK");
  }
  expect(Opcode::receive, listening.handle, "ENOTCONN");
  expect(Opcode::read, listening.handle, "ENOTCONN");
  expect(Opcode::send, listening.handle, "EPIPE");
  expect(Opcode::connect, listening.handle, "EISCONN");
  expect(Opcode::accept, near, "EINVAL");
  expect(Opcode::connect, far, "EISCONN");
  expect(Opcode::accept, fresh, "EINVAL");
  expect(Opcode::receive, fresh, "ENOTCONN");
  expect(Opcode::send, fresh, "EPIPE");
  expect(Opcode::shutdown, fresh, "ENOTCONN");
  expect(Opcode::send, datagram, "EDESTADDRREQ");
  expect(Opcode::send_to, near, "8");  // a stream has a fixed peer
  for (const Opcode opcode : {Opcode::receive, Opcode::send, Opcode::accept, Opcode::connect,
                              Opcode::shutdown, Opcode::read, Opcode::write, Opcode::fsync,
                              Opcode::close, Opcode::poll, Opcode::cancel_handle}) {
    expect(opcode, Handle::none, "EBADF");
  }
  require_rules_kept(system);
}

// --- Handlers ----------------------------------------------------------------------------------

TEST_CASE("a null handler is refused where it is handed over, and nothing is initiated") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  const std::size_t facts = system.trace().events.size();
  std::array<std::byte, 8> buffer{};
  StreamSocket stream(system.proactor(), far);
  using OnBytes = std::function<void(std::error_code, std::size_t)>;
  void (*const no_function)(std::error_code) = nullptr;
  CHECK_THROWS_AS(stream.async_receive(buffer, OnBytes{}), std::invalid_argument);
  CHECK_THROWS_WITH(
      stream.async_receive(buffer, named("on_receive", OnBytes{})),
      Catch::Contains("receive") && Catch::Contains("null") && Catch::Contains("empty lambda"));
  CHECK_THROWS_WITH(stream.async_close(no_function), Catch::Contains("close"));
  CHECK_THROWS_AS(system.proactor().cancel_all(no_function), std::invalid_argument);
  CHECK_THROWS_AS(async_read(stream, buffer, OnBytes{}), std::invalid_argument);
  CHECK(system.proactor().operations_in_flight() == 0);
  CHECK(system.trace().events.size() == facts);
  // What the message recommends.
  stream.async_close([](auto...) {});
  system.run();
  CHECK(near != far);
  require_rules_kept(system);
}

TEST_CASE("a handler that throws: run throws it, and every other operation goes on") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto pair = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  Timer timer(system.proactor());
  int thrown = 0;
  for (int i = 0; i < 3; ++i) {
    system.proactor().initiate({.opcode = Opcode::no_op}, [](std::error_code) {
      throw std::runtime_error("thrown by a handler");
    });
    system.proactor().initiate({.opcode = Opcode::no_op}, heard.done("beside"));
  }
  StreamSocket(system.proactor(), pair.second).async_receive(buffer, heard.bytes("receive"));
  timer.async_wait(2ms, [&](std::error_code) {
    StreamSocket(system.proactor(), pair.first).async_send(bytes_of("abc"), heard.bytes("send"));
  });
  while (system.proactor().operations_in_flight() > 0 && thrown < 10) {
    try {
      system.run();
    } catch (const std::runtime_error& failure) {
      CHECK(std::string(failure.what()) == "thrown by a handler");
      ++thrown;
    }
  }
  CHECK(thrown == 3);
  CHECK(heard.of("beside") == "ok ok ok");
  CHECK(heard.of("receive") == "3");
  require_rules_kept(system);
}

TEST_CASE("a multishot handler that throws keeps its operation and gives its buffer back") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  BufferGroup buffers(1, 4);
  std::error_code error;
  system.os().register_buffers(buffers, error);
  StreamSocket(system.proactor(), far)
      .async_receive_many(buffers, [&](std::error_code failed, std::span<std::byte> bytes) {
        heard.note("many", failed, std::to_string(bytes.size()));
        throw std::runtime_error("thrown in the midst");
      });
  StreamSocket from(system.proactor(), near);
  for (int i = 0; i < 3; ++i) {
    from.async_send(bytes_of("four"), heard.bytes("send"));
    CHECK_THROWS_AS(system.run(), std::runtime_error);
  }
  CHECK(heard.of("many") == "4 4 4");
  from.async_shutdown(ShutdownSide::send, heard.done("shutdown"));
  CHECK_THROWS_AS(system.run(), std::runtime_error);
  CHECK(heard.of("many") == "4 4 4 0");
  system.run();
  CHECK(system.proactor().operations_in_flight() == 0);
  system.os().unregister_buffers(buffers);
  require_rules_kept(system);
}

TEST_CASE("a coroutine that throws takes down nobody but itself") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto witness = std::make_shared<int>(0);
  const auto counts = [](Timer timer, std::shared_ptr<int> count, bool throws) -> Task {
    for (int i = 0; i < 3; ++i) {
      co_await timer.wait(1ms);
      ++*count;
      if (throws) throw std::runtime_error("thrown in a coroutine");
    }
  };
  Timer timer(system.proactor());
  spawn(counts(timer, witness, false));
  spawn(counts(timer, witness, true));
  spawn(counts(timer, witness, false));
  CHECK_THROWS_AS(system.run(), std::runtime_error);
  system.run();
  CHECK(*witness == 7);
  CHECK(witness.use_count() == 1);  // all frames are destroyed
  require_rules_kept(system);
}
