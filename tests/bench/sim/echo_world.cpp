#include "tests/bench/sim/echo_world.hpp"

#include <array>
#include <fstream>
#include <vector>

#include "core/socket.hpp"
#include "sim/system/simulated_os.hpp"
#include "sim/world/simulated_clients.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/model/standstill.hpp"
#include "traces/recording/fact_expander.hpp"
#include "traces/recording/memory_recorder.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::uint16_t port = 7000;
constexpr DelayRange drawn{Duration{500'000}, Duration{1'500'000}};
constexpr DelayRange fixed{Duration{1'000'000}, Duration{1'000'000}};

MemoryRecorder* rewound(MemoryRecorder* recorder, const Schedule& schedule) {
  if (recorder != nullptr) recorder->rewind(&schedule.now());
  return recorder;
}

class EchoServer {
 public:
  EchoServer(Proactor& proactor, OperatingSystem& system, std::uint32_t clients)
      : proactor_(proactor), connections_(clients) {
    std::error_code error;
    listener_ = system.listen({loopback_address, port}, "listener", error);
    accept();
  }

  void run(std::uint64_t completions) {
    left_ = completions;
    proactor_.restart();
    proactor_.run();
  }
  std::uint64_t completions() const { return completions_; }

 private:
  struct Connection {
    Handle handle = Handle::none;
    std::array<std::byte, 64> buffer{};
  };

  void accept() {
    const auto handler = [this](std::error_code error, Handle handle) {
      count();
      if (error) return;
      Connection& connection = connections_[accepted_++];
      connection.handle = handle;
      receive(connection);
      if (accepted_ < connections_.size()) accept();
    };
    Acceptor(proactor_, listener_).async_accept(named("on_accept", handler));
  }

  void receive(Connection& connection) {
    const auto handler = [this, &connection](std::error_code error, std::size_t bytes) {
      count();
      if (!error && bytes > 0) send(connection, bytes);
    };
    StreamSocket(proactor_, connection.handle)
        .async_receive(connection.buffer, named("on_receive", handler));
  }

  void send(Connection& connection, std::size_t bytes) {
    const auto handler = [this, &connection](std::error_code error, std::size_t) {
      count();
      if (!error) receive(connection);
    };
    StreamSocket(proactor_, connection.handle)
        .async_send(std::span(connection.buffer).first(bytes), named("on_send", handler));
  }

  void count() {
    ++completions_;
    if (--left_ == 0) proactor_.stop();
  }

  Proactor& proactor_;
  Handle listener_ = Handle::none;
  std::vector<Connection> connections_;  // operations point to them: never moved
  std::size_t accepted_ = 0;
  std::uint64_t completions_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace

struct EchoWorld::Parts {
  explicit Parts(const EchoWorldOptions& options)
      : schedule(choices),
        recorder(rewound(options.recorder, schedule)),
        network({options.tied ? fixed : drawn, 65536}, schedule),
        datagrams(fixed, schedule),
        os({}, schedule, network, datagrams, files, recorder),
        proactor(os, os, queue, recorder),
        clients(network, schedule, recorder),
        server(proactor, os, options.clients) {
    ClientScript script;
    script.name = "client";
    script.requests = UINT32_MAX;
    script.count = options.clients;
    if (!options.tied) script.gap = {Duration{1'000'000 / options.clients + 1}, {}};
    clients.measure(response_times);  // as every `plab run` does
    clients.add(script, port);
  }

  SeededChoices choices{1};
  Schedule schedule;
  MemoryRecorder* recorder;
  Network network;
  Datagrams datagrams;
  Files files;
  SimulatedOs os;
  CompletionEventQueue queue;
  Proactor proactor;
  std::vector<Duration> response_times;
  SimulatedClients clients;
  EchoServer server;
};

EchoWorld::EchoWorld(const EchoWorldOptions& options) : parts_(std::make_unique<Parts>(options)) {}
EchoWorld::~EchoWorld() = default;

void EchoWorld::run(std::uint64_t completions) { parts_->server.run(completions); }
std::uint64_t EchoWorld::completions() const { return parts_->server.completions(); }

std::uint64_t EchoWorld::write_trace(const char* path) const {
  std::ofstream file(path, std::ios::binary);
  std::uint64_t bytes = 0;
  StringPool strings;
  TraceHeader header;
  header.program = "echo";
  header.system = "sim";
  TraceWriter writer(header, strings, [&](std::string_view chunk) {
    bytes += chunk.size();
    file.write(chunk.data(), static_cast<std::streamsize>(chunk.size()));
  });
  ExpanderConfig config;
  config.event_limit = UINT64_MAX;
  StandstillWatch watch(strings, writer);
  FactExpander expander(config, strings, watch);
  expander.start(0, "echo", "sim");
  parts_->recorder->replay(expander);
  expander.finish(to_ns(parts_->schedule.now()), "finished");
  writer.finish();
  return bytes;
}

}  // namespace proactor_lab::bench
