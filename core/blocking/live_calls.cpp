// LiveThreads' system calls on sockets.
#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/blocking/live_threads.hpp"
#include "core/live/live_handles.hpp"

namespace proactor_lab {
namespace {

constexpr std::uint64_t stop_key = UINT64_MAX;  // of the event that ends the run
constexpr std::size_t keys_max = 64;

std::int32_t result_of(std::int64_t returned) {
  return returned < 0 ? -errno : static_cast<std::int32_t>(returned);
}

bool would_wait(std::int32_t result) { return result == -EAGAIN || result == -EWOULDBLOCK; }

}  // namespace

/// `call(waits)` makes the system call; with `waits` false it must not block. If a recorder is
/// present, the call is tried without blocking first, so that the trace shows when the thread
/// blocked.
template <class Call>
std::int32_t LiveThreads::blocking(Handle handle, const Call& call) {
  if (recorder_ == nullptr) return call(true);
  const std::int32_t at_once = call(false);
  if (!would_wait(at_once)) return at_once;
  record({.handle = to_number(handle),
          .kind = FactKind::thread_blocked,
          .detail = static_cast<std::uint8_t>(FactBlock::io)});
  const std::int32_t result = call(true);
  record({.kind = FactKind::thread_woken});
  return result;
}

std::int32_t LiveThreads::opened(int descriptor, HandleKind kind, const char* label) {
  record({.extra = fact_text(label),
          .handle = descriptor,
          .kind = FactKind::handle_opened,
          .detail = static_cast<std::uint8_t>(kind)});
  const std::lock_guard lock(mutex_);
  open_.insert(descriptor);
  if (stopping_) shutdown(descriptor, SHUT_RDWR);
  return descriptor;
}

std::int32_t LiveThreads::listen(Endpoint endpoint, const char* label) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  const int yes = 1;
  const sockaddr_in address = address_of(endpoint);
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0 ||
      ::listen(descriptor, SOMAXCONN) < 0) {
    const int error = errno;
    ::close(descriptor);
    return -error;
  }
  opened(descriptor, HandleKind::listener, label);
  if (on_listening_) on_listening_(LiveHandles::local_endpoint(Handle{descriptor}));
  return descriptor;
}

std::int32_t LiveThreads::open_stream_socket(const char* label) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return descriptor < 0 ? -errno : opened(descriptor, HandleKind::stream, label);
}

std::int32_t LiveThreads::open_ready_set(const char*) {
  const int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) return -errno;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = stop_key;
  epoll_ctl(set, EPOLL_CTL_ADD, stop_event_, &event);
  const std::lock_guard lock(mutex_);
  open_.insert(set);
  return set;
}

std::int32_t LiveThreads::accept(Handle listener) {
  const int descriptor = to_number(listener);
  const std::int32_t connection = blocking(listener, [&](bool waits) -> std::int32_t {
    pollfd ready{descriptor, POLLIN, 0};
    if (!waits && ::poll(&ready, 1, 0) == 0) return -EAGAIN;
    return result_of(accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC));
  });
  return connection < 0 ? connection : opened(connection, HandleKind::stream, nullptr);
}

std::int32_t LiveThreads::connect(const BlockingCall& call) {
  const sockaddr_in address = address_of(call.endpoint);
  return result_of(::connect(to_number(call.handle), reinterpret_cast<const sockaddr*>(&address),
                             sizeof(address)));
}

std::int32_t LiveThreads::transfer(const BlockingCall& call) {
  const int descriptor = to_number(call.handle);
  const bool reads = call.kind == BlockingCallKind::read;
  const std::int32_t bytes = blocking(call.handle, [&](bool waits) {
    const int flags = waits ? 0 : MSG_DONTWAIT;
    return result_of(reads ? recv(descriptor, call.data, call.length, flags)
                           : send(descriptor, call.data, call.length, flags | MSG_NOSIGNAL));
  });
  if (bytes > 0) {
    record({.value = static_cast<std::uint64_t>(bytes),
            .handle = descriptor,
            .kind = FactKind::bytes_moved,
            .detail = static_cast<std::uint8_t>(FactRole::application)});
  }
  return bytes;
}

std::int32_t LiveThreads::poll(const BlockingCall& call) {
  std::vector<pollfd> handles;
  for (const Handle handle : call.handles) {
    if (to_number(handle) < 0) return -EBADF;  // poll(2) ignores negative descriptors
    handles.push_back({to_number(handle), POLLIN, 0});
  }
  handles.push_back({stop_event_, POLLIN, 0});
  const std::int32_t found = blocking(Handle::none, [&](bool waits) {
    const std::int32_t ready = result_of(::poll(handles.data(), handles.size(), waits ? -1 : 0));
    return ready == 0 ? -EAGAIN : ready;
  });
  if (found < 0) return found;
  const auto is_closed = [](const pollfd& each) { return (each.revents & POLLNVAL) != 0; };
  if (std::any_of(handles.begin(), handles.end(), is_closed)) return -EBADF;
  for (std::size_t i = 0; i < call.handles.size(); ++i) {
    if (handles[i].revents == 0) continue;
    record({.handle = handles[i].fd, .kind = FactKind::readiness_reported});
    return static_cast<std::int32_t>(i);
  }
  return -ECANCELED;
}

std::int32_t LiveThreads::watch(const BlockingCall& call) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.u64 = call.key | static_cast<std::uint64_t>(to_number(call.watched)) << 32;
  const int set = to_number(call.handle);
  const int watched = to_number(call.watched);
  // Orders this call before the code of the thread that receives the report and may close the
  // handle. The kernel already orders them, but the C++ memory model does not, nor does the thread
  // sanitizer, which does not model epoll_ctl(2).
  watches_.fetch_add(1, std::memory_order_release);
  const auto control = [&](int verb) {
    return result_of(::syscall(SYS_epoll_ctl, set, verb, watched, &event));
  };
  const std::int32_t known = control(EPOLL_CTL_MOD);
  return known != -ENOENT ? known : control(EPOLL_CTL_ADD);
}

std::int32_t LiveThreads::wait_ready(const BlockingCall& call) {
  std::array<epoll_event, keys_max> events;
  const int most = static_cast<int>(std::min(call.keys.size(), keys_max));
  const std::int32_t found = blocking(call.handle, [&](bool waits) {
    const std::int32_t ready =
        result_of(epoll_wait(to_number(call.handle), events.data(), most, waits ? -1 : 0));
    return ready == 0 && !waits ? -EAGAIN : ready;
  });
  static_cast<void>(watches_.load(std::memory_order_acquire));
  if (stopping_) return -ECANCELED;
  for (std::int32_t i = 0; i < found; ++i) {
    const std::uint64_t data = events[static_cast<std::size_t>(i)].data.u64;
    call.keys[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(data);
    record({.handle = static_cast<std::int32_t>(data >> 32), .kind = FactKind::readiness_reported});
  }
  return found;
}

std::int32_t LiveThreads::close(Handle handle) {
  const int descriptor = to_number(handle);
  {
    const std::lock_guard lock(mutex_);
    if (open_.erase(descriptor) == 0) return -EBADF;
  }
  record({.handle = descriptor, .kind = FactKind::handle_closed});
  return result_of(::close(descriptor));
}

}  // namespace proactor_lab
