// Pipes, receives that wait for all, and drains, through the proactor: on the simulated system and,
// through io_uring and epoll, on the live kernel.
#include <array>
#include <string>
#include <thread>

#include "core/pipe.hpp"
#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using namespace proactor_lab::testing;

namespace {

struct Pipe {
  explicit Pipe(System& system)
      : ends(system.os().open_pipe("pipe", error)),
        reader(system.proactor(), ends.reader),
        writer(system.proactor(), ends.writer) {
    REQUIRE(!error);
  }
  std::error_code error;
  OperatingSystem::Pipe ends;
  ReadablePipe reader;
  WritablePipe writer;
};

OperationRequest draining_no_op() {
  return {.opcode = Opcode::no_op, .flags = OperationFlags::drain};
}

}  // namespace

TEST_CASE("what goes into a pipe comes out, in order, and then the end") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  Pipe pipe(system);
  std::array<std::byte, 4> first{};
  std::array<std::byte, 4> second{};
  pipe.reader.async_read_some(first, heard.bytes("first"));
  pass(system);
  pipe.writer.async_write_some(bytes_of("abcdef"), heard.bytes("write"));
  system.run();
  CHECK(heard.of("write") == "6");
  CHECK(heard.of("first") == "4");
  CHECK(std::memcmp(first.data(), "abcd", 4) == 0);
  pipe.reader.async_read_some(second, heard.bytes("second"));
  pipe.writer.async_close(heard.done("close"));
  system.run();
  CHECK(heard.of("second") == "2");
  CHECK(std::memcmp(second.data(), "ef", 2) == 0);
  pipe.reader.async_read_some(second, heard.bytes("end"));
  system.run();
  CHECK(heard.of("end") == "0");
  require_rules_kept(system);
}

TEST_CASE("a full pipe makes the writer wait until somebody reads") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  Pipe pipe(system);
  const std::vector<std::byte> much(65536);
  std::vector<std::byte> read(65536);
  pipe.writer.async_write_some(much, heard.bytes("write"));
  system.run();
  CHECK(heard.of("write") == "65536");
  pipe.writer.async_write_some(bytes_of("more"), heard.bytes("more"));
  pass(system);
  CHECK(heard.of("more").empty());
  pipe.reader.async_read_some(read, heard.bytes("read"));
  system.run();
  CHECK(heard.of("read") == "65536");
  CHECK(heard.of("more") == "4");
  require_rules_kept(system);
}

TEST_CASE("a pipe's wrong end, and verbs that pipes do not know, are refused") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  Pipe pipe(system);
  std::array<std::byte, 4> buffer{};
  ReadablePipe(system.proactor(), pipe.ends.writer).async_read_some(buffer, heard.bytes("read"));
  WritablePipe(system.proactor(), pipe.ends.reader)
      .async_write_some(bytes_of("x"), heard.bytes("write"));
  StreamSocket(system.proactor(), pipe.ends.reader).async_receive(buffer, heard.bytes("receive"));
  StreamSocket(system.proactor(), pipe.ends.writer).async_send(bytes_of("x"), heard.bytes("send"));
  StreamSocket(system.proactor(), pipe.ends.reader)
      .async_shutdown(ShutdownSide::both, heard.done("shutdown"));
  File(system.proactor(), pipe.ends.writer).async_sync(heard.done("sync"));
  system.run();
  CHECK(heard.of("read") == "EBADF");
  CHECK(heard.of("write") == "EBADF");
  CHECK(heard.of("receive") == "ENOTSOCK");
  CHECK(heard.of("send") == "ENOTSOCK");
  CHECK(heard.of("shutdown") == "ENOTSOCK");
  CHECK(heard.of("sync") == "EINVAL");
  require_rules_kept(system);
}

TEST_CASE("a receive that waits for all goes on until the buffer is full, or no more can come") {
  ON_ALL_SYSTEMS;
  const bool ends = GENERATE(false, true);
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  StreamSocket from(system.proactor(), near);
  std::array<std::byte, 8> buffer{};
  StreamSocket(system.proactor(), far).async_receive_all(buffer, heard.bytes("receive"));
  from.async_send(bytes_of("abcd"), heard.bytes("send"));
  pass(system);
  CHECK(heard.of("receive").empty());
  if (ends) {
    from.async_shutdown(ShutdownSide::send, heard.done("shutdown"));
  } else {
    from.async_send(bytes_of("efgh"), heard.bytes("send"));
  }
  system.run();
  CHECK(heard.of("receive") == (ends ? "4" : "8"));
  CHECK(std::memcmp(buffer.data(), "abcdefgh", ends ? 4 : 8) == 0);
  require_rules_kept(system);
}

TEST_CASE("what drains waits for all before it, and all after it wait for it") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::string order;
  const auto note = [&order](const char* name) {
    return [&order, name](std::error_code) { order += name; };
  };
  Timer timer(system.proactor());
  for (int round = 0; round < 3; ++round) {
    timer.async_wait(2ms, note("a"));
    system.proactor().initiate(draining_no_op(), note("b"));
    timer.async_wait(1ms, note("c"));
    system.proactor().initiate({.opcode = Opcode::no_op}, note("d"));
    system.run();
  }
  CHECK(order == "abdcabdcabdc");
  require_rules_kept(system);
}

TEST_CASE("while something waits to drain, another thread still wakes the loop") {
  const auto kind = GENERATE(SystemKind::io_uring, SystemKind::epoll);
  System system(on(kind));
  Outcomes heard;
  Timer(system.proactor()).async_wait(1h, heard.done("timer"));
  system.proactor().initiate(draining_no_op(), heard.done("drain"));
  for (int i = 0; i < 3; ++i) {
    std::thread other([&system] {
      std::this_thread::sleep_for(2ms);
      system.proactor().stop();
    });
    system.run();
    CHECK(system.proactor().stopped());
    system.proactor().restart();
    other.join();
  }
  CHECK(heard.count() == 0);
}

TEST_CASE("what waits to drain is taken back, whatever it waits for") {
  ON_ALL_SYSTEMS;
  const bool submitted = GENERATE(false, true);
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  StreamSocket(system.proactor(), far).async_receive(buffer, heard.bytes("receive"));
  system.proactor().initiate(draining_no_op(), heard.done("drain"));
  StreamSocket(system.proactor(), far).async_receive(buffer, heard.bytes("after"));
  if (submitted) {
    Timer(system.proactor()).async_wait(1h, heard.done("timer"));
    system.proactor().post([&system](std::error_code) { system.proactor().stop(); });
    std::thread other([&system] {
      std::this_thread::sleep_for(2ms);
      if (!system.simulated()) system.proactor().stop();
    });
    system.run();
    system.proactor().restart();
    other.join();
  }
  system.reset_proactor();
  CHECK(heard.count() == 0);
  // The system still works.
  system.proactor().initiate({.opcode = Opcode::no_op}, heard.done("then"));
  system.run();
  CHECK(heard.of("then") == "ok");
}
