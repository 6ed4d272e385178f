// Once warm, an operation allocates nothing: neither the proactor, nor a live backend, nor workers,
// nor the code between them; nor does a fact, nor a reset. Sanitizers replace the allocator, so
// these tests are left out there.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"
#include "core/socket.hpp"
#include "core/workers/in_flight_limit.hpp"
#include "core/workers/thread_workers.hpp"
#include "tests/support/catch.hpp"

namespace {

std::atomic<long> allocations = 0;  // of all threads

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace proactor_lab;

namespace {

/// Two ends of a stream send a byte back and forth.
struct PingPong {
  Proactor& proactor;
  StreamSocket near;
  StreamSocket far;
  std::array<std::byte, 64> near_buffer{};
  std::array<std::byte, 64> far_buffer{};
  int left = 0;

  void serve() {
    // A deadline that is never reached.
    const OperationToken deadline =
        Timer(proactor).async_wait(std::chrono::seconds(10), [](std::error_code) {});
    proactor.cancel(deadline);
    near.async_send(near_buffer, [](std::error_code, std::size_t) {});
    far.async_receive(far_buffer, [this](std::error_code, std::size_t) { reply(); });
  }
  void reply() {
    far.async_send(far_buffer, [](std::error_code, std::size_t) {});
    near.async_receive(near_buffer, [this](std::error_code, std::size_t) {
      if (--left > 0) serve();
    });
  }
};

/// A recorder whose facts are read from time to time, as a trace's writer does.
struct TakenFacts final : Recorder {
  long taken = 0;
  void take() {
    loop_lane().take([this](const Fact&) { ++taken; });
  }
  const char* keep(std::string_view) override { return ""; }
};

/// Two thousand rounds on a warm proactor, with a timer and a cancel in each.
long allocations_on(LiveBackend& os, Recorder* recorder = nullptr, WorkerPool* workers = nullptr) {
  std::error_code error;
  CompletionEventQueue queue;
  InFlightLimit limit(os, os, 3);
  Proactor proactor(limit, limit, queue, recorder, workers);
  const Handle listener = os.listen({loopback_address, 0}, "listener", error);
  const Handle near = os.open_stream_socket("near", error);
  Handle far = Handle::none;
  Acceptor(proactor, listener).async_accept([&](std::error_code, Handle h) { far = h; });
  StreamSocket(proactor, near)
      .async_connect({loopback_address, os.local_endpoint(listener).port}, [](std::error_code) {});
  proactor.run();
  PingPong game{proactor, {proactor, near}, {proactor, far}};
  game.left = 1000;
  game.serve();
  proactor.run();

  game.left = 2000;
  game.serve();
  const long before = allocations;
  proactor.run();
  return allocations - before;
}

}  // namespace

TEST_CASE("a warm proactor on io_uring allocates nothing per operation") {
  std::error_code error;
  const auto os = IoUringBackend::open(nullptr, error);
  REQUIRE(os != nullptr);
  CHECK(allocations_on(*os) == 0);
}

TEST_CASE("a warm proactor on epoll allocates nothing per operation") {
  std::error_code error;
  const auto os = EpollBackend::open(nullptr, error);
  REQUIRE(os != nullptr);
  CHECK(allocations_on(*os) == 0);
}

TEST_CASE("warm workers allocate nothing per operation") {
  std::error_code error;
  const auto os = IoUringBackend::open(nullptr, error);
  REQUIRE(os != nullptr);
  ThreadWorkers threads;
  WorkerPool workers({.places = 2}, threads);
  CHECK(allocations_on(*os, nullptr, &workers) == 0);
}

TEST_CASE("a fact whose page is taken in time allocates nothing") {
  TakenFacts facts;
  const Fact fact{.kind = FactKind::note};
  const auto record_and_take = [&] {
    for (int i = 0; i < 5000; ++i) facts.record(fact);
    facts.take();
  };
  for (int i = 0; i < 20; ++i) record_and_take();
  const long before = allocations;
  for (int i = 0; i < 100; ++i) record_and_take();
  CHECK(allocations == before);
  CHECK(facts.taken == 120 * 5000);
}

TEST_CASE("a reset with operations in flight allocates nothing") {
  std::error_code error;
  const auto os = IoUringBackend::open(nullptr, error);
  REQUIRE(os != nullptr);
  CompletionEventQueue queue;
  Proactor proactor(*os, *os, queue);
  const auto initiate_and_reset = [&] {
    for (int i = 0; i < 20; ++i) {
      Timer(proactor).async_wait(std::chrono::minutes(1), [](std::error_code) {});
      proactor.post([](std::error_code) {});
    }
    proactor.reset();
  };
  initiate_and_reset();
  const long before = allocations;
  for (int i = 0; i < 10; ++i) initiate_and_reset();
  CHECK(allocations == before);
}
#endif
