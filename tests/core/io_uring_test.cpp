// What IoUringBackend does itself: how much one wait takes from the kernel. What it has in common
// with the others is tested in tests/systems.
#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <vector>

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/live/io_uring_backend.hpp"
#include "core/socket.hpp"
#include "tests/core/watchdog.hpp"
#include "tests/support/catch.hpp"

using namespace proactor_lab;

namespace {

constexpr std::size_t pair_count = 200;  // ten times what the kernel does in one call

/// A proactor on io_uring, and streams whose other ends belong to the test.
struct World {
  World() {
    REQUIRE(os != nullptr);
    for (auto& pair : pairs) REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  }
  ~World() {
    proactor.reset();
    for (const auto& pair : pairs) {
      for (const int each : pair) ::close(each);
    }
  }

  Handle near(std::size_t pair) const { return Handle{pairs[pair][0]}; }
  /// Writes one byte to each stream: all have something to receive before the program looks.
  void write_to_all() {
    for (const auto& pair : pairs) REQUIRE(write(pair[1], "x", 1) == 1);
  }
  /// Submits the initiated operations to the kernel.
  void submit() { REQUIRE(os->wait(queue, Instant::min())); }

  std::error_code error;
  std::unique_ptr<IoUringBackend> os = IoUringBackend::open(nullptr, error);
  std::vector<std::array<int, 2>> pairs{pair_count};
  CompletionEventQueue queue;
  Proactor proactor{*os, *os, queue};
};

}  // namespace

TEST_CASE("io_uring: one wait takes all that is ready, not what the kernel does in one call") {
  World world;
  std::size_t ready = 0;
  for (std::size_t i = 0; i < pair_count; ++i) {
    StreamSocket(world.proactor, world.near(i))
        .async_wait(Readiness::readable, [&ready](std::error_code error) { ready += !error; });
  }
  world.submit();
  REQUIRE(world.queue.empty());
  world.write_to_all();
  REQUIRE(world.os->wait(world.queue, never));
  CHECK(world.queue.size() == pair_count);
  world.proactor.run();
  CHECK(ready == pair_count);
}

TEST_CASE("io_uring: a wait takes no more than there are provided buffers for") {
  World world;
  BufferGroup buffers(32, 8);
  world.os->register_buffers(buffers, world.error);
  REQUIRE(!world.error);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < pair_count; ++i) {
    auto count = [&](std::error_code error, std::span<std::byte> received) {
      CHECK(!error);  // ENOBUFS, if it had taken more
      bytes += received.size();
      if (error || bytes == pair_count) world.proactor.stop();
    };
    StreamSocket(world.proactor, world.near(i)).async_receive_many(buffers, count);
  }
  world.submit();
  REQUIRE(world.queue.empty());
  world.write_to_all();
  world.proactor.run();
  CHECK(bytes == pair_count);
  world.proactor.reset();
  world.os->unregister_buffers(buffers);
}

TEST_CASE("io_uring: a cancel that waits comes back, also if a worker has what it waits for") {
  for (const bool defers : {true, false}) {
    std::error_code error;
    const auto os = IoUringBackend::open(nullptr, error, {.defers_work = defers});
    REQUIRE(os != nullptr);
    CompletionEventQueue queue;
    const int file = memfd_create("file", MFD_CLOEXEC);
    std::vector<std::byte> much(128u << 20);
    AsyncOperation drain;
    static_cast<OperationRequest&>(drain) = {.opcode = Opcode::no_op,
                                             .flags = OperationFlags::drain};
    drain.id = OperationId{1};
    AsyncOperation write;  // behind a drain, a worker starts it
    static_cast<OperationRequest&>(write) = {.opcode = Opcode::write,
                                             .handle = Handle{file},
                                             .length = static_cast<std::uint32_t>(much.size()),
                                             .data = much.data()};
    write.id = OperationId{2};
    os->start(drain);
    os->start(write);
    os->wait(queue, os->now() + Duration{2'000'000});
    testing::Watchdog watchdog(std::chrono::seconds{20});
    const std::int32_t found = watchdog.bounded("cancel_now", [&] {
      return os->cancel_now({&write, write.id});
    });
    CHECK((found == 0 || found == -ENOENT));
    watchdog.bounded("release_all", [&] { os->release_all(); });
    ::close(file);
  }
}
