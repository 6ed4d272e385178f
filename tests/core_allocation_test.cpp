// Once warm, an operation allocates nothing: neither the proactor, nor a live backend.
// Sanitizers bring allocators of their own, and count elsewhere.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <array>
#include <cstdlib>
#include <new>

#include "core/epoll_backend.hpp"
#include "core/io_uring_backend.hpp"
#include "core/socket.hpp"
#include "tests/catch.hpp"

namespace {

thread_local long allocations = 0;

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

/// Two ends of a stream throw a ball to and fro.
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

/// Two thousand rounds on a warm proactor, with a timer and a cancel in each.
long allocations_on(LiveBackend& os) {
  std::error_code error;
  CompletionEventQueue queue;
  Proactor proactor(os, os, queue);
  const Handle listener = os.listen({loopback_address, 0}, "listener", error);
  const Handle near = os.open_stream_socket("near", error);
  Handle far = Handle::none;
  Acceptor(proactor, listener).async_accept([&](std::error_code, Handle h) { far = h; });
  StreamSocket(proactor, near)
      .async_connect({loopback_address, os.local_endpoint(listener).port}, [](std::error_code) {});
  proactor.run();
  PingPong game{proactor, {proactor, near}, {proactor, far}};
  game.left = 10;
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
#endif
