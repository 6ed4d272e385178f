// A full submission queue of four entries, with chains across its end, when all operations are
// released or the back end is destroyed. Each call returns, what the kernel was never given is not
// executed, and no lent buffer is written afterwards. epoll has no such queue and passes the same
// tests: it submits nothing before it waits.
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"
#include "core/proactor.hpp"
#include "tests/core/live_history.hpp"
#include "tests/core/watchdog.hpp"
#include "tests/support/catch.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;
using namespace std::chrono_literals;

namespace {

constexpr unsigned entries = 4;
constexpr std::chrono::milliseconds limit = 10s;
constexpr int drains = 20;

const std::vector<LiveMode>& modes() {
  static const std::vector<LiveMode> table = {
      {"io_uring, deferred work", true, true, entries, 8},
      {"io_uring, plain", true, false, entries, 8},
      {"epoll", false},
  };
  return table;
}

/// Null if the kernel refuses it. The refusal is reported.
std::unique_ptr<LiveBackend> open_traced(const LiveMode& mode, Recorder* recorder) {
  std::error_code error;
  std::unique_ptr<LiveBackend> os;
  if (mode.io_uring) {
    os = IoUringBackend::open(recorder, error,
                              {.submission_entries = mode.submission_entries,
                               .completion_entries = mode.completion_entries,
                               .defers_work = mode.defers_work});
  } else {
    os = EpollBackend::open(recorder, error);
  }
  if (os == nullptr) WARN(mode.name << " is not tested: " << error.message());
  return os;
}

/// Records which operations the back end gave to the kernel.
class Submissions final : public Recorder {
 public:
  const char* keep(std::string_view) override { return ""; }
  std::vector<bool> of(std::size_t count) {
    std::vector<bool> submitted(count, false);
    loop_lane().take([&](const Fact& fact) {
      if (fact.kind != FactKind::operation_submitted) return;
      if (fact.operation <= count) submitted[fact.operation - 1] = true;
    });
    return submitted;
  }
};

/// Operations that outlive their back end, numbered from 1 in the order in which they start.
class Operations {
 public:
  AsyncOperation& start(LiveBackend& os, const OperationRequest& request) {
    AsyncOperation& operation = operations_.emplace_back();
    static_cast<OperationRequest&>(operation) = request;
    operation.id = OperationId{static_cast<std::uint32_t>(operations_.size())};
    os.start(operation);
    return operation;
  }

 private:
  std::deque<AsyncOperation> operations_;
};

/// A number of writes. Those from `chain_from` on are linked to each other.
struct Row {
  std::size_t count;
  std::size_t chain_from;
  Link link;
  bool left_open;  ///< the last write is linked, too, but to nothing
};

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const std::size_t count : {1u, 3u, 4u, 5u, 6u, 8u, 9u, 13u}) {
    for (std::size_t chain_from = 0; chain_from <= std::min<std::size_t>(count, 6); ++chain_from) {
      for (const Link link : {Link::soft, Link::hard}) {
        for (const bool left_open : {false, true})
          all.push_back({count, chain_from, link, left_open});
      }
    }
  }
  return all;
}

struct Tally {
  std::size_t never_submitted = 0;
  std::size_t carried_out = 0;
  std::string wrong;  ///< the first bytes that should not have been written
};

/// Each operation writes its own letter to a pipe. Then all are released, or the back end is
/// destroyed.
void write_and_end(const LiveMode& mode, const Row& row, bool destroys, Watchdog& watchdog,
                   Tally& tally) {
  Submissions submissions;
  std::unique_ptr<LiveBackend> os = open_traced(mode, &submissions);
  REQUIRE(os != nullptr);
  std::error_code error;
  const OperatingSystem::Pipe pipe = os->open_pipe("pipe", error);
  REQUIRE(!error);
  const int reader = fcntl(to_number(pipe.reader), F_DUPFD_CLOEXEC, 0);
  fcntl(reader, F_SETFL, O_NONBLOCK);
  std::string letters(row.count, 'a');
  std::iota(letters.begin(), letters.end(), 'a');
  Operations operations;
  for (std::size_t i = 0; i < row.count; ++i) {
    const bool linked = i >= row.chain_from && (row.left_open || i + 1 < row.count);
    operations.start(*os, {.opcode = Opcode::write,
                           .handle = pipe.writer,
                           .length = 1,
                           .data = reinterpret_cast<std::byte*>(&letters[i]),
                           .link = linked ? row.link : Link::none});
  }
  if (destroys) {
    watchdog.bounded("the destructor", [&] { os.reset(); });
  } else {
    watchdog.bounded("release_all", [&] { os->release_all(); });
  }
  letters.assign(row.count, '!');
  std::array<char, 64> got{};
  const auto bytes = read(reader, got.data(), got.size());
  const std::string written(got.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  const std::vector<bool> submitted = submissions.of(row.count);
  for (const char letter : written) {
    const auto index = static_cast<std::size_t>(letter - 'a');
    if (index >= row.count || !submitted[index]) tally.wrong += letter;
  }
  tally.carried_out += written.size();
  tally.never_submitted +=
      static_cast<std::size_t>(std::count(submitted.begin(), submitted.end(), false));
  ::close(reader);
}

/// Streams whose other ends belong to the test, with one buffer each. No buffer may be written
/// after its operation was released.
struct Streams {
  /// Like the back end's own sockets, they block on io_uring and do not on epoll.
  Streams(std::size_t count, const LiveMode& mode) : pairs(count), buffers(count), senders(count) {
    const int flags = SOCK_CLOEXEC | (mode.io_uring ? 0 : SOCK_NONBLOCK);
    for (std::size_t i = 0; i < count; ++i) {
      // Every third one takes datagrams.
      const int type = i % 3 == 2 ? SOCK_DGRAM : SOCK_STREAM;
      REQUIRE(socketpair(AF_UNIX, type | flags, 0, pairs[i].data()) == 0);
    }
  }
  ~Streams() {
    for (const auto& pair : pairs) {
      for (const int each : pair) ::close(each);
    }
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  OperationRequest receive(std::size_t i, Link link) {
    return {.opcode = i % 3 == 2 ? Opcode::receive_from : Opcode::receive,
            .handle = Handle{pairs[i][0]},
            .length = static_cast<std::uint32_t>(buffers[i].size()),
            .data = buffers[i].data(),
            .link = link,
            .sender = &senders[i]};
  }
  void write_to_all() const {
    for (const auto& pair : pairs) CHECK(write(pair[1], "late", 4) == 4);
    std::this_thread::sleep_for(1ms);
  }
  /// Number of messages that are no longer in the socket, or are in a buffer: a released operation
  /// received them nevertheless.
  std::size_t lost() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      std::array<char, 16> got{};
      const bool there = recv(pairs[i][0], got.data(), got.size(), MSG_DONTWAIT) == 4;
      const bool untouched = buffers[i] == decltype(Streams::buffers)::value_type{};
      count += there && untouched && senders[i].port == 0 ? 0 : 1;
    }
    return count;
  }

  std::vector<std::array<int, 2>> pairs;
  std::vector<std::array<std::byte, 16>> buffers;
  std::vector<Endpoint> senders;
};

/// Completes a new operation: the back end works as before.
bool is_usable(LiveBackend& os, Operations& operations, Watchdog& watchdog) {
  const AsyncOperation& fresh = operations.start(os, {.opcode = Opcode::no_op});
  CompletionEventQueue queue;
  watchdog.bounded("wait", [&] { os.wait(queue, os.now() + 5s); });
  return queue.size() == 1 && queue.pop().operation == &fresh;
}

/// Receives for which nothing arrives. If the queue ends within a chain, the kernel hands its part
/// of the chain to its workers, and a worker's receive that is cancelled is interrupted.
void ask_for_each(Proactor& proactor, Streams& streams, Link link, int& called,
                  const std::shared_ptr<int>& kept) {
  for (std::size_t i = 0; i < streams.pairs.size(); ++i) {
    proactor.initiate(
        streams.receive(i, i % 5 == 4 ? Link::none : link),
        [&called, kept](std::error_code error) {
          CHECK((error == std::errc::operation_canceled || error == std::errc::interrupted));
          ++called;
        },
        CallSite::here());
  }
}

}  // namespace

TEST_CASE("with a full submission queue, what was never submitted is never carried out") {
  Watchdog watchdog(limit);
  for (const LiveMode& mode : modes()) {
    if (open_traced(mode, nullptr) == nullptr) continue;
    for (const bool destroys : {false, true}) {
      Tally tally;
      for (const Row& row : rows()) {
        INFO(mode.name << ": " << row.count << " writes, linked from " << row.chain_from
                       << (row.link == Link::hard ? ", hard" : ", soft")
                       << (row.left_open ? ", left open" : ""));
        write_and_end(mode, row, destroys, watchdog, tally);
        REQUIRE(tally.wrong.empty());
      }
      INFO(mode.name);
      CHECK(tally.never_submitted > 0);
      CHECK((tally.carried_out > 0) == mode.io_uring);
    }
  }
}

TEST_CASE("with a full submission queue, nothing lent is written once it was taken back") {
  Watchdog watchdog(limit);
  constexpr std::size_t count = 23;
  for (const LiveMode& mode : modes()) {
    if (open_traced(mode, nullptr) == nullptr) continue;
    for (const Link link : {Link::none, Link::soft, Link::hard}) {
      for (std::size_t chained = 1; chained <= 2 * entries + 1; ++chained) {
        INFO(mode.name << ", " << chained << " in a chain");
        Streams streams(count, mode);
        Operations operations;
        const std::unique_ptr<LiveBackend> os = open_traced(mode, nullptr);
        for (std::size_t i = 0; i < count; ++i) {
          const bool last = i % chained == chained - 1;
          const Link to_timeout = link == Link::none ? Link::soft : link;
          operations.start(*os, streams.receive(i, i % 2 == 0 ? to_timeout
                                                   : last     ? Link::none
                                                              : link));
          if (i % 2 != 0) continue;  // its time limit may be beyond the queue's end
          operations.start(*os, {.opcode = Opcode::link_timeout,
                                 .link = last ? Link::none : link,
                                 .deadline = Instant{} + Duration{1h},
                                 .relative = true});
        }
        watchdog.bounded("release_all", [&] { os->release_all(); });
        streams.write_to_all();
        CHECK(streams.lost() == 0);
        CHECK(is_usable(*os, operations, watchdog));
      }
    }
  }
}

TEST_CASE("a proactor over a full submission queue stops, is reset, drained and destroyed") {
  Watchdog watchdog(limit);
  const Link link = GENERATE(Link::none, Link::soft, Link::hard);
  for (const LiveMode& mode : modes()) {
    INFO(mode.name);
    if (open_traced(mode, nullptr) == nullptr) continue;
    Streams streams(30, mode);
    const std::unique_ptr<LiveBackend> os = open_traced(mode, nullptr);
    int called = 0;
    const auto kept = std::make_shared<int>();
    CompletionEventQueue queue;
    auto proactor = std::make_unique<Proactor>(*os, *os, queue);
    ask_for_each(*proactor, streams, link, called, kept);
    proactor->stop();
    watchdog.bounded("run", [&] { proactor->run(); });
    CHECK(proactor->operations_in_flight() == streams.pairs.size());
    watchdog.bounded("reset", [&] { proactor->reset(); });
    CHECK(called == 0);
    CHECK(kept.use_count() == 1);
    proactor->restart();
    bool posted = false;
    proactor->post([&posted](std::error_code) { posted = true; });
    watchdog.bounded("run after the reset", [&] { proactor->run(); });
    CHECK(posted);
    // Repeated, because a cancel may miss a kernel worker that continues with a chain.
    for (int i = 0; i < drains; ++i) {
      ask_for_each(*proactor, streams, link, called, kept);
      CHECK(watchdog.bounded("drain", [&] { return proactor->drain(); }));
    }
    const int all = drains * static_cast<int>(streams.pairs.size());
    CHECK(called == all);
    CHECK(kept.use_count() == 1);
    ask_for_each(*proactor, streams, link, called, kept);
    watchdog.bounded("the destructor", [&] { proactor.reset(); });
    CHECK(called == all);
    CHECK(kept.use_count() == 1);
    streams.write_to_all();
    CHECK(streams.lost() == 0);
  }
}
