// The clients outside the program: each connects and communicates by its script. They use no CPU
// time and answer at once; only the network and their script delay them.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/detail/large_pages.hpp"
#include "core/recording/recorder.hpp"
#include "sim/world/client_script.hpp"
#include "sim/world/network.hpp"

namespace proactor_lab {

class SimulatedClients final : private NetworkOwner, private EventTarget {
 public:
  SimulatedClients(Network& network, Schedule& schedule, Recorder* recorder);

  /// Schedules the clients of `script`, which will connect to `port`.
  void add(const ClientScript& script, std::uint16_t port);

  /// Appends the response time of each request to `into`: from the moment the request is made to
  /// the last byte of its answer. `into` must outlive this. Call it before the run.
  void measure(std::vector<Duration>& into) { response_times_ = &into; }

  /// Number of requests without an answer so far, including those not made yet, of clients that
  /// leave after their last answer. Without `measure`, all requests count as unanswered.
  std::uint64_t unanswered() const;

  /// The network's end of a client's connection; `no_end` before it connects.
  EndId end_of(std::uint32_t client) const { return clients_[client].end; }

  /// When the last answer so far arrived, if measured.
  Instant last_answer() const { return last_answer_; }

 private:
  struct Crowd {
    ClientScript script;
    std::uint16_t port = 0;
    std::vector<std::uint64_t> said_by;  // bytes of all `sends` up to and including each
  };
  /// Small, because a million of these must fit: rarely used data are stored elsewhere.
  struct Client {
    const Crowd* crowd = nullptr;
    std::uint64_t unsent = 0;   // bytes to send that the network has not taken
    std::uint64_t awaited = 0;  // total bytes of the answers to what it has sent
    std::uint64_t received = 0;
    Instant asked{};  // time of the latest request; in an open loop it gives the time of all
    EndId end = no_end;
    FactIndex last = 0;  // its latest fact: the cause of its next
    std::uint32_t sends_made = 0;
    std::uint32_t requests_made = 0;
    std::uint32_t requests_answered = 0;  // if measured
    bool leaving = false;
    bool left = false;
    bool reading = false;  // a slow reader, which has more to take
  };
  static_assert(sizeof(Client) <= 64);
  enum Type : std::uint32_t { connects, connected, speaks, reads, leaves };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId end, FactIndex cause) override;
  void acceptable(std::uint16_t, FactIndex) override {}
  void expect_arrival(EndId end, std::uint32_t step) override {
    if (step == 0) __builtin_prefetch(&clients_[network_.tag(end)]);
  }
  void on_event(const ScheduledEvent& event) override;

  const char* label_of(const Client& client) const;
  void record(Client& client, FactKind kind, std::uint64_t bytes);
  bool breaks(const Client& client) const;
  static bool has_lines_left(const Client& client) {
    return client.sends_made < client.crowd->said_by.size();  // one for each of its `sends`
  }
  void schedule(std::uint32_t client, Type type, Instant time);
  void connect(std::uint32_t client);
  void go_on(std::uint32_t client);
  void go_on_after_answer(std::uint32_t client);
  void speak(std::uint32_t client);
  void say(Client& client, std::span<const std::byte> bytes);
  std::size_t send(Client& client, std::span<const std::byte> bytes);
  void flush(Client& client);
  std::span<const std::byte> first_unsent(const Client& client, std::size_t count);
  void leave(Client& client);
  void read_slowly(std::uint32_t client, FactIndex cause);
  void take(std::uint32_t client, std::uint32_t most, FactIndex cause);
  void note_answers(Client& client);

  Network& network_;
  Schedule& schedule_;
  Recorder* recorder_;
  std::deque<Crowd> crowds_;  // a deque, because clients point to the elements
  std::vector<Client, LargePages<Client>> clients_;
  std::vector<const char*> labels_;  // by client, if recorded
  std::vector<std::byte> scratch_;
  std::vector<std::byte> request_;  // as long as the longest request
  std::vector<Duration>* response_times_ = nullptr;
  Instant last_answer_{};
};

}  // namespace proactor_lab
