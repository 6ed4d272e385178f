// The clients of the world outside the program: each connects and talks by its script. They take no
// CPU and answer at once; only the network and their script delay them.
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

  /// Schedules the clients of `script`, who will connect to `port`.
  void add(const ClientScript& script, std::uint16_t port);

  /// `into` gets how long each request's answer took, from the request's being said to the answer's
  /// last byte. It must outlive this. To be called before the run.
  void measure(std::vector<Duration>& into) { response_times_ = &into; }

  /// How many requests of those who are to leave after the last answer got none so far, the ones
  /// that were never said included. What is not measured counts as not answered.
  std::uint64_t unanswered() const;

  /// The network's name for a client's connection; `no_end` before it sets out.
  EndId end_of(std::uint32_t client) const { return clients_[client].end; }

  /// When the last answer so far had arrived.
  Instant last_answer() const { return last_answer_; }

 private:
  struct Crowd {
    ClientScript script;
    std::uint16_t port = 0;
    std::vector<std::uint64_t> said_by;  // bytes of all `sends` up to each, it included
  };
  /// A million of these are to fit: what few need stands elsewhere.
  struct Client {
    const Crowd* crowd = nullptr;
    std::uint64_t unsent = 0;   // bytes that it said and the network has not taken
    std::uint64_t awaited = 0;  // bytes of answers, for what it said
    std::uint64_t received = 0;
    Instant asked{};  // the latest request; an open loop asks by the clock: this says when all were
    EndId end = no_end;
    FactIndex last = 0;  // its latest fact: the cause of its next
    std::uint32_t sends_made = 0;
    std::uint32_t requests_made = 0;
    std::uint32_t requests_answered = 0;  // where measured
    bool leaving = false;
    bool left = false;
    bool reading = false;  // a slow one, which has more to take
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
  std::deque<Crowd> crowds_;  // clients point to them: never moved
  std::vector<Client, LargePages<Client>> clients_;
  std::vector<const char*> labels_;  // by client, where recorded
  std::vector<std::byte> scratch_;
  std::vector<std::byte> request_;  // as long as the longest
  std::vector<Duration>* response_times_ = nullptr;
  Instant last_answer_{};
};

}  // namespace proactor_lab
