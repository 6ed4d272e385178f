// What EpollBackend does itself, because epoll(7) does not: keeping what a closed handle referred
// to, timers, moving the bytes. What it has in common with the others is tested in tests/systems.
#include <array>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include <sys/time.h>
#include <unistd.h>

#include "core/detail/timer_heap.hpp"
#include "core/live/epoll_backend.hpp"
#include "core/socket.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/few_descriptors.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using proactor_lab::testing::FewDescriptors;

namespace {

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"},
                       std::filesystem::directory_iterator{});
}

/// A proactor on epoll, and connected streams.
struct World {
  std::error_code error;
  std::unique_ptr<EpollBackend> os = EpollBackend::open(nullptr, error);
  CompletionEventQueue queue;
  Proactor proactor{*os, *os, queue};

  std::pair<StreamSocket, StreamSocket> connected() {
    const Handle listener = os->listen({loopback_address, 0}, "listener", error);
    const Handle near = os->open_stream_socket("near", error);
    Handle far = Handle::none;
    Acceptor(proactor, listener).async_accept([&](std::error_code, Handle h) { far = h; });
    StreamSocket(proactor, near)
        .async_connect({loopback_address, os->local_endpoint(listener).port},
                       [](std::error_code) {});
    proactor.run();
    os->close(listener);
    return {{proactor, near}, {proactor, far}};
  }
};

}  // namespace

TEST_CASE("a handle closed under a pending receive: its number is free, its stream goes on") {
  World world;
  const auto pair = world.connected();
  StreamSocket near = pair.first;
  StreamSocket far = pair.second;
  const auto before = open_descriptors();
  std::array<std::byte, 8> buffer{};
  std::array<std::byte, 8> heard{};
  std::vector<std::string> order;
  far.async_receive(buffer, [&](std::error_code error, std::size_t bytes) {
    CHECK(!error);
    order.push_back("received " + std::to_string(bytes));
  });
  near.async_receive(heard, [&](std::error_code, std::size_t bytes) {
    order.push_back("end " + std::to_string(bytes));
  });
  Timer timer(world.proactor);
  timer.async_wait(1ms, [&, closing = far](std::error_code) mutable {
    closing.async_close([&](std::error_code error) {
      CHECK(!error);
      order.push_back("closed");
      // Lower numbers are handed out first.
      std::vector<Handle> opened;
      do {
        opened.push_back(world.os->open_stream_socket("next", world.error));
      } while (opened.back() < far.handle());
      CHECK(opened.back() == far.handle());
      for (const Handle each : opened) world.os->close(each);
      near.async_send(std::span(heard).first(3), [](std::error_code, std::size_t) {});
    });
  });
  world.proactor.run();
  CHECK(order == std::vector<std::string>{"closed", "received 3", "end 0"});
  CHECK(open_descriptors() == before - 1);
}

TEST_CASE("where no descriptor is left, a closed number stays taken until its receive is over") {
  World world;
  const auto pair = world.connected();
  StreamSocket near = pair.first;
  StreamSocket far = pair.second;
  std::array<std::byte, 8> buffer{};
  std::size_t received = 0;
  bool closed = false;
  std::error_code second_close;
  far.async_receive(buffer, [&](std::error_code, std::size_t bytes) { received = bytes; });
  Timer(world.proactor).async_wait(1ms, [&](std::error_code) {
    const FewDescriptors none_left(0);
    far.async_close([&](std::error_code error) {
      closed = !error;
      far.async_close([&](std::error_code again) { second_close = again; });
      near.async_send(std::span(buffer).first(4), [](std::error_code, std::size_t) {});
    });
    world.os->wait(world.queue, Instant{});
  });
  world.proactor.run();
  CHECK(closed);
  CHECK(received == 4);
  CHECK(second_close == std::errc::bad_file_descriptor);
  world.os->open_stream_socket("where the listener was", world.error);
  CHECK(world.os->open_stream_socket("next", world.error) == far.handle());
}

TEST_CASE("accepting without a descriptor left is EMFILE, and the connection waits") {
  World world;
  const Handle listener = world.os->listen({loopback_address, 0}, "listener", world.error);
  const Handle near = world.os->open_stream_socket("near", world.error);
  Acceptor acceptor(world.proactor, listener);
  std::error_code heard;
  Handle accepted = Handle::none;
  StreamSocket(world.proactor, near)
      .async_connect({loopback_address, world.os->local_endpoint(listener).port},
                     [](std::error_code error) { CHECK(!error); });
  world.proactor.run();
  {
    const FewDescriptors none_left(0);
    acceptor.async_accept([&](std::error_code error, Handle) { heard = error; });
    world.proactor.run();
  }
  CHECK(heard == std::errc::too_many_files_open);
  acceptor.async_accept([&](std::error_code, Handle handle) { accepted = handle; });
  world.proactor.run();
  CHECK(accepted != Handle::none);
}

TEST_CASE("the timer heap yields what is left in the order of moments, then of adding") {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    TimerHeap heap;
    std::vector<AsyncOperation> operations(100);
    std::multimap<Instant, AsyncOperation*> expected;
    for (AsyncOperation& each : operations) {
      const Instant moment = instant_at_ns(static_cast<std::int64_t>(random() % 20));
      heap.add(each, moment);
      expected.emplace(moment, &each);
    }
    for (AsyncOperation& each : operations) {
      if (random() % 3 != 0) continue;
      heap.remove(each);
      std::erase_if(expected, [&](const auto& entry) { return entry.second == &each; });
    }
    for (const auto& [moment, operation] : expected) {
      REQUIRE(heap.next_moment() == moment);
      REQUIRE(&heap.pop() == operation);
    }
    CHECK(heap.empty());
    CHECK(heap.next_moment() == never);
  }
}

TEST_CASE("a wait without completions lasts until its deadline, never less") {
  World world;
  for (int i = 0; i < 30; ++i) {
    const Instant start = world.os->now();
    world.os->wait(world.queue, start + 300us);
    CHECK(world.os->now() - start >= 300us);
  }
  CHECK(world.queue.empty());
}

namespace {

EpollBackend* woken_by_signal = nullptr;
extern "C" void wake_it(int) { woken_by_signal->wake(); }

}  // namespace

TEST_CASE("wake ends a wait from within a signal handler, and is remembered") {
  World world;
  woken_by_signal = world.os.get();
  const auto before = std::signal(SIGALRM, wake_it);
  const itimerval soon{{0, 0}, {0, 5000}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  world.os->wait(world.queue, never);
  world.os->wake();
  world.os->wake();
  world.os->wait(world.queue, never);  // the set contains both
  const Instant start = world.os->now();
  world.os->wait(world.queue, start + 2ms);
  CHECK(world.os->now() >= start + 2ms);
  std::signal(SIGALRM, before);
}
