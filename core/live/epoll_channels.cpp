// EpollBackend's channels: which operations wait on a descriptor, and how they end: served, after a
// close, or cancelled. Also the calls of OperatingSystem on handles.
#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/live/epoll_backend.hpp"

namespace proactor_lab {
namespace {

/// A number that programs hardly ever reach, because the kernel assigns the lowest free one.
int high_descriptor() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min<rlim_t>(512, limit.rlim_cur - limit.rlim_cur / 4));
}

bool watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.fd = descriptor;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 || errno == EEXIST;
}

}  // namespace

EpollBackend::Channel& EpollBackend::channel_of(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place >= channels_.size()) channels_.resize(place + 64);
  return channels_[place];
}

bool EpollBackend::is_closed(int descriptor) const {
  const auto place = static_cast<std::size_t>(descriptor);  // -1 becomes an index past the end
  return place < channels_.size() && channels_[place].closed;
}

bool EpollBackend::has_ended(int descriptor) const {
  const auto place = static_cast<std::size_t>(descriptor);
  return place < channels_.size() && channels_[place].ended;
}

OperationList& EpollBackend::list_of(Channel& channel, Place place) {
  if (place == Place::reads) return channel.reads;
  return place == Place::writes ? channel.writes : channel.polls;
}

// --- Waiting and being served ------------------------------------------------------------------

/// Makes `operation` wait until epoll reports its descriptor. If epoll cannot watch the descriptor,
/// the operation ends with the error.
void EpollBackend::pend(AsyncOperation& operation, Place place, int descriptor, FactIndex cause) {
  Channel& channel = channel_of(descriptor);
  if (!channel.registered) {
    if (!watch(descriptors_->epoll, descriptor)) {
      complete(operation, -errno, cause);
      return;
    }
    channel.registered = true;
  }
  set_place(operation, place);
  operation.backend_state[1] = static_cast<std::uint64_t>(descriptor);
  list_of(channel, place).push(operation);
}

/// epoll reported `descriptor`: operations that wait on it are tried again. Polls come first; they
/// take nothing from the others.
void EpollBackend::serve(int descriptor, std::uint32_t events) {
  const bool over = (events & (EPOLLHUP | EPOLLERR)) != 0;
  serve_polls(descriptor);
  if (over || (events & (EPOLLIN | EPOLLRDHUP)) != 0) serve_list(&Channel::reads, descriptor);
  if (over || (events & EPOLLOUT) != 0) serve_list(&Channel::writes, descriptor);
  release_if_idle(descriptor);
}

/// Carries out waiting operations, oldest first, until one would block again; the rest wait for the
/// next edge.
void EpollBackend::serve_list(OperationList Channel::*list, int descriptor) {
  Channel& channel = channel_of(descriptor);
  FactIndex reported = 0;
  while (AsyncOperation* operation = (channel.*list).first()) {
    if (reported == 0) reported = record_readiness(*operation, descriptor);
    const std::uint32_t before = taken_;
    const Progress progress = attempt(*operation, descriptor, reported);
    if (taken_ != before) wake_polls(descriptor);
    if (progress == Progress::waits) break;
    (channel.*list).pop();
  }
  end_without_buffers(channel.*list, descriptor, reported);
}

/// All operations in `list` were woken: those that find no provided buffer end, whatever arrived.
void EpollBackend::end_without_buffers(OperationList& list, int descriptor, FactIndex cause) {
  for (AsyncOperation* each = list.first(); each != nullptr;) {
    AsyncOperation* const next = each->next;
    const bool ends = each != list.first() && each->buffers != nullptr && each->buffers->empty();
    if (ends) {
      list.remove(*each);
      attempt(*each, descriptor, cause);
    }
    each = next;
  }
}

/// Something was taken that had arrived while polls waited: it woke them, even if epoll finds
/// nothing any more.
void EpollBackend::wake_polls(int descriptor) {
  if (static_cast<std::size_t>(descriptor) >= channels_.size()) return;
  OperationList& polls = channels_[static_cast<std::size_t>(descriptor)].polls;
  for (std::size_t left = polls.size(); left > 0; --left) {
    AsyncOperation* poll = polls.first();
    for (std::size_t older = left - 1; older > 0; --older) poll = poll->next;
    if (poll->readiness != Readiness::readable) continue;
    polls.remove(*poll);
    complete(*poll, 0, record_readiness(*poll, descriptor));
  }
}

/// Each poll is tried once, the newest first, as the kernel wakes them.
void EpollBackend::serve_polls(int descriptor) {
  Channel& channel = channel_of(descriptor);
  for (std::size_t left = channel.polls.size(); left > 0; --left) {
    AsyncOperation* poll = channel.polls.first();
    for (std::size_t older = left - 1; older > 0; --older) poll = poll->next;
    if (attempt(*poll, descriptor, 0) == Progress::over) channel.polls.remove(*poll);
  }
}

FactIndex EpollBackend::record_readiness(const AsyncOperation& operation, int descriptor) {
  if (recorder_ == nullptr) return 0;
  return recorder_->record({.operation = to_number(operation.id),
                            .handle = is_closed(descriptor) ? -1 : descriptor,
                            .thread = 1,
                            .kind = FactKind::readiness_reported});
}

// --- Closing -----------------------------------------------------------------------------------

/// Closes a descriptor that the program has closed, once no operation needs it any more.
void EpollBackend::release_if_idle(int descriptor) {
  Channel& channel = channel_of(descriptor);
  if (!channel.closed || !channel.idle()) return;
  channel = {};
  ::close(descriptor);
}

std::int32_t EpollBackend::close_handle(Handle handle, FactIndex cause) {
  const int descriptor = to_number(handle);
  if (is_closed(descriptor)) return -EBADF;
  if (static_cast<std::size_t>(descriptor) >= channels_.size())
    return handles_.close(handle, cause);
  Channel& channel = channel_of(descriptor);
  if (channel.idle()) {
    channel = {};  // the kernel forgets the registration with the descriptor (epoll(7))
    return handles_.close(handle, cause);
  }
  // Operations are pending: a duplicate descriptor keeps the file open for them. Its number is
  // high, so that the program gets the same numbers as without it.
  int own = fcntl(descriptor, F_DUPFD_CLOEXEC, high_descriptor());
  if (own < 0) own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) {
    channel.closed = true;
    handles_.forget(handle, cause);
    return 0;
  }
  epoll_ctl(descriptors_->epoll, EPOLL_CTL_DEL, descriptor, nullptr);
  Channel& kept = channel_of(own);
  kept = channel;
  kept.closed = true;
  channel = {};
  for (const OperationList* list : {&kept.reads, &kept.writes, &kept.polls}) {
    for (AsyncOperation* each = list->first(); each != nullptr; each = each->next) {
      each->backend_state[1] = static_cast<std::uint64_t>(own);
    }
  }
  // The kernel immediately reports what is already ready, so nothing is missed in between.
  watch(descriptors_->epoll, own);
  return handles_.close(handle, cause);
}

// --- Cancelling --------------------------------------------------------------------------------

/// The cancel completes before its targets, as on io_uring.
void EpollBackend::carry_out_cancel(AsyncOperation& operation, FactIndex started) {
  targets_.clear();
  const auto add_waiting = [&](const Channel& channel) {
    for (const OperationList* list : {&channel.reads, &channel.writes, &channel.polls}) {
      for (AsyncOperation* each = list->first(); each != nullptr; each = each->next) {
        targets_.push_back(each);
      }
    }
  };
  if (operation.opcode == Opcode::cancel) {
    AsyncOperation* target = operation.target.slot;
    // In a chain a cancel may run late: by then the slot may hold another operation.
    const bool there = target != nullptr && target->id == operation.target.id;
    const Place place = there ? place_of(*target) : Place::nowhere;
    // A link timeout is not found: it ends with the operation that it limits.
    if (place == Place::nowhere || place == Place::chained ||
        target->opcode == Opcode::link_timeout) {
      complete(operation, -ENOENT, started);
      return;
    }
    complete(operation, 0, started);
    return cancel_pending(*target, started);
  }
  if (operation.opcode == Opcode::cancel_handle) {
    const int descriptor = to_number(operation.handle);
    if (is_closed(descriptor) || fcntl(descriptor, F_GETFD) < 0) {
      complete(operation, -EBADF, started);
      return;
    }
    add_waiting(channel_of(descriptor));
  } else {
    for (const Channel& channel : channels_) add_waiting(channel);
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      if (timers_.at(i).opcode == Opcode::timer) targets_.push_back(&timers_.at(i));
    }
  }
  complete(operation, static_cast<std::int32_t>(targets_.size()), started);
  for (AsyncOperation* target : targets_) cancel_pending(*target, started);
}

void EpollBackend::cancel_pending(AsyncOperation& target, FactIndex cause) {
  const Place place = place_of(target);
  if (place == Place::nowhere || place == Place::chained) return;  // already done: a chain broke
  if (place == Place::timer) {
    timers_.remove(target);
    complete(target, -ECANCELED, cause);
    return;
  }
  const auto descriptor = static_cast<int>(target.backend_state[1]);
  list_of(channel_of(descriptor), place).remove(target);
  // A receive with wait_all reports the bytes that it had received.
  const auto had = static_cast<std::int32_t>(
      has(target.flags, OperationFlags::wait_all) ? target.backend_state[2] : 0);
  complete(target, had > 0 ? had : -ECANCELED, cause);
  release_if_idle(descriptor);
}

// --- Calls on handles that never wait ----------------------------------------------------------

Handle EpollBackend::listen(Endpoint endpoint, const char* label, std::error_code& error) {
  return handles_.listen(endpoint, label, error);
}

Handle EpollBackend::open_stream_socket(const char* label, std::error_code& error) {
  return handles_.open_stream_socket(label, error);
}

Handle EpollBackend::open_datagram_socket(Endpoint endpoint, const char* label,
                                          std::error_code& error) {
  return handles_.open_datagram_socket(endpoint, label, error);
}

OperatingSystem::Pipe EpollBackend::open_pipe(const char* label, std::error_code& error) {
  return handles_.open_pipe(label, error);
}

Endpoint EpollBackend::local_endpoint(Handle handle) const {
  return LiveHandles::local_endpoint(handle);
}

std::uint64_t EpollBackend::file_size(Handle handle, std::error_code& error) const {
  return LiveHandles::file_size(handle, error);
}

void EpollBackend::close(Handle handle) { close_handle(handle, 0); }

void EpollBackend::close_all() {
  for (Handle each = Handle::none; (each = handles_.next_open(each)) != Handle::none;) close(each);
}

}  // namespace proactor_lab
