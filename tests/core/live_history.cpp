#include "tests/core/live_history.hpp"

#include <algorithm>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"

namespace proactor_lab::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::byte pattern{0xA5};
constexpr Duration wait_bound = 200us;

std::pair<int, int> socket_pair(int type) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) < 0) {
    throw std::system_error(errno, std::system_category(), "socketpair");
  }
  return {ends[0], ends[1]};
}

}  // namespace

const std::vector<LiveMode>& live_modes() {
  static const std::vector<LiveMode> modes = {
      {"io_uring, deferred work"},
      {"io_uring, plain", true, false},
      {"io_uring, small queues", true, true, 4, 8},
      {"io_uring, plain, small queues", true, false, 4, 8},
      {"epoll", false},
  };
  return modes;
}

std::unique_ptr<LiveBackend> open(const LiveMode& mode) {
  std::error_code error;
  std::unique_ptr<LiveBackend> os;
  if (mode.io_uring) {
    os = IoUringBackend::open(nullptr, error,
                              {.submission_entries = mode.submission_entries,
                               .completion_entries = mode.completion_entries,
                               .defers_work = mode.defers_work});
  } else {
    os = EpollBackend::open(nullptr, error);
  }
  if (os == nullptr) throw std::system_error(error, mode.name);
  return os;
}

LiveHistory::LiveHistory(const LiveMode& mode, std::uint64_t seed, Watchdog& watchdog)
    : random_(seed), watchdog_(watchdog), os_(open(mode)) {
  watchdog_.set_history(std::string(mode.name) + ", seed " + std::to_string(seed));
  open_handles();
}

LiveHistory::~LiveHistory() {
  destroy_back_end();
  for (const int each : others_) ::close(each);
  for (const int each : ours_) ::close(each);  // a history may have closed it before
}

void LiveHistory::destroy_back_end() {
  if (os_ == nullptr) return;
  watchdog_.bounded("the destructor", [&] { os_.reset(); });
}

void LiveHistory::open_handles() {
  std::error_code error;
  for (int i = 0; i < 2; ++i) {
    const OperatingSystem::Pipe pipe = os_->open_pipe("pipe", error);
    if (error) throw std::system_error(error, "open_pipe");
    for (const Handle each : {pipe.reader, pipe.writer}) {
      handles_.push_back(each);
      const int other = fcntl(to_number(each), F_DUPFD_CLOEXEC, 500);
      fcntl(other, F_SETFL, fcntl(other, F_GETFL) | O_NONBLOCK);
      others_.push_back(other);
    }
  }
  for (const int type : {SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM}) {
    const auto [near, far] = socket_pair(type);
    handles_.push_back(Handle{near});
    ours_.push_back(near);
    others_.push_back(far);
    others_.push_back(fcntl(near, F_DUPFD_CLOEXEC, 500));
  }
  const Handle listener = os_->listen({loopback_address, 0}, "listener", error);
  if (error) throw std::system_error(error, "listen");
  listener_ = {loopback_address, os_->local_endpoint(listener).port};
  handles_.push_back(listener);
  handles_.push_back(os_->open_stream_socket("unconnected", error));
  const int file = memfd_create("file", MFD_CLOEXEC);
  if (ftruncate(file, 64) < 0) throw std::system_error(errno, std::system_category());
  handles_.push_back(Handle{file});
  ours_.push_back(file);
  handles_.push_back(Handle::none);
  for (int i = 0; i < 2; ++i) {
    os_->register_buffers(groups_.emplace_back(std::uint16_t{2}, 16u), error);
    if (error) throw std::system_error(error, "register_buffers");
  }
}

Handle LiveHistory::any_handle() {
  return handles_[below(static_cast<std::uint32_t>(handles_.size()))];
}

OperationRequest LiveHistory::any_request(Asked& asked) {
  OperationRequest request;
  request.opcode = static_cast<Opcode>(below(opcode_count));
  if (request.opcode == Opcode::open) request.opcode = Opcode::no_op;
  if (request.opcode == Opcode::close && !one_in(8)) request.opcode = Opcode::receive;
  request.handle = any_handle();
  asked.buffer.resize(one_in(20) ? 1u << 20 : 1 + below(32), std::byte{'.'});
  request.data = asked.buffer.data();
  request.length = static_cast<std::uint32_t>(asked.buffer.size());
  const bool receives = request.opcode == Opcode::receive || request.opcode == Opcode::read;
  if (receives && one_in(3)) {
    request.buffers = &groups_[below(2)];
    request.data = nullptr;
    request.length = 0;
  }
  request.multishot =
      request.opcode == Opcode::accept
          ? one_in(2)
          : request.opcode == Opcode::receive && request.buffers != nullptr && one_in(2);
  request.readiness = one_in(2) ? Readiness::readable : Readiness::writable;
  if (one_in(7)) request.flags = OperationFlags::drain;
  if (one_in(7)) request.flags = request.flags | OperationFlags::skip_success;
  if (request.opcode == Opcode::receive && request.buffers == nullptr && one_in(4)) {
    request.flags = request.flags | OperationFlags::wait_all;
  }
  request.endpoint = listener_;
  request.sender = &asked.sender;
  request.deadline = Instant{} + (one_in(3) ? Duration{1h} : Duration{below(300) * 1'000});
  if (one_in(20)) request.deadline = one_in(2) ? Instant::min() : never;
  request.relative = !one_in(8);
  request.side = static_cast<ShutdownSide>(below(3));
  if (!asked_.empty()) {
    Asked& target = asked_[below(static_cast<std::uint32_t>(asked_.size()))];
    request.target = {&target.operation, target.operation.id};
  }
  return request;
}

void LiveHistory::start_one(bool may_link) {
  Asked& asked = asked_.emplace_back();
  OperationRequest request = any_request(asked);
  if (may_link && one_in(2)) request.link = one_in(2) ? Link::soft : Link::hard;
  static_cast<OperationRequest&>(asked.operation) = request;
  asked.operation.id = OperationId{++last_id_};
  watchdog_.bounded("start", [&] { os_->start(asked.operation); });
}

void LiveHistory::start_batch() {
  for (std::uint32_t left = 1 + below(6); left > 0; --left) start_one(left > 1 || one_in(20));
}

void LiveHistory::take_completions() {
  while (!queue_.empty()) {
    const Completion completion = queue_.pop();
    const bool more = (completion.flags & completion_more) != 0;
    for (Asked& each : asked_) {
      if (&each.operation != completion.operation) continue;
      stray_completions_ += each.over;
      each.over |= !more;
    }
    if ((completion.flags & completion_buffer) != 0 && !one_in(4)) {
      os_->give_back(*completion.operation->buffers, buffer_of(completion.flags));
    }
  }
}

void LiveHistory::wait_until(Instant deadline) {
  watchdog_.bounded("wait", [&] { os_->wait(queue_, deadline); });
  if (queue_.empty() && os_->now() < deadline && !may_be_woken()) ++idle_returns_;
  take_completions();
}

/// Another thread wakes this one, possibly before it waits.
void LiveHistory::wait_for_wake() {
  std::atomic<bool> woken{false};
  const auto delay = std::chrono::microseconds(below(100));
  std::thread waker([&] {
    std::this_thread::sleep_for(delay);
    woken = true;
    os_->wake();
  });
  watchdog_.bounded("wait for ever", [&] { os_->wait(queue_, never); });
  if (queue_.empty() && !woken && !may_be_woken()) ++idle_returns_;
  take_completions();
  waker.join();
  ++wakes_;  // if completions ended this wait, a later wait may be woken
}

void LiveHistory::world_acts() {
  const int other = others_[below(static_cast<std::uint32_t>(others_.size()))];
  std::array<std::byte, 8> bytes{};
  if (one_in(2)) {
    [[maybe_unused]] const auto written = write(other, bytes.data(), 1 + below(8));
  } else if (one_in(8)) {
    ::shutdown(other, SHUT_WR);
  } else {
    [[maybe_unused]] const auto taken = read(other, bytes.data(), bytes.size());
  }
}

void LiveHistory::run(int steps) {
  for (int i = 0; i < steps; ++i) {
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        start_batch();
        break;
      case 3:
        wait_until(one_in(2) ? Instant::min() : os_->now() - 1s);
        break;
      case 4:
        wait_until(os_->now() + wait_bound);
        break;
      case 5:
        wait_for_wake();
        break;
      case 6:
        if (asked_.empty() || !one_in(3)) break;
        {
          const Asked& target = asked_[below(static_cast<std::uint32_t>(asked_.size()))];
          const OperationToken token{const_cast<AsyncOperation*>(&target.operation),
                                     target.operation.id};
          if (!target.over) watchdog_.bounded("cancel_now", [&] { os_->cancel_now(token); });
        }
        break;
      default:
        world_acts();
        break;
    }
  }
}

void LiveHistory::release_all() {
  watchdog_.bounded("release_all", [&] { os_->release_all(); });
  while (!queue_.empty()) queue_.pop();
}

void LiveHistory::world_acts_on_everything() {
  std::vector<std::byte> bytes(1u << 16, std::byte{'x'});
  for (const int other : others_) {
    [[maybe_unused]] const auto taken = read(other, bytes.data(), bytes.size());
    [[maybe_unused]] const auto written = write(other, bytes.data(), 16);
  }
  std::this_thread::sleep_for(100us);
}

void LiveHistory::overwrite_lent() {
  for (Asked& each : asked_) std::fill(each.buffer.begin(), each.buffer.end(), pattern);
  for (Asked& each : asked_) each.sender = {};
  for (BufferGroup& group : groups_) {
    for (std::uint16_t id = 0; id < group.count(); ++id) {
      const std::span<std::byte> buffer = group.buffer(id);
      std::fill(buffer.begin(), buffer.end(), pattern);
    }
  }
}

std::size_t LiveHistory::changed_bytes() const {
  std::size_t changed = 0;
  const auto count = [&](auto& bytes) {
    changed += static_cast<std::size_t>(
        std::count_if(bytes.begin(), bytes.end(), [](std::byte each) { return each != pattern; }));
  };
  for (const Asked& each : asked_) {
    count(each.buffer);
    changed += each.sender.port != 0;
  }
  for (const BufferGroup& group : groups_) {
    for (std::uint16_t id = 0; id < group.count(); ++id) {
      const std::span<std::byte> buffer = const_cast<BufferGroup&>(group).buffer(id);
      count(buffer);
    }
  }
  return changed;
}

std::string LiveHistory::use_once_more() {
  const auto completes = [&](OperationRequest request) {
    Asked& asked = asked_.emplace_back();
    static_cast<OperationRequest&>(asked.operation) = request;
    asked.operation.id = OperationId{++last_id_};
    os_->start(asked.operation);
    watchdog_.bounded("wait for one", [&] {
      while (!asked.over) {
        os_->wait(queue_, never);
        take_completions();
      }
    });
  };
  // The first must not hold back the second, as it would if the system still drained.
  Asked& pending = asked_.emplace_back();
  static_cast<OperationRequest&>(pending.operation) = {
      .opcode = Opcode::timer, .deadline = Instant{} + Duration{1h}, .relative = true};
  pending.operation.id = OperationId{++last_id_};
  os_->start(pending.operation);
  completes({.opcode = Opcode::no_op});
  completes({.opcode = Opcode::timer, .deadline = Instant{} + Duration{1us}, .relative = true});
  if (pending.over) return "an hour's timer is over";
  os_->wake();
  watchdog_.bounded("wait for the wake", [&] { os_->wait(queue_, never); });
  release_all();
  return {};
}

}  // namespace proactor_lab::testing
