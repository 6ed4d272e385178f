// Handlers on workers: one body, in virtual time and on real threads.
#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/composed.hpp"
#include "core/strand.hpp"
#include "tests/systems/both_systems.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

SystemOptions with_places(SystemKind kind, std::uint32_t places) {
  SystemOptions options = on(kind);
  options.places = places;
  return options;
}

std::size_t count(const Trace& trace, EventKind kind) {
  return static_cast<std::size_t>(std::count_if(trace.events.begin(), trace.events.end(),
                                                [kind](const Event& e) { return e.kind == kind; }));
}

/// The maximum number of handlers that ran at the same time, from the trace.
int overlap_of(const Trace& trace) {
  int running = 0;
  int most = 0;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::handler_entered) most = std::max(most, ++running);
    if (event.kind == EventKind::handler_exited) --running;
  }
  return most;
}

constexpr Duration some_work = std::chrono::milliseconds(2);

}  // namespace

TEST_CASE("handlers run on as many workers at a time as the pool has places") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 2));
  std::atomic<int> ran = 0;
  for (int i = 0; i < 6; ++i) {
    system.proactor().post([&](std::error_code error) {
      if (!error) ++ran;
      system.os().compute(some_work);
    });
  }
  CHECK(system.run() == 6);
  CHECK(ran == 6);
  CHECK(system.workers().active() == 0);
  const Trace trace = system.trace();
  // Live, the machine decides whether they overlap.
  CHECK(overlap_of(trace) <= 2);
  if (system.simulated()) CHECK(overlap_of(trace) == 2);
  CHECK(count(trace, EventKind::worker_acquired) == 6);
  CHECK(count(trace, EventKind::worker_busy) == 6);
  CHECK(count(trace, EventKind::worker_released) == 6);
  CHECK(count(trace, EventKind::worker_rejected) == 0);
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::worker_acquired) CHECK(event.value <= event.options);
    if (event.kind == EventKind::handler_entered) CHECK(event.thread > Proactor::loop_thread);
  }
  require_rules_kept(system);
}

TEST_CASE("two places and four jobs: two are acquired, and two rejected or kept waiting") {
  ON_ALL_SYSTEMS;
  const std::uint32_t waiting_max = GENERATE(0u, 1u, 2u);
  SystemOptions options = with_places(kind, 2);
  options.waiting_jobs_max = waiting_max;
  System system(options);
  std::atomic<int> worked = 0;
  std::atomic<int> rejected = 0;
  const int to_reject = 2 - static_cast<int>(waiting_max);
  // The first two keep working until the others were dequeued.
  const auto work = [&] {
    if (system.simulated()) return system.os().compute(std::chrono::milliseconds(50));
    const Instant at_last = system.os().now() + std::chrono::seconds(20);
    while (rejected < to_reject && system.os().now() < at_last) std::this_thread::yield();
  };
  for (int i = 0; i < 4; ++i) {
    system.proactor().post([&](std::error_code error) {
      if (error) {
        CHECK(error.value() == EAGAIN);
        ++rejected;
        return;
      }
      work();
      ++worked;
    });
  }
  system.run();
  CHECK(worked == 2 + static_cast<int>(waiting_max));
  CHECK(rejected == to_reject);
  CHECK(count(system.trace(), EventKind::worker_rejected) == 2 - waiting_max);
  require_rules_kept(system);
}

TEST_CASE("the handlers of one strand never overlap and keep their order") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 4));
  constexpr int strand_count = 3;
  constexpr int jobs_each = 20;
  struct Lane {
    Strand strand;
    std::atomic<int> inside = 0;
    int done = 0;  // no lock: the strand protects it
    bool in_order = true;
    bool overlapped = false;
  };
  std::deque<Lane> lanes;
  for (int i = 0; i < strand_count; ++i) lanes.emplace_back(Strand(system.proactor()));
  for (int job = 0; job < jobs_each; ++job) {
    for (Lane& lane : lanes) {
      auto handler = [&lane, &system, job](std::error_code) {
        if (++lane.inside != 1) lane.overlapped = true;
        system.os().compute(std::chrono::microseconds(50));
        lane.in_order = lane.in_order && lane.done == job;
        ++lane.done;
        --lane.inside;
      };
      system.proactor().post(on(lane.strand, handler));
    }
  }
  CHECK(system.run() == strand_count * jobs_each);
  for (const Lane& lane : lanes) {
    CHECK(lane.done == jobs_each);
    CHECK(lane.in_order);
    CHECK_FALSE(lane.overlapped);
  }
  CHECK(overlap_of(system.trace()) <= strand_count);
}

TEST_CASE("workers initiate, and what they initiate is handled like the rest") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 3));
  const auto [near, far] = system.connected_pair();
  StreamSocket sender(system.proactor(), near);
  StreamSocket receiver(system.proactor(), far);
  std::array<std::byte, 64> buffer{};
  std::size_t received = 0;
  std::error_code sent_error;
  system.proactor().post([&](std::error_code) {
    receiver.async_receive(buffer, [&](std::error_code error, std::size_t bytes) {
      if (!error) received = bytes;
    });
    system.os().compute(some_work);
    sender.async_send(bytes_of("from a worker"),
                      [&](std::error_code error, std::size_t) { sent_error = error; });
  });
  system.run();
  CHECK(received == 13);
  CHECK_FALSE(sent_error);
  CHECK(system.proactor().operations_in_flight() == 0);
  require_rules_kept(system);
}

TEST_CASE("a worker's time is its own, and what it initiates starts when it was initiated") {
  System system(with_places(SystemKind::simulated, 2));
  Instant elapsed[2];
  for (Instant& at : elapsed) {
    system.proactor().post([&system, &at](std::error_code) {
      system.os().compute(std::chrono::milliseconds(5));
      Timer(system.proactor()).async_wait(std::chrono::milliseconds(1), [&system, &at](auto) {
        at = system.os().now();
      });
      system.os().compute(std::chrono::milliseconds(5));
    });
  }
  system.run();
  // Both timers expire at 5 + 1 ms, but the workers are busy until 10 ms.
  CHECK(elapsed[0] == Instant{} + std::chrono::milliseconds(10));
  CHECK(elapsed[1] == Instant{} + std::chrono::milliseconds(10));
  const Trace trace = system.trace();
  std::int64_t last_ns = 0;
  for (const Event& event : trace.events) {
    CHECK(event.time_ns >= last_ns);
    last_ns = event.time_ns;
    if (event.kind == EventKind::operation_submitted && event.time_ns > 0) {
      CHECK(event.time_ns == 5'000'000);
    }
  }
  require_rules_kept(system);
}

TEST_CASE("what a worker's handler throws comes out of run, and the rest goes on") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 2));
  std::atomic<int> ran = 0;
  for (int i = 0; i < 4; ++i) {
    system.proactor().post([&ran, i](std::error_code) {
      ++ran;
      if (i % 2 == 0) throw std::runtime_error("a job failed");
    });
  }
  int failures = 0;
  for (int i = 0; i < 3; ++i) {
    try {
      system.run();
    } catch (const std::runtime_error& error) {
      CHECK(std::string(error.what()) == "a job failed");
      ++failures;
    }
  }
  CHECK(failures == 2);
  CHECK(ran == 4);
  CHECK(system.workers().active() == 0);
  require_rules_kept(system);
}

TEST_CASE("composed operations and coroutines run on workers") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 3));
  const auto [near, far] = system.connected_pair();
  std::string text(200'000, 'x');
  std::vector<std::byte> got(text.size());
  std::size_t written = 0;
  std::size_t read_bytes = 0;
  Strand strand(system.proactor());
  async_write(StreamSocket(system.proactor(), near), bytes_of(text),
              on(strand, named("on_write", [&](std::error_code error, std::size_t total) {
                   if (!error) written = total;
                 })));
  spawn([](StreamSocket socket, std::span<std::byte> into, std::size_t& total) -> Task {
    const auto [error, moved] = co_await read(socket, into);
    if (!error) total = moved;
    co_await socket.close();
  }(StreamSocket(system.proactor(), far), got, read_bytes));
  system.run();
  CHECK(written == text.size());
  CHECK(read_bytes == text.size());
  require_rules_kept(system);
}

TEST_CASE("a multishot operation's handlers never overlap, and provided buffers come back") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 4));
  const auto [near, far] = system.connected_pair();
  BufferGroup group(4, 16);
  std::error_code error;
  system.os().register_buffers(group, error);
  REQUIRE_FALSE(error);
  StreamSocket sender(system.proactor(), near);
  StreamSocket receiver(system.proactor(), far);
  std::atomic<int> inside = 0;
  bool overlapped = false;
  std::string got;
  std::function<void()> receive = [&] {
    receiver.async_receive_many(group, [&](std::error_code failed, std::span<std::byte> bytes) {
      if (++inside != 1) overlapped = true;
      got.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      const bool again = failed.value() == ENOBUFS;
      --inside;
      if (again) receive();
    });
  };
  receive();
  std::string text;
  for (int i = 0; i < 400; ++i) text += static_cast<char>('a' + i % 26);
  async_write(sender, bytes_of(text), [&](std::error_code, std::size_t) {
    sender.async_shutdown(ShutdownSide::send, [](std::error_code) {});
  });
  system.run();
  CHECK(got == text);
  CHECK_FALSE(overlapped);
  system.os().unregister_buffers(group);
  require_rules_kept(system);
}

TEST_CASE("a stop lets workers end their handlers, and a restart goes on with the rest") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 2));
  std::atomic<int> ran = 0;
  for (int i = 0; i < 8; ++i) {
    system.proactor().post([&](std::error_code) {
      system.os().compute(some_work);
      if (++ran == 2) system.proactor().stop();
    });
  }
  system.run();
  CHECK(system.workers().active() == 0);
  CHECK(ran < 8);
  system.proactor().restart();
  system.run();
  CHECK(ran == 8);
  require_rules_kept(system);
}

TEST_CASE("destruction waits for workers and destroys the other handlers unheard") {
  ON_ALL_SYSTEMS;
  auto alive = std::make_shared<int>(0);
  System system(with_places(kind, 1));
  std::atomic<int> ran = 0;
  std::array<std::byte, 8> buffer{};
  const auto [near, far] = system.connected_pair();
  StreamSocket(system.proactor(), far).async_receive(buffer, [alive](std::error_code, std::size_t) {
  });
  for (int i = 0; i < 4; ++i) {
    system.proactor().post([&, alive](std::error_code) {
      ++ran;
      system.proactor().stop();
      // Initiated after the loop was stopped.
      system.proactor().post([alive](std::error_code) {});
    });
  }
  system.run();
  CHECK(ran >= 1);
  const int before = ran;
  system.destroy_proactor();
  CHECK(ran == before);
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a cancel finds nothing where the worker's moment has not come") {
  System system(with_places(SystemKind::simulated, 2));
  OperationToken token;
  int ended = -1;
  int cancel = -1;
  system.proactor().post([&](std::error_code) {
    system.os().compute(std::chrono::milliseconds(5));
    token = Timer(system.proactor()).async_wait(std::chrono::milliseconds(1), [&](auto error) {
      ended = error.value();
    });
  });
  system.proactor().post([&](std::error_code) {
    system.proactor().cancel(token, [&](std::error_code error) { cancel = error.value(); });
  });
  system.run();
  CHECK(cancel == ENOENT);
  CHECK(ended == 0);
}

namespace {

/// Initiates an operation that fails and is linked to the next one.
void leave_chain_open(System& system, int& outcome) {
  system.proactor().initiate(
      {.opcode = Opcode::fsync, .handle = Handle{1'000'000}, .link = Link::soft},
      [&outcome](std::error_code error) { outcome = error.value(); });
}

}  // namespace

TEST_CASE("a handler that throws between two links leaves no chain for others to join") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 1));
  int linked = -1;
  int other = -1;
  system.proactor().post([&](std::error_code) {
    leave_chain_open(system, linked);
    throw std::runtime_error("between two links");
  });
  CHECK_THROWS_AS(system.run(), std::runtime_error);
  system.proactor().post([&](std::error_code) {
    system.proactor().post([&](std::error_code error) { other = error.value(); });
  });
  system.run();
  CHECK(linked == EBADF);
  CHECK(other == 0);
}

TEST_CASE(
    "a handler that leaves a chain open leaves none for another worker's operations to join") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 2));
  for (int i = 0; i < 20; ++i) {
    int linked = -1;
    int other = -1;
    system.proactor().post([&](std::error_code) { leave_chain_open(system, linked); });
    system.proactor().post([&](std::error_code) {
      system.proactor().post([&](std::error_code error) { other = error.value(); });
    });
    system.run();
    CHECK(linked == EBADF);
    CHECK(other == 0);
  }
}

TEST_CASE("drain ends with jobs that a stop kept back") {
  ON_ALL_SYSTEMS;
  System system(with_places(kind, 1));
  std::atomic<int> ran = 0;
  for (int i = 0; i < 4; ++i) {
    system.proactor().post([&](std::error_code) {
      if (++ran == 1) system.proactor().stop();
    });
  }
  system.run();
  CHECK(system.proactor().drain());
  CHECK(ran == 4);
}
