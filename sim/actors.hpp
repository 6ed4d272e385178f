// The world outside the program: clients that connect and talk to it, and back ends that it can
// connect to. Actors take no CPU and answer at once; only the network and their script delay them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/recorder.hpp"
#include "sim/network.hpp"

namespace proactor_lab {

/// How a client leaves.
enum class ClientEnd : std::uint8_t {
  close,  ///< in good order: the program sees the end of the stream
  reset,  ///< the program sees ECONNRESET
  stay,   ///< never: it keeps the connection and stays silent
};

struct ClientSend {
  Duration at{0};       ///< not before this time after the run's start
  std::string content;  ///< the bytes
};

struct ClientScript {
  std::string name;
  Duration connect_at{0};
  std::vector<ClientSend> sends;
  std::uint32_t requests = 0;  ///< after `sends`: send one, await as many bytes back, again
  std::uint32_t request_bytes = 64;
  Duration think{0};  ///< between an answer and the next request
  ClientEnd end = ClientEnd::close;
  Duration end_at{-1};       ///< when; negative: as soon as all is sent and answered
  bool read_to_end = false;  ///< not before the program has closed its end
  bool reads = true;         ///< false: takes nothing, so that what is sent to it piles up
};

class SimulatedClients final : private NetworkOwner, private EventTarget {
 public:
  SimulatedClients(Network& network, Schedule& schedule, Recorder* recorder);

  /// Schedules a client that will connect to `port`.
  void add(const ClientScript& script, std::uint16_t port);

 private:
  struct Client {
    ClientScript script;
    const char* label = "";
    std::uint16_t port = 0;
    EndId end = no_end;
    FactIndex last = 0;  // its latest fact: the cause of its next
    std::size_t next_send = 0;
    std::uint32_t requests_left = 0;
    std::vector<std::byte> outbox;  // said, but not yet taken by the network
    std::size_t outbox_start = 0;
    std::uint64_t said = 0;
    std::uint64_t received = 0;
    bool leaving = false;
  };
  enum Type : std::uint32_t { connects, connected, speaks, leaves };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId end, FactIndex cause) override;
  void acceptable(std::uint16_t, FactIndex) override {}
  void on_event(const ScheduledEvent& event) override;

  void record(Client& client, FactKind kind, std::uint64_t bytes);
  bool breaks(const Client& client) const;
  void schedule(std::uint32_t client, Type type, Instant time);
  void go_on(std::uint32_t client);
  void speak(Client& client);
  void flush(Client& client);
  void leave(Client& client);

  Network& network_;
  Schedule& schedule_;
  Recorder* recorder_;
  std::vector<Client> clients_;
  std::vector<std::byte> scratch_;
};

struct BackEndScript {
  std::string name;
  std::uint16_t port = 0;
  DelayRange answer_after;
  std::uint32_t answer_bytes = 64;
};

class SimulatedBackEnds final : private NetworkOwner, private EventTarget {
 public:
  SimulatedBackEnds(Network& network, Schedule& schedule, Recorder* recorder);

  void add(const BackEndScript& script);

 private:
  struct BackEnd {
    BackEndScript script;
    const char* label = "";
  };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId, FactIndex) override {}
  void acceptable(std::uint16_t port, FactIndex cause) override;
  void on_event(const ScheduledEvent& event) override;

  Network& network_;
  Schedule& schedule_;
  Recorder* recorder_;
  std::vector<BackEnd> back_ends_;
  std::vector<std::byte> scratch_;
  std::uint32_t answers_ = 0;
};

}  // namespace proactor_lab
