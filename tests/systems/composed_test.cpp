// Composed operations, on the simulated system and on the live kernel alike.
#include "core/composed.hpp"

#include <array>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using proactor_lab::testing::bytes_of;
using proactor_lab::testing::on;
using proactor_lab::testing::Outcomes;
using proactor_lab::testing::System;
using proactor_lab::testing::SystemKind;
using proactor_lab::testing::SystemOptions;

namespace {

SystemOptions shortly_on(SystemKind kind) {
  SystemOptions options;
  options.kind = kind;
  options.short_transfers = true;
  return options;
}

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 >> 2);
  return bytes;
}

}  // namespace

TEST_CASE("write sends all and read fills its buffer, however short the transfers") {
  ON_ALL_SYSTEMS;
  const bool awaited = GENERATE(false, true);
  System system(shortly_on(kind));
  const auto [near, far] = system.connected_pair();
  StreamSocket from(system.proactor(), near);
  StreamSocket to(system.proactor(), far);
  const std::vector<std::byte> sent = pattern(system.simulated() ? 5'000 : 2'000'000);
  std::vector<std::byte> received(sent.size());
  std::size_t written = 0;
  std::size_t read_total = 0;
  if (awaited) {
    spawn([](StreamSocket s, std::span<const std::byte> bytes, std::size_t& out) -> Task {
      out = (co_await write(s, bytes)).value;
    }(from, sent, written));
    spawn([](StreamSocket s, std::span<std::byte> bytes, std::size_t& out) -> Task {
      out = (co_await read(s, bytes)).value;
    }(to, received, read_total));
  } else {
    async_write(from, sent, [&](std::error_code error, std::size_t total) {
      CHECK(!error);
      written = total;
    });
    async_read(to, received, [&](std::error_code error, std::size_t total) {
      CHECK(!error);
      read_total = total;
    });
  }
  system.run();
  CHECK(written == sent.size());
  CHECK(read_total == sent.size());
  CHECK(received == sent);
  // The first operation of each composed operation is the parent of the others.
  const Trace trace = system.trace();
  std::set<std::uint32_t> parents;
  for (const Event& event : trace.events) {
    if (event.parent != 0) parents.insert(event.parent);
  }
  CHECK(parents.size() <= 2);
  // The system decides how many operations each one needs. Simulated, reading needs several.
  if (system.simulated()) CHECK_FALSE(parents.empty());
}

TEST_CASE("read ends with the stream, and says how much came") {
  ON_ALL_SYSTEMS;
  System system(shortly_on(kind));
  const auto [near, far] = system.connected_pair();
  StreamSocket from(system.proactor(), near);
  std::array<std::byte, 64> buffer{};
  std::size_t total = 99;
  async_read({system.proactor(), far}, buffer, [&](std::error_code error, std::size_t n) {
    CHECK(!error);
    total = n;
  });
  async_write(from, bytes_of("all there is"), [&](std::error_code, std::size_t) {
    from.async_shutdown(ShutdownSide::send, [](std::error_code) {});
  });
  system.run();
  CHECK(total == 12);
}

TEST_CASE("read_until finds lines, keeps what came behind, and gives up at its limit") {
  ON_ALL_SYSTEMS;
  System system(shortly_on(kind));
  const auto [near, far] = system.connected_pair();
  std::vector<std::string> lines;
  spawn([](StreamSocket socket, std::vector<std::string>& out) -> Task {
    std::string text;
    while (true) {
      std::size_t end = text.find('\n') + 1;  // what has been received already
      if (end == 0) end = (co_await read_until(socket, text, '\n', 20)).value;
      if (end == 0) break;
      out.push_back(text.substr(0, end - 1));
      text.erase(0, end);
    }
    out.push_back("rest: " + text);
  }({system.proactor(), far}, lines));
  StreamSocket from(system.proactor(), near);
  async_write(from, bytes_of("one\ntwo\n\nthis line is too long for the limit"),
              [](std::error_code, std::size_t) {});
  system.run();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "one");
  CHECK(lines[1] == "two");
  CHECK(lines[2].empty());
  CHECK(lines[3] == "rest: this line is too lon");
}

TEST_CASE("read_until of a text that is past its limit reads nothing, and says so later") {
  ON_ALL_SYSTEMS;
  System system(on(kind));
  const auto [near, far] = system.connected_pair();
  Outcomes heard;
  StreamSocket(system.proactor(), near).async_send(bytes_of("line\n"), heard.bytes("sent"));
  system.run();
  std::string text(100, 'x');
  StreamSocket to(system.proactor(), far);
  async_read_until(to, text, '\n', 64, [&heard](std::error_code error, std::size_t found) {
    heard.note("found", error, std::to_string(found));
  });
  CHECK(heard.of("found").empty());
  system.run();
  CHECK(heard.of("found") == "0");
  CHECK(text == std::string(100, 'x'));
  std::array<std::byte, 16> rest{};
  to.async_receive(rest, heard.bytes("rest"));
  system.run();
  CHECK(heard.of("rest") == "5");
}

TEST_CASE("cancelling a composed operation tells how far it came") {
  ON_ALL_SYSTEMS;
  System system(shortly_on(kind));
  const auto [near, far] = system.connected_pair();
  StreamSocket from(system.proactor(), near);
  std::array<std::byte, 64> buffer{};
  std::error_code heard;
  std::size_t total = 0;
  async_read({system.proactor(), far}, buffer, [&](std::error_code error, std::size_t n) {
    heard = error;
    total = n;
  });
  const Handle handle = far;
  async_write(from, bytes_of("hello"), [&, handle](std::error_code, std::size_t) {
    Timer(system.proactor()).async_wait(std::chrono::milliseconds(5), [&, handle](auto) {
      system.proactor().cancel_handle(handle, [](std::error_code, std::size_t) {});
    });
  });
  system.run();
  CHECK(heard == std::errc::operation_canceled);
  CHECK(total == 5);
}
