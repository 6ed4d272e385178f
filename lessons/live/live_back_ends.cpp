#include "lessons/live/live_back_ends.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <queue>
#include <string>
#include <unordered_map>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Clock::time_point for_ever = Clock::time_point::max();

/// Time left until `moment`; 0 if it has passed.
timespec time_until(Clock::time_point moment) {
  const auto ns = std::max<std::int64_t>((moment - Clock::now()).count(), 0);
  return {ns / 1'000'000'000, ns % 1'000'000'000};
}

int listen_on_loopback() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (listener < 0 ||
      bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0 ||
      listen(listener, SOMAXCONN) < 0) {
    throw InputError("back end", "", std::string("cannot listen: ") + std::strerror(errno));
  }
  return listener;
}

bool is_out_of_descriptors(int error) { return error == EMFILE || error == ENFILE; }

void watch(int ready, int descriptor, int verb = EPOLL_CTL_ADD, std::uint32_t events = EPOLLIN) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  epoll_ctl(ready, verb, descriptor, &event);
}

/// Pause in accepting while the process has no free descriptor. Clients wait in the backlog;
/// polling the listener meanwhile would only use CPU time.
constexpr std::chrono::milliseconds accept_pause(10);

struct Answer {
  Clock::time_point due;
  int connection = -1;
  std::uint32_t serial = 0;  // of the connection, because its descriptor may have been reused
  bool operator>(const Answer& other) const { return due > other.due; }
};

struct Connection {
  std::size_t back_end = 0;
  std::uint32_t serial = 0;
  std::size_t unsent = 0;  // bytes of due answers not sent yet
  bool waits_for_room = false;
};

/// Sends as much as fits now; the rest when the socket is writable again.
void send_due(int ready, int descriptor, Connection& connection) {
  static const std::string bytes(65536, 'y');
  while (connection.unsent > 0) {
    const auto sent =
        send(descriptor, bytes.data(), std::min(bytes.size(), connection.unsent), MSG_NOSIGNAL);
    if (sent < 0) break;  // if the connection is gone, the next read reports it, too
    connection.unsent -= static_cast<std::size_t>(sent);
  }
  const bool waits = connection.unsent > 0;
  if (waits == std::exchange(connection.waits_for_room, waits)) return;
  watch(ready, descriptor, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

}  // namespace

LiveBackEnds::LiveBackEnds(const std::vector<BackEndScript>& scripts, std::uint64_t seed)
    : scripts_(scripts),
      seed_(seed),
      ready_(epoll_create1(EPOLL_CLOEXEC)),
      end_event_(eventfd(0, EFD_CLOEXEC)) {
  watch(ready_, end_event_);
  for (std::size_t i = 0; i < scripts_.size(); ++i) {
    listeners_.push_back(listen_on_loopback());
    watch(ready_, listeners_.back());
  }
  thread_ = std::thread([this] { serve(); });
}

LiveBackEnds::~LiveBackEnds() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(end_event_, &one, sizeof(one));
  thread_.join();
  for (const int listener : listeners_) close(listener);
  close(ready_);
  close(end_event_);
}

Endpoint LiveBackEnds::endpoint() const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (listeners_.empty()) return {};
  getsockname(listeners_[0], reinterpret_cast<sockaddr*>(&address), &size);
  return {ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
}

void LiveBackEnds::serve() {
  std::unordered_map<int, Connection> connections;
  std::priority_queue<Answer, std::vector<Answer>, std::greater<>> answers;
  SeededChoices choices(seed_);
  std::uint32_t asked = 0;
  std::uint32_t serial = 0;
  std::array<char, 65536> buffer;
  std::array<epoll_event, 64> events;
  Clock::time_point pause_end = for_ever;  // no accepts until then; `for_ever`: no pause
  const auto watch_listeners = [&](std::uint32_t what) {
    for (const int each : listeners_) watch(ready_, each, EPOLL_CTL_MOD, what);
  };
  while (true) {
    if (pause_end <= Clock::now()) {
      pause_end = for_ever;
      watch_listeners(EPOLLIN);
    }
    Clock::time_point until = pause_end;
    if (!answers.empty()) until = std::min(until, answers.top().due);
    const timespec left = time_until(until);
    const int found = epoll_pwait2(ready_, events.data(), static_cast<int>(events.size()),
                                   until == for_ever ? nullptr : &left, nullptr);
    for (int i = 0; i < found; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == end_event_) {
        for (const auto& [connection, unused] : connections) close(connection);
        return;
      }
      const auto listener = std::find(listeners_.begin(), listeners_.end(), descriptor);
      if (listener != listeners_.end()) {
        const int connection = accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (connection < 0) {
          if (is_out_of_descriptors(errno) && pause_end == for_ever) {
            pause_end = Clock::now() + accept_pause;
            watch_listeners(0);
          }
          continue;
        }
        const auto back_end = static_cast<std::size_t>(listener - listeners_.begin());
        connections[connection] = {.back_end = back_end, .serial = ++serial};
        watch(ready_, connection);
        continue;
      }
      Connection& connection = connections.at(descriptor);
      if (connection.waits_for_room) send_due(ready_, descriptor, connection);
      const auto bytes = recv(descriptor, buffer.data(), buffer.size(), 0);
      if (bytes > 0) {
        const Question question{QuestionKind::answer_delay, connection.serial, asked++};
        const DelayRange& delay = scripts_[connection.back_end].answer_after;
        answers.push({Clock::now() + delay.draw(choices, question), descriptor, connection.serial});
      } else if (bytes == 0 || errno != EAGAIN) {
        close(descriptor);
        connections.erase(descriptor);
      }
    }
    while (!answers.empty() && answers.top().due <= Clock::now()) {
      const Answer answer = answers.top();
      answers.pop();
      const auto connection = connections.find(answer.connection);
      if (connection == connections.end() || connection->second.serial != answer.serial) continue;
      connection->second.unsent += scripts_[connection->second.back_end].answer_bytes;
      send_due(ready_, answer.connection, connection->second);
    }
  }
}

}  // namespace proactor_lab
