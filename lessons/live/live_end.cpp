#include "lessons/live/live_end.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace proactor_lab {
namespace {

std::atomic<bool> signal_came{false};
std::atomic<int> signalled{-1};  // eventfd that the handler writes to; -1: none
std::atomic<int> in_handler{0};  // threads that may still write to that event

void tell(int event) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(event, &one, sizeof(one));
}

/// May run on any thread of the process.
extern "C" void on_signal(int) {
  const int error = errno;
  ++in_handler;
  signal_came = true;
  if (const int event = signalled.load(); event >= 0) tell(event);
  --in_handler;
  errno = error;
}

}  // namespace

LiveEnd::LiveEnd(std::function<void()> stop, Duration limit)
    : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  signal_came = false;
  signalled = event_;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, &before_interrupt_);
  sigaction(SIGTERM, &action, &before_terminate_);
  thread_ = std::thread([event = event_, limit, stop = std::move(stop)] {
    const auto milliseconds = (limit.count() + 999'999) / 1'000'000;
    const auto timeout =
        limit <= Duration::zero() ? -1 : std::min<std::int64_t>(milliseconds, INT32_MAX);
    pollfd ready{event, POLLIN, 0};
    const int found = ::poll(&ready, 1, static_cast<int>(timeout));
    if (found <= 0 || signal_came) stop();  // otherwise the destructor woke us
  });
}

LiveEnd::~LiveEnd() {
  tell(event_);
  thread_.join();
  sigaction(SIGINT, &before_interrupt_, nullptr);
  sigaction(SIGTERM, &before_terminate_, nullptr);
  signalled = -1;
  while (in_handler > 0) std::this_thread::yield();  // the number may be reused after close
  close(event_);
}

bool LiveEnd::interrupted() { return signal_came; }

}  // namespace proactor_lab
