// A scenario's clients on the live system, over loopback: one thread per client, bounded in time.
// They follow the same scripts as the simulated clients.
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
  /// Starts the clients. `seed` determines their start and think times. `on_all_done` is called on
  /// the last client's thread. `scripts` must outlive this object. Throws InputError if the system
  /// cannot create enough threads.
  LiveClients(const std::vector<ClientScript>& scripts, std::uint64_t seed, Endpoint server,
              std::function<void()> on_all_done);
  /// Stops and joins the clients that still run.
  ~LiveClients();
  LiveClients(const LiveClients&) = delete;
  LiveClients& operator=(const LiveClients&) = delete;

  /// Waits for all clients; each gives up after ten seconds of silence. Returns the number of
  /// clients that received fewer answers than requested or timed out. Clients ended by `stop` do
  /// not count.
  std::size_t join();

  /// Makes all clients disconnect now, whatever they wait for. Any thread.
  void stop() { stop_.request_stop(); }

  /// Response times of all clients. Read after `join`.
  struct Answers {
    std::vector<Duration> response_times;  ///< from sending a request to its answer's last byte
    Duration last{0};                      ///< time of the last answer since the start
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
  std::mutex mutex_;  // guards `answers_` until all clients are joined
  Answers answers_;
};

}  // namespace proactor_lab
