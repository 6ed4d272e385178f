// The chat: which client receives what, and what happens to clients that do not read.
#include <algorithm>

#include "tests/lessons/program_world.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

/// A client that is driven step by step.
class Talker {
 public:
  Talker(ProgramWorld& world) : socket_(world.open_client()) {}

  Task connect(ProgramWorld& world) { co_await socket_.connect(world.server()); }
  Task say(std::string text) { co_await write(socket_, bytes_of(text)); }
  /// The next line, including its end. If the stream ends before, the partial line.
  TaskOf<std::string> hear() {
    while (heard_.find('\n') == std::string::npos) {
      const auto [error, bytes] = co_await socket_.receive(buffer_);
      if (error || bytes == 0) co_return std::exchange(heard_, {});
      heard_.append(reinterpret_cast<const char*>(buffer_.data()), bytes);
    }
    const std::size_t end = heard_.find('\n') + 1;
    std::string line = heard_.substr(0, end);
    heard_.erase(0, end);
    co_return line;
  }
  Task hears(std::string line) {
    const std::string heard = co_await hear();  // an assertion must not be suspended
    CHECK(heard == line);
  }
  Task leave() { co_await socket_.close(); }

 private:
  StreamSocket socket_;
  std::string heard_;
  std::array<std::byte, 8192> buffer_;
};

/// Two talkers that have received each other's lines: both have joined, the first as A.
Task introduce(ProgramWorld& world, Talker& a, Talker& b) {
  co_await a.connect(world);
  co_await b.connect(world);
  // Connections are accepted in the order of connecting. Nothing is sent to b before it is
  // accepted.
  co_await b.say("here\n");
  co_await a.hears("B: here\n");
}

template <class Body>
void play(ProgramWorld& world, Body body) {
  world.start("chat");
  world.client_came();
  spawn([](ProgramWorld& w, Body& run) -> Task {
    co_await run();
    w.client_is_done();
  }(world, body));
  world.run();
  world.require_rules_kept();
}

}  // namespace

TEST_CASE("a line goes to all the others, with its speaker's letter, and not back") {
  ON_ALL_SYSTEMS;
  SystemOptions options = on(kind);
  options.short_transfers = true;
  options.seed = GENERATE(1u, 2u, 3u, 4u);
  ProgramWorld world(options);
  play(world, [&]() -> Task {
    Talker a(world), b(world), c(world);
    co_await introduce(world, a, b);
    co_await c.connect(world);
    co_await c.say("hello\nall\n");
    co_await a.hears("C: hello\n");
    co_await b.hears("C: hello\n");
    co_await a.say("hi");
    co_await a.say(" C\n\n");
    co_await c.hears("A: hi C\n");  // and not its own earlier lines
    co_await c.hears("A: \n");
    co_await b.hears("C: all\n");
    co_await a.leave();
    co_await b.leave();
    co_await c.leave();
  });
}

TEST_CASE("those who stay go on talking when one leaves, and the next one gets a new letter") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  play(world, [&]() -> Task {
    Talker a(world), b(world), c(world), d(world);
    co_await introduce(world, a, b);
    co_await c.connect(world);
    co_await c.say("me too\n");
    co_await a.hears("C: me too\n");
    co_await b.hears("C: me too\n");
    co_await b.leave();
    co_await d.connect(world);
    co_await d.say("and me\n");
    co_await a.hears("D: and me\n");
    co_await c.hears("D: and me\n");
    co_await a.leave();
    co_await c.leave();
    co_await d.leave();
  });
}

TEST_CASE("control characters do not reach the others' terminals") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  play(world, [&]() -> Task {
    Talker a(world), b(world);
    co_await introduce(world, a, b);
    co_await b.say("\x1b[2J\a\x7fwords\r\n");
    co_await a.hears("B: [2Jwords\n");
    co_await a.leave();
    co_await b.leave();
  });
}

TEST_CASE("a line without an end is not kept for ever: its sender is hung up on") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  play(world, [&]() -> Task {
    Talker a(world), b(world);
    co_await introduce(world, a, b);
    co_await a.say(std::string(5000, 'x'));
    co_await a.hears("");
    co_await a.leave();
    co_await b.leave();
  });
}

TEST_CASE("a client that does not read is hung up on; the others hear every line") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  // More than the kernel buffers for a connection.
  const int lines = world.system().simulated() ? 300 : 12'000;
  play(world, [&]() -> Task {
    Talker a(world), b(world), deaf(world);
    co_await introduce(world, a, b);
    co_await deaf.connect(world);
    co_await deaf.say("I am here\n");
    co_await a.hears("C: I am here\n");
    co_await b.hears("C: I am here\n");
    const std::string line = std::string(900, '-') + "\n";
    int heard = 0;
    for (int i = 0; i < lines; ++i) {
      co_await a.say(line);
      if (co_await b.hear() == "A: " + line) ++heard;
    }
    CHECK(heard == lines);
    int late = 0;
    while (!(co_await deaf.hear()).empty()) ++late;
    CHECK(late < lines);
    co_await a.leave();
    co_await b.leave();
    co_await deaf.leave();
  });
}

TEST_CASE("many clients come, talk and break off in any order, and nothing is left behind") {
  ON_ALL_SYSTEMS;
  SystemOptions options = on(kind);
  options.short_transfers = true;
  options.seed = GENERATE(range(1u, 11u));
  options.send_buffer = 50;
  ProgramWorld world(options);
  world.settings.queue_bytes = 120;
  world.start("chat");
  for (int i = 0; i < 8; ++i) {
    world.client_came();
    spawn([](ProgramWorld& w, int number) -> Task {
      Talker talker(w);
      co_await talker.connect(w);
      for (int line = 0; line < 3 + number; ++line) {
        co_await talker.say("line " + std::to_string(line) + (line % 3 == 2 ? "" : "\n"));
      }
      if (number % 2 == 0) co_await talker.hear();
      co_await talker.leave();
      w.client_is_done();
    }(world, i));
  }
  world.run();
  world.require_rules_kept();
}
