// Initiation from other threads, draining, resetting, and limits on operations in flight.
#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/systems/both_systems.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

SystemOptions with_limit(SystemKind kind, std::size_t in_flight_max) {
  SystemOptions options = on(kind);
  options.in_flight_max = in_flight_max;
  return options;
}

}  // namespace

TEST_CASE("operations initiated by other threads are handled by the loop thread, every one once") {
  const auto kind = GENERATE(SystemKind::io_uring, SystemKind::epoll);
  INFO(name_of(kind));
  System system(on(kind));
  constexpr int thread_count = 4;
  constexpr int jobs_each = 500;
  const std::thread::id loop = std::this_thread::get_id();
  int handled = 0;  // no lock: only one thread runs handlers
  bool elsewhere = false;
  std::atomic<int> threads_left = thread_count;
  // Keeps the loop running until everything is initiated.
  OperationToken keeps = Timer(system.proactor()).async_wait(std::chrono::minutes(5), [](auto) {});
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      for (int job = 0; job < jobs_each; ++job) {
        system.proactor().post([&](std::error_code) {
          ++handled;
          elsewhere = elsewhere || std::this_thread::get_id() != loop;
        });
      }
      if (--threads_left == 0) system.proactor().cancel(keeps);
    });
  }
  system.run();
  for (std::thread& thread : threads) thread.join();
  system.run();  // runs what arrived after the last check of the inbox
  CHECK(handled == thread_count * jobs_each);
  CHECK_FALSE(elsewhere);
  CHECK(system.proactor().operations_in_flight() == 0);
  require_rules_kept(system);
}

TEST_CASE("a chain from another thread reaches the system in one piece") {
  const auto kind = GENERATE(SystemKind::io_uring, SystemKind::epoll);
  INFO(name_of(kind));
  System system(on(kind));
  constexpr int thread_count = 3;
  constexpr int chains_each = 50;
  std::atomic<int> threads_left = thread_count;
  int broken = 0;
  int kept = 0;
  OperationToken keeps = Timer(system.proactor()).async_wait(std::chrono::minutes(5), [](auto) {});
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      Proactor& proactor = system.proactor();
      for (int chain = 0; chain < chains_each; ++chain) {
        // The first operation of the chain fails (no such handle), so the one linked to it is
        // cancelled. If another thread's operation came in between, that one would be cancelled
        // instead.
        const Handle nothing{1'000'000};
        proactor.initiate({.opcode = Opcode::fsync, .handle = nothing, .link = Link::soft},
                          [](std::error_code) {});
        proactor.initiate({.opcode = Opcode::no_op}, [&](std::error_code error) {
          if (error.value() == ECANCELED) ++broken;
        });
        proactor.initiate({.opcode = Opcode::no_op}, [&](std::error_code error) {
          if (!error) ++kept;
        });
      }
      if (--threads_left == 0) proactor.cancel(keeps);
    });
  }
  system.run();
  for (std::thread& thread : threads) thread.join();
  system.run();
  CHECK(broken == thread_count * chains_each);
  CHECK(kept == thread_count * chains_each);
}

TEST_CASE("drain cancels what is under way, calls every handler, and leaves a usable proactor") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  StreamSocket socket(system.proactor(), far);
  std::array<std::byte, 8> buffer{};
  int cancelled = 0;
  bool closed = false;
  socket.async_receive(buffer, [&](std::error_code error, std::size_t) {
    if (error.value() == ECANCELED) ++cancelled;
    // Starts one more operation, which must be cancelled, too.
    Timer(system.proactor()).async_wait(std::chrono::minutes(5), [&](std::error_code again) {
      if (again.value() == ECANCELED) ++cancelled;
      socket.async_close([&](std::error_code e) { closed = !e; });
    });
  });
  Timer(system.proactor()).async_wait(std::chrono::minutes(5), [&](std::error_code error) {
    if (error.value() == ECANCELED) ++cancelled;
  });
  CHECK(system.proactor().drain());
  CHECK(cancelled == 3);
  CHECK(closed);
  CHECK(system.proactor().operations_in_flight() == 0);
  bool ran = false;
  system.proactor().post([&](std::error_code) { ran = true; });
  system.run();
  CHECK(ran);
  require_rules_kept(system);
}

TEST_CASE("drain gives up on a handler that tries for ever") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  std::function<void()> again = [&] {
    Timer(system.proactor()).async_wait(std::chrono::minutes(5), [&](std::error_code) { again(); });
  };
  again();
  CHECK_FALSE(system.proactor().drain());
  CHECK(system.proactor().operations_in_flight() > 0);
}

TEST_CASE("reset destroys handlers unheard and leaves the proactor as new") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  auto alive = std::make_shared<int>(0);
  std::array<std::byte, 8> buffer{};
  StreamSocket receiver(system.proactor(), far);
  receiver.async_receive(buffer, [alive](std::error_code, std::size_t) { FAIL("called"); });
  Timer(system.proactor()).async_wait(std::chrono::minutes(5), [alive](std::error_code) {
    FAIL("called");
  });
  system.proactor().post([alive, &system](std::error_code) { system.proactor().stop(); });
  system.run();
  system.proactor().reset();
  CHECK(alive.use_count() == 1);
  CHECK(system.proactor().operations_in_flight() == 0);
  CHECK_FALSE(system.proactor().stopped());

  std::size_t received = 0;
  std::array<std::byte, 8> again{};
  receiver.async_receive(again, [&](std::error_code, std::size_t bytes) { received = bytes; });
  StreamSocket(system.proactor(), near).async_send(bytes_of("bytes"), [](auto, std::size_t) {});
  system.run();
  CHECK(received == 5);
}

TEST_CASE("past the limit operations wait their turn, and all are carried out") {
  ON_ALL_SYSTEMS;
  System system(with_limit(kind, 3));
  int done = 0;
  std::size_t most = 0;
  for (int i = 0; i < 20; ++i) {
    Timer(system.proactor()).async_wait(std::chrono::microseconds(200), [&](std::error_code error) {
      if (!error) ++done;
      most = std::max(most, system.limit().in_flight());
    });
  }
  CHECK(system.limit().in_flight() == 3);
  CHECK(system.limit().held() == 17);
  system.run();
  CHECK(done == 20);
  CHECK(most <= 3);
  CHECK(system.limit().in_flight() == 0);
  require_rules_kept(system);
}

TEST_CASE("what waits for room is cancelled without ever reaching the system") {
  ON_ALL_SYSTEMS;
  System system(with_limit(kind, 1));
  Proactor& proactor = system.proactor();
  std::vector<int> ended(4, -1);
  std::vector<OperationToken> tokens;
  for (std::size_t i = 0; i < 4; ++i) {
    tokens.push_back(Timer(proactor).async_wait(
        std::chrono::minutes(5), [&ended, i](std::error_code error) { ended[i] = error.value(); }));
  }
  int cancel_of_held = -1;
  int cancel_of_running = -1;
  std::size_t cancelled_together = 0;
  SECTION("one by one") {
    proactor.cancel(tokens[2], [&](std::error_code error) { cancel_of_held = error.value(); });
    for (const int i : {0, 1, 3}) {
      proactor.cancel(tokens[static_cast<std::size_t>(i)],
                      [&](std::error_code error) { cancel_of_running = error.value(); });
    }
    system.run();
    CHECK(cancel_of_held == 0);
    CHECK(cancel_of_running == 0);
  }
  SECTION("all, and they are counted") {
    proactor.cancel_all([&](std::error_code, std::size_t count) { cancelled_together = count; });
    system.run();
    CHECK(cancelled_together == 4);
  }
  CHECK(ended == std::vector<int>(4, ECANCELED));
  CHECK(proactor.operations_in_flight() == 0);
  require_rules_kept(system);
}

TEST_CASE("a chain is held and passed on in one piece") {
  ON_ALL_SYSTEMS;
  System system(with_limit(kind, 1));
  Proactor& proactor = system.proactor();
  std::vector<int> order;
  proactor.post([&](std::error_code) { order.push_back(0); });
  for (int i = 1; i <= 4; ++i) {
    proactor.initiate({.opcode = Opcode::no_op, .link = i < 4 ? Link::soft : Link::none},
                      [&order, i](std::error_code error) { order.push_back(error ? -i : i); });
  }
  proactor.post([&](std::error_code) { order.push_back(5); });
  system.run();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("a chain that is left open while it is held is not joined by who comes after a wait") {
  ON_ALL_SYSTEMS;
  System system(with_limit(kind, 1));
  Proactor& proactor = system.proactor();
  int failed = -1;
  int other = -1;
  proactor.post([&](std::error_code) {
    proactor.post([&](std::error_code error) { other = error.value(); });
  });
  proactor.initiate({.opcode = Opcode::fsync, .handle = Handle{1'000'000}, .link = Link::soft},
                    [&](std::error_code error) { failed = error.value(); });
  system.run();
  CHECK(failed == EBADF);
  CHECK(other == 0);
}

TEST_CASE("destroying a proactor with operations held back destroys their handlers") {
  ON_ALL_SYSTEMS;
  auto alive = std::make_shared<int>(0);
  {
    System system(with_limit(kind, 1));
    for (int i = 0; i < 3; ++i) {
      Timer(system.proactor()).async_wait(std::chrono::minutes(5), [alive](std::error_code) {});
    }
    CHECK(alive.use_count() == 4);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a run that ends with operations held back ends") {
  ON_ALL_SYSTEMS;
  if (kind != SystemKind::simulated) return;  // a live system always has something to wait for
  System system(with_limit(kind, 2));
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  StreamSocket receiver(system.proactor(), far);
  receiver.async_receive(buffer, [](std::error_code, std::size_t) {});  // no bytes are sent
  receiver.async_receive(buffer, [](std::error_code, std::size_t) {});
  receiver.async_receive(buffer, [](std::error_code, std::size_t) {});
  CHECK(system.run() == 0);
  CHECK(system.limit().held() == 1);
}

TEST_CASE("cancelling one link of a held chain leaves the others and their neighbours alone") {
  ON_ALL_SYSTEMS;
  System system(with_limit(kind, 1));
  Proactor& proactor = system.proactor();
  std::vector<int> outcomes(4, -1);
  const auto note = [&outcomes](std::size_t i) {
    return [&outcomes, i](std::error_code error) { outcomes[i] = error.value(); };
  };
  Timer(proactor).async_wait(std::chrono::milliseconds(1), [](std::error_code) {});
  const Handle nothing{1'000'000};
  proactor.initiate({.opcode = Opcode::fsync, .handle = nothing, .link = Link::soft}, note(0));
  const OperationToken second = proactor.initiate({.opcode = Opcode::no_op}, note(1));
  proactor.initiate({.opcode = Opcode::no_op}, note(2));
  proactor.cancel(second, note(3));
  system.run();
  CHECK(outcomes[0] == EBADF);
  CHECK(outcomes[1] == ECANCELED);  // because the link before it failed
  CHECK(outcomes[2] == 0);
  CHECK(outcomes[3] == ENOENT);
}

TEST_CASE("slots go round between threads: as many as are under way, not as were initiated") {
  System system(on(SystemKind::epoll));
  OperationToken keeps = Timer(system.proactor()).async_wait(std::chrono::minutes(5), [](auto) {});
  std::set<const AsyncOperation*> slots;
  std::thread guest([&] {
    std::atomic<int> under_way = 0;
    for (int i = 0; i < 3000; ++i) {
      while (under_way > 8) std::this_thread::yield();
      ++under_way;
      slots.insert(system.proactor().post([&](std::error_code) { --under_way; }).slot);
    }
    while (under_way > 0) std::this_thread::yield();
    system.proactor().cancel(keeps);
  });
  system.run();
  guest.join();
  system.run();
  CHECK(slots.size() <= 3 * 64);  // a slab has 64
}

TEST_CASE("the loop thread cancels what another thread has only just initiated") {
  const auto kind = GENERATE(SystemKind::io_uring, SystemKind::epoll);
  INFO(name_of(kind));
  System system(on(kind));
  int ended = -1;
  int cancel = -1;
  system.proactor().post([&](std::error_code) {
    OperationToken token;
    std::thread([&] {
      token = Timer(system.proactor()).async_wait(std::chrono::minutes(5), [&](auto error) {
        ended = error.value();
      });
    }).join();
    system.proactor().cancel(token, [&](std::error_code error) { cancel = error.value(); });
  });
  system.run();
  CHECK(ended == ECANCELED);
  CHECK(cancel == 0);
}
