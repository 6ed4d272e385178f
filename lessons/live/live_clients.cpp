#include "lessons/live/live_clients.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <string>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds silence_max{10};

/// Shared by all clients of a run.
struct ClientRun {
  Endpoint server;
  Clock::time_point start;
  std::uint64_t seed;
  std::stop_token stop;
};

/// One client's connection; every wait is bounded.
class Client {
 public:
  /// `number` is the client's index, counted across all crowds.
  Client(const ClientScript& script, std::uint32_t number, Duration connect_at,
         const ClientRun& run)
      : script_(script), number_(number), start_(run.start), stop_(run.stop), choices_(run.seed) {
    if (!sleep_until(start_ + connect_at)) return;
    descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    // The smallest possible buffer, so that unread bytes soon accumulate at the program.
    const int least = 1;
    if (!script_.reads) setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
    address.sin_family = AF_INET;
    address.sin_port = htons(run.server.port);
    address.sin_addr.s_addr = htonl(run.server.address);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0) {
      closed_ = errno == ECONNREFUSED;
      close_now();
    }
  }
  ~Client() { close_now(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Returns false if the client got less than it asked for. A client without requests succeeds if
  /// the program refuses or closes its connection, but not if it waits until its time limit.
  bool play() { return carry_out() || (script_.requests == 0 && closed_); }

  const LiveClients::Answers& answers() const { return answers_; }

 private:
  bool carry_out() {
    if (descriptor_ < 0) return false;
    for (const ClientSend& send : script_.sends) {
      if (!sleep_until(start_ + send.at) || !say(send.content)) return false;
    }
    const std::string request(script_.request_bytes, 'x');
    const auto first = Clock::now();
    for (std::uint32_t i = 0; i < script_.requests; ++i) {
      if (script_.every > Duration::zero()) {
        if (!sleep_until(first + i * script_.every)) return false;
      } else if (i > 0) {
        const Duration think = script_.think.draw(choices_, {QuestionKind::think, number_, i});
        if (!sleep_until(Clock::now() + think)) return false;
      }
      asked_.push_back({Clock::now(), awaited_ + script_.bytes_of_answer()});
      if (!say(request)) return false;
      awaited_ += script_.bytes_of_answer();
      awaited_ -= request.size();
      if (script_.every == Duration::zero() && !hear(awaited_)) return false;
    }
    return hear(script_.requests > 0 ? awaited_ : 0) && leave();
  }

  /// Sends all of `content`. Reads meanwhile, so that the two sides cannot block each other.
  bool say(std::string_view content) {
    awaited_ += content.size();
    while (!content.empty()) {
      const short wanted = script_.reads ? POLLIN | POLLOUT : POLLOUT;
      pollfd ready{descriptor_, wanted, 0};
      if (!ready_in_time(ready)) return false;
      if ((ready.revents & POLLIN) != 0 && !take()) return false;
      if ((ready.revents & POLLOUT) != 0) {
        const auto sent =
            ::send(descriptor_, content.data(), content.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) content.remove_prefix(static_cast<std::size_t>(sent));
        closed_ = sent < 0 && errno != EAGAIN;
      }
      closed_ = closed_ || (ready.revents & POLLERR) != 0;
      if (closed_) return false;
    }
    return true;
  }

  bool hear(std::uint64_t bytes) {
    while (heard_ < bytes) {
      pollfd ready{descriptor_, POLLIN, 0};
      if (!ready_in_time(ready) || !take()) return false;
    }
    return true;
  }

  /// Reads once. Returns false at the end of the stream, after a reset, or after a stop.
  bool take() {
    std::array<char, 65536> buffer;
    std::size_t most = buffer.size();
    if (script_.read_bytes_per_second > 0) {  // a slow reader
      most = std::clamp<std::size_t>(script_.read_bytes_per_second / 100, 1, most);
      const Duration pause{
          static_cast<std::int64_t>(most * 1'000'000'000 / script_.read_bytes_per_second)};
      if (!sleep_until(Clock::now() + pause)) return false;
    }
    const auto count = ::recv(descriptor_, buffer.data(), most, MSG_DONTWAIT);
    closed_ = count == 0 || (count < 0 && errno != EAGAIN);
    if (count > 0) heard_ += static_cast<std::uint64_t>(count);
    note_answers();
    return !closed_;
  }

  /// Ends as the script says. First receives what is still expected: an echo of all bytes sent, or
  /// everything until the program closes the connection.
  bool leave() {
    if (script_.end == ClientEnd::stay) return stay();
    if (script_.end_at >= Duration::zero()) {
      if (!sleep_until(start_ + script_.end_at)) return false;
    } else if (script_.requests == 0) {
      while ((heard_ < awaited_ || script_.read_to_end) && !closed_) {
        pollfd ready{descriptor_, POLLIN, 0};
        if (!ready_in_time(ready) || !take()) break;
      }
    }
    const bool heard_all = !script_.read_to_end || closed_;
    if (!script_.reads) {
      close_now();
      return true;
    }
    if (script_.end == ClientEnd::reset) {
      const linger at_once{1, 0};
      setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    } else {
      ::shutdown(descriptor_, SHUT_WR);
      pollfd ready{descriptor_, POLLIN, 0};
      while (ready_in_time(ready) && take()) {
      }
    }
    close_now();
    return heard_all;
  }

  /// Sends nothing until the program closes the connection or a stop is requested.
  bool stay() {
    pollfd ready{descriptor_, POLLIN, 0};
    while (!stop_.stop_requested()) {
      if (ready_in_time(ready) && !take()) break;
    }
    return true;
  }

  void close_now() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  /// Returns false if a stop was requested first.
  bool sleep_until(Clock::time_point time) const {
    if (time > Clock::now()) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any nobody_notifies;  // only the stop wakes it
      nobody_notifies.wait_until(lock, stop_, time, [] { return false; });
    }
    return !stop_.stop_requested();
  }

  /// Waits in slices, so that a stop is noticed soon.
  bool ready_in_time(pollfd& ready) const {
    constexpr std::chrono::milliseconds slice{20};
    for (auto waited = slice; waited <= silence_max; waited += slice) {
      if (stop_.stop_requested()) return false;
      const int found = ::poll(&ready, 1, slice.count());
      if (found > 0) return true;
      // Ctrl-C may interrupt any thread; it ends the run through a stop request.
      if (found < 0 && errno != EINTR) return false;
    }
    return false;
  }

  /// Records the requests whose answers are complete.
  void note_answers() {
    while (!asked_.empty() && heard_ >= asked_.front().awaited) {
      const auto now = Clock::now();
      answers_.response_times.push_back(now - asked_.front().at);
      answers_.last = now - start_;
      asked_.pop_front();
    }
  }

  struct Asked {
    Clock::time_point at;
    std::uint64_t awaited = 0;  // total bytes received once it is answered
  };

  const ClientScript& script_;
  std::uint32_t number_;
  Clock::time_point start_;
  std::stop_token stop_;
  int descriptor_ = -1;
  std::deque<Asked> asked_;  // not answered yet
  LiveClients::Answers answers_;
  SeededChoices choices_;
  std::uint64_t awaited_ = 0;  // total bytes expected in reply so far
  std::uint64_t heard_ = 0;
  bool closed_ = false;  // by the program: refused, closed or reset
};

}  // namespace

LiveClients::LiveClients(const std::vector<ClientScript>& scripts, std::uint64_t seed,
                         Endpoint server, std::function<void()> on_all_done)
    : on_all_done_(std::move(on_all_done)), left_(0) {
  for (const ClientScript& script : scripts) left_ += script.count;
  threads_.reserve(left_);
  try {
    start(scripts, seed, server);
  } catch (const std::system_error& error) {
    stop();
    join();
    throw InputError("clients", "",
                     std::string("the system gives no thread for each: ") + error.what(),
                     "use fewer, or --on sim");
  }
}

void LiveClients::start(const std::vector<ClientScript>& scripts, std::uint64_t seed,
                        Endpoint server) {
  SeededChoices choices(seed);
  const ClientRun run{server, Clock::now(), seed, stop_.get_token()};
  std::uint32_t number = 0;
  for (std::uint32_t crowd = 0; crowd < scripts.size(); ++crowd) {
    const ClientScript& script = scripts[crowd];
    for (const Duration connect_at : setting_out(script, crowd, choices)) {
      threads_.emplace_back([this, &script, client_number = number++, connect_at, run] {
        Client client(script, client_number, connect_at, run);
        if (!client.play() && !stop_.stop_requested()) ++failures_;
        collect(client.answers());
        if (--left_ == 0) on_all_done_();
      });
    }
  }
}

LiveClients::~LiveClients() {
  stop();
  join();
}

void LiveClients::collect(const Answers& answers) {
  const std::lock_guard lock(mutex_);
  answers_.response_times.insert(answers_.response_times.end(), answers.response_times.begin(),
                                 answers.response_times.end());
  answers_.last = std::max(answers_.last, answers.last);
}

std::size_t LiveClients::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return failures_.load();
}

}  // namespace proactor_lab
