// Cancelling in every state of an operation, on the simulated system and, through io_uring and
// epoll, on the live kernel. If the kernel may choose, the set of outcomes is given.
#include <array>
#include <set>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include "core/live/live_handles.hpp"
#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using namespace proactor_lab::testing;

namespace {

/// A port at which connecting takes time. Live, a listener with a full queue does not answer;
/// simulated, every connection takes two latencies.
class SlowToConnect {
 public:
  explicit SlowToConnect(System& system) {
    if (system.simulated()) {
      endpoint_ = Listening(system).endpoint;
      return;
    }
    sockaddr_in address = address_of({loopback_address, 0});
    socklen_t size = sizeof(address);
    descriptors_[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(descriptors_[0], reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(descriptors_[0], 0) == 0);
    getsockname(descriptors_[0], reinterpret_cast<sockaddr*>(&address), &size);
    endpoint_ = endpoint_of(address);
    for (int* each : {&descriptors_[1], &descriptors_[2]}) {
      *each = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      [[maybe_unused]] const int under_way =
          connect(*each, reinterpret_cast<sockaddr*>(&address), size);
    }
  }
  ~SlowToConnect() {
    for (const int each : descriptors_) {
      if (each >= 0) close(each);
    }
  }
  SlowToConnect(const SlowToConnect&) = delete;
  SlowToConnect& operator=(const SlowToConnect&) = delete;
  Endpoint endpoint() const { return endpoint_; }

 private:
  Endpoint endpoint_;
  std::array<int, 3> descriptors_{-1, -1, -1};
};

OperationRequest timer_of(Duration delay, Link link = Link::none) {
  return {.opcode = Opcode::timer, .link = link, .deadline = Instant{} + delay, .relative = true};
}

}  // namespace

TEST_CASE("cancelling what was only just initiated") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  Proactor& proactor = system.proactor();
  const auto receive = StreamSocket(proactor, far).async_receive(buffer, heard.bytes("receive"));
  proactor.cancel(receive, heard.done("cancel of a receive"));
  const auto timer = Timer(proactor).async_wait(1h, heard.done("timer"));
  proactor.cancel(timer, heard.done("cancel of a timer"));
  const auto no_op = proactor.initiate({.opcode = Opcode::no_op}, heard.done("no-op"));
  proactor.cancel(no_op, heard.done("cancel of a no-op"));
  system.run();
  CHECK(heard.of("cancel of a receive") == "ok");
  CHECK(heard.of("receive") == "ECANCELED");
  CHECK(heard.of("cancel of a timer") == "ok");
  CHECK(heard.of("timer") == "ECANCELED");
  // The no-op was over before the cancel was processed.
  CHECK(heard.of("cancel of a no-op") == "ENOENT");
  CHECK(heard.of("no-op") == "ok");
  require_rules_kept(system);
}

TEST_CASE("each kind of pending operation can be cancelled") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const Listening listening(system);
  const Listening other_listening(system);
  const SlowToConnect slow(system);
  const auto [near, far] = system.connected_pair();
  std::error_code error;
  const Handle connecting = system.os().open_stream_socket("connecting", error);
  const Handle datagram = system.os().open_datagram_socket({loopback_address, 0}, "udp", error);
  BufferGroup buffers(2, 16);
  system.os().register_buffers(buffers, error);
  std::array<std::byte, 8> buffer{};
  Endpoint sender;
  Proactor& proactor = system.proactor();
  StreamSocket stream(proactor, far);
  const std::vector<std::byte> much(32u << 20);
  std::vector<std::pair<std::string, OperationToken>> pending;
  // Fill the buffers, so that a send has to wait.
  std::function<void()> fill = [&] {
    const auto token = stream.async_send(much, [&](std::error_code failed, std::size_t count) {
      if (!failed && count > 0) return fill();
      heard.note("send", failed, "ok");
    });
    pending = {{"send", token}};
  };
  fill();
  pass(system, 20ms);
  REQUIRE(pending.size() == 1);
  const auto add = [&](const char* name, OperationToken token) {
    pending.emplace_back(name, token);
  };
  add("receive", StreamSocket(proactor, far).async_receive(buffer, heard.bytes("receive")));
  add("many", stream.async_receive_many(buffers, heard.provided("many")));
  add("poll", stream.async_wait(Readiness::readable, heard.done("poll")));
  add("accept", Acceptor(proactor, listening.handle).async_accept(heard.handle("accept")));
  add("accept many",
      Acceptor(proactor, other_listening.handle).async_accept_many(heard.handle("accept many")));
  add("timer", Timer(proactor).async_wait(1h, heard.done("timer")));
  add("receive from", DatagramSocket(proactor, datagram)
                          .async_receive_from(buffer, sender, heard.bytes("receive from")));
  if (!system.simulated())
    pass(system, 5ms);  // simulated, the connection would be complete by then
  add("connect",
      StreamSocket(proactor, connecting).async_connect(slow.endpoint(), heard.done("connect")));
  for (const auto& [name, token] : pending) proactor.cancel(token, heard.done("cancel of " + name));
  system.run();
  for (const auto& [name, token] : pending) {
    INFO(name);
    CHECK(heard.of("cancel of " + name) == "ok");
    CHECK(heard.of(name) == "ECANCELED");
  }
  CHECK(proactor.operations_in_flight() == 0);
  system.os().unregister_buffers(buffers);
  require_rules_kept(system);
}

TEST_CASE("cancelled twice: the second finds it on its way out, or not any more") {
  ON_ALL_SYSTEMS;
  const bool at_once = GENERATE(true, false);
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  const auto receive =
      StreamSocket(system.proactor(), far).async_receive(buffer, heard.bytes("receive"));
  const auto timer = Timer(system.proactor()).async_wait(1h, heard.done("timer"));
  pass(system);
  for (const auto target : {receive, timer}) {
    system.proactor().cancel(target, heard.done("first"));
    if (!at_once) pass(system);
    system.proactor().cancel(target, heard.done("second"));
    pass(system);
  }
  CHECK(heard.of("receive") == "ECANCELED");
  CHECK(heard.of("timer") == "ECANCELED");
  CHECK(heard.of("first") == "ok ok");
  // Measured: the kernel finds a receive until its completion is posted, a timer never.
  if (at_once) CHECK(heard.one_of("second", {"ok ENOENT", "ENOENT ENOENT", "EALREADY ENOENT"}));
  if (!at_once) CHECK(heard.of("second") == "ENOENT ENOENT");
  require_rules_kept(system);
}

TEST_CASE("cancelling what is over, or never was, finds nothing") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  Proactor& proactor = system.proactor();
  const auto over = proactor.initiate({.opcode = Opcode::no_op}, heard.done("no-op"));
  system.run();
  // Its slot belongs to another operation by now.
  const auto timer = Timer(proactor).async_wait(5ms, heard.done("timer"));
  CHECK(timer.slot == over.slot);
  proactor.cancel(over, heard.done("over"));
  proactor.cancel(OperationToken{}, heard.done("nobody"));
  system.run();
  CHECK(heard.of("over") == "ENOENT");
  CHECK(heard.of("nobody") == "ENOENT");
  CHECK(heard.of("timer") == "ok");
  require_rules_kept(system);
}

TEST_CASE("cancelling what has completed and was not dispatched yet finds nothing") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  Proactor& proactor = system.proactor();
  OperationToken second;
  proactor.initiate({.opcode = Opcode::no_op}, [&](std::error_code) {
    proactor.cancel(second, heard.done("cancel"));  // its completion is queued behind this one
  });
  second = proactor.initiate({.opcode = Opcode::no_op}, heard.done("second"));
  system.run();
  CHECK(heard.of("second") == "ok");
  CHECK(heard.of("cancel") == "ENOENT");
  require_rules_kept(system);
}

TEST_CASE("a cancel that is cancelled has done its work") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto timer = Timer(system.proactor()).async_wait(1h, heard.done("timer"));
  const auto cancel = system.proactor().cancel(timer, heard.done("cancel"));
  system.proactor().cancel(cancel, heard.done("cancel of the cancel"));
  system.run();
  CHECK(heard.of("timer") == "ECANCELED");
  CHECK(heard.of("cancel") == "ok");
  CHECK(heard.of("cancel of the cancel") == "ENOENT");
  require_rules_kept(system);
}

TEST_CASE("a cancel races the bytes: received or cancelled, and no byte is lost") {
  ON_ALL_SYSTEMS;
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SystemOptions options = on(kind);
    options.seed = seed;
    System system(options);
    Outcomes heard;
    const auto [near, far] = system.connected_pair();
    std::array<std::byte, 8> buffer{};
    StreamSocket stream(system.proactor(), far);
    const auto receive = stream.async_receive(buffer, heard.bytes("receive"));
    pass(system);
    StreamSocket(system.proactor(), near).async_send(bytes_of("byte"), heard.bytes("send"));
    // Simulated, both are due at the same instant.
    Timer(system.proactor()).async_wait(options.latency, [&](std::error_code) {
      system.proactor().cancel(receive, heard.done("cancel"));
    });
    system.run();
    CHECK(heard.of("send") == "4");
    const bool cancelled = heard.of("receive") == "ECANCELED";
    CHECK((cancelled || heard.of("receive") == "4"));
    // Measured: the cancel may find the receive although the bytes win.
    CHECK(heard.one_of("cancel", {"ok", "ENOENT", "EALREADY"}));
    if (cancelled) {
      CHECK(heard.of("cancel") == "ok");
      stream.async_receive(buffer, heard.bytes("then"));
      system.run();
      CHECK(heard.of("then") == "4");
    }
    outcomes.insert(heard.of("receive"));
    require_rules_kept(system);
  }
  if (kind == SystemKind::simulated) CHECK(outcomes.size() == 2);
}

TEST_CASE("a connect that is cancelled, or was quicker") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const Listening listening(system);
  std::error_code error;
  const Handle stream = system.os().open_stream_socket("stream", error);
  const auto connect = StreamSocket(system.proactor(), stream)
                           .async_connect(listening.endpoint, heard.done("connect"));
  system.proactor().cancel(connect, heard.done("cancel"));
  system.run();
  const bool cancelled = heard.of("connect") == "ECANCELED";
  CHECK((cancelled || heard.of("connect") == "ok"));
  CHECK(heard.of("cancel") == (cancelled ? "ok" : "ENOENT"));
  require_rules_kept(system);
}

TEST_CASE("a second connect while one is under way is refused with EALREADY") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const SlowToConnect slow(system);
  std::error_code error;
  const Handle handle = system.os().open_stream_socket("stream", error);
  StreamSocket stream(system.proactor(), handle);
  stream.async_connect(slow.endpoint(), heard.done("one"));
  stream.async_connect(slow.endpoint(), heard.done("two"));
  system.proactor().cancel_handle(handle, heard.bytes("cancelled"));
  system.run();
  CHECK(heard.of("one") == "ECANCELED");
  CHECK(heard.of("two") == "EALREADY");
  CHECK(heard.of("cancelled") == "1");
  require_rules_kept(system);
}

// --- Chains ------------------------------------------------------------------------------------

TEST_CASE("a chain's middle cannot be cancelled before its turn, and breaks the chain in it") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  Proactor& proactor = system.proactor();
  proactor.initiate(timer_of(10ms, Link::hard), heard.done("head"));
  const auto middle = proactor.initiate(timer_of(1h, Link::soft), heard.done("middle"));
  proactor.initiate({.opcode = Opcode::no_op}, heard.done("tail"));
  proactor.cancel(middle, heard.done("too early"));
  pass(system, 1ms);
  CHECK(heard.of("too early") == "ENOENT");
  CHECK(heard.of("middle").empty());
  pass(system, 20ms);
  CHECK(heard.of("head") == "ok");
  proactor.cancel(middle, heard.done("in its turn"));
  system.run();
  CHECK(heard.of("in its turn") == "ok");
  CHECK(heard.of("middle") == "ECANCELED");
  CHECK(heard.of("tail") == "ECANCELED");
  require_rules_kept(system);
}

TEST_CASE("a chain whose head is cancelled: soft links break, a hard one starts the next") {
  ON_ALL_SYSTEMS;
  const bool hard = GENERATE(false, true);
  System system(on(kind));
  Outcomes heard;
  Proactor& proactor = system.proactor();
  const auto head =
      proactor.initiate(timer_of(1h, hard ? Link::hard : Link::soft), heard.done("head"));
  proactor.initiate({.opcode = Opcode::no_op, .link = Link::soft}, heard.done("middle"));
  proactor.initiate({.opcode = Opcode::no_op}, heard.done("tail"));
  pass(system);
  proactor.cancel(head, heard.done("cancel"));
  system.run();
  CHECK(heard.of("cancel") == "ok");
  CHECK(heard.of("head") == "ECANCELED");
  CHECK(heard.of("middle") == (hard ? "ok" : "ECANCELED"));
  CHECK(heard.of("tail") == (hard ? "ok" : "ECANCELED"));
  require_rules_kept(system);
}

TEST_CASE("a link timeout is not found by a cancel; it ends with what it bounds") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  Proactor& proactor = system.proactor();
  proactor.initiate({.opcode = Opcode::receive,
                     .handle = far,
                     .length = 8,
                     .data = buffer.data(),
                     .link = Link::soft},
                    heard.bytes("receive"));
  const auto bound = proactor.initiate(
      {.opcode = Opcode::link_timeout, .deadline = Instant{} + 1h, .relative = true},
      heard.done("timeout"));
  Timer(proactor).async_wait(2ms, [&](std::error_code) {
    proactor.cancel(bound, heard.done("cancel"));
    proactor.cancel_all(heard.bytes("all"));
  });
  system.run();
  CHECK(heard.of("cancel") == "ENOENT");
  CHECK(heard.of("all") == "1");
  CHECK(heard.of("receive") == "ECANCELED");
  CHECK(heard.of("timeout") == "ECANCELED");
  require_rules_kept(system);
}

// --- Many at once ------------------------------------------------------------------------------

TEST_CASE("cancelling by handle: those on it and no others; none is no error, no handle is") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  Outcomes heard;
  const auto [near, far] = system.connected_pair();
  std::array<std::byte, 8> buffer{};
  Proactor& proactor = system.proactor();
  StreamSocket(proactor, far).async_receive(buffer, heard.bytes("receive"));
  StreamSocket(proactor, far).async_wait(Readiness::readable, heard.done("poll"));
  StreamSocket(proactor, near).async_receive(buffer, heard.bytes("another's"));
  Timer(proactor).async_wait(1h, heard.done("timer"));
  pass(system);
  proactor.cancel_handle(far, heard.bytes("cancel"));
  proactor.cancel_handle(far, heard.bytes("again"));
  proactor.cancel_handle(Handle{900}, heard.bytes("not open"));
  proactor.cancel_handle(Handle::none, heard.bytes("none"));
  pass(system);
  CHECK(heard.of("cancel") == "2");
  CHECK(heard.one_of("again", {"0", "1", "2"}));  // as many as have not completed yet
  CHECK(heard.of("receive") == "ECANCELED");
  CHECK(heard.of("poll") == "ECANCELED");
  CHECK(heard.of("another's").empty());
  CHECK(heard.of("not open") == "EBADF");
  CHECK(heard.of("none") == "EBADF");
  proactor.cancel_all(heard.bytes("all"));
  system.run();
  CHECK(heard.of("all") == "2");
  CHECK(heard.of("another's") == "ECANCELED");
  CHECK(heard.of("timer") == "ECANCELED");
  proactor.cancel_all(heard.bytes("nothing"));
  proactor.cancel_handle(far, heard.bytes("nothing on it"));
  system.run();
  CHECK((heard.of("nothing") == "0" && heard.of("nothing on it") == "0"));
  require_rules_kept(system);
}

TEST_CASE("a cancel that waits says what it found, and comes back when that is over") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SystemOptions options = on(SystemKind::simulated);
    options.freedom = KernelFreedom::full;
    options.seed = seed;
    System system(options);
    Outcomes heard;
    const auto write = OpenMode::write | OpenMode::create;
    File::async_open(system.proactor(), "f", write, heard.handle("open"));
    system.run();
    const OperationToken sync =
        File(system.proactor(), heard.handles[0]).async_sync(heard.done("sync"));
    if (seed % 2 == 0) pass(system, Duration{0});
    if (!heard.of("sync").empty()) continue;
    const std::int32_t found = system.os().cancel_now(sync);
    const std::int32_t again = system.os().cancel_now(sync);
    system.run();
    INFO("seed " << seed << ", found " << found << ", then " << again << ", " << heard.of("sync"));
    CHECK((found == 0 || found == -ENOENT));
    CHECK(again == -ENOENT);  // over, or found by neither call
    CHECK(heard.one_of("sync", {"ok", "ECANCELED"}));
    seen.insert(heard.of("sync") + (found == 0 ? "" : ", not found"));
    require_rules_kept(system);
  }
  // Cancelled though not found: no kernel thread was available for it.
  CHECK(seen == std::set<std::string>{"ECANCELED", "ECANCELED, not found", "ok", "ok, not found"});
}
