// A scenario's clients on the live system: a thread each, over loopback, bounded in time. They
// carry out the same scripts as the simulated clients.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/values/handle.hpp"
#include "core/values/time.hpp"
#include "sim/world/client_script.hpp"

namespace proactor_lab {

class LiveClients {
 public:
  /// Starts them; `seed` answers when they set out and how long they think. `on_all_done` is called
  /// on the last one's thread. Throws InputError where there are not threads enough.
  LiveClients(const std::vector<ClientScript>& scripts, std::uint64_t seed, Endpoint server,
              std::function<void()> on_all_done);
  /// Stops those that are still there.
  ~LiveClients();
  LiveClients(const LiveClients&) = delete;
  LiveClients& operator=(const LiveClients&) = delete;

  /// Waits for them; each gives up after ten seconds of silence. Returns how many got fewer answers
  /// than they made requests, or were kept waiting; those aside that `stop` cut short.
  std::size_t join();

  /// Has all of them leave now, whatever they wait for. Any thread.
  void stop() { stop_.request_stop(); }

  /// Requests and their answers, all clients'. After `join`.
  struct Answers {
    std::vector<Duration> response_times;  ///< from a request's being said to its last byte
    Duration last{0};                      ///< when, since the start, the last answer had come
  };
  const Answers& answers() const { return answers_; }

 private:
  void start(const std::vector<ClientScript>& scripts, std::uint64_t seed, Endpoint server);
  void collect(const Answers& answers);

  std::function<void()> on_all_done_;
  std::atomic<std::size_t> left_;
  std::atomic<std::size_t> failures_{0};
  std::stop_source stop_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;  // guards what follows, until all are through
  Answers answers_;
};

}  // namespace proactor_lab
