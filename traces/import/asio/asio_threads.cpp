#include "traces/import/asio/asio_threads.hpp"

#include <string>

namespace proactor_lab {
namespace {

constexpr std::size_t threads_max = 256;  // every line scans all threads

}  // namespace

AsioThreads::AsioThreads(ImportedEvents& events) : events_(events), threads_(1) { add(true, 0); }

std::uint16_t AsioThreads::add(bool is_loop, std::int64_t now_ns) {
  if (threads_.size() > threads_max) return 0;
  Event event;
  event.kind = EventKind::thread_started;
  event.thread = static_cast<std::uint16_t>(threads_.size());
  event.time_ns = now_ns;
  event.certainty = Certainty::inferred;
  event.label = events_.keep("thread " + std::to_string(event.thread));
  Thread& thread = threads_.emplace_back();
  thread.is_loop = is_loop;
  thread.last_event = events_.add(event);
  thread.last_ns = now_ns;
  return event.thread;
}

std::uint16_t AsioThreads::outside(std::int64_t now_ns) {
  std::uint16_t other = 0;
  for (std::uint16_t i = 1; i < threads_.size(); ++i) {
    if (!threads_[i].handlers.empty() || threads_[i].waits) continue;
    if (threads_[i].is_loop) return i;
    if (other == 0) other = i;
  }
  return other != 0 ? other : add(false, now_ns);
}

std::uint16_t AsioThreads::free_loop(std::int64_t now_ns) {
  const std::uint16_t waiting = waiting_loop();
  return waiting != 0 ? waiting : add(true, now_ns);
}

std::uint16_t AsioThreads::waiting_loop() const {
  for (std::uint16_t i = 1; i < threads_.size(); ++i) {
    if (threads_[i].waits) return i;
  }
  return 0;
}

std::uint16_t AsioThreads::host_of_strand() const {
  std::uint16_t found = 0;
  for (std::uint16_t i = 1; i < threads_.size(); ++i) {
    if (!threads_[i].takes_next) continue;
    if (found == 0 || threads_[i].last_line > threads_[found].last_line) found = i;
  }
  return found;
}

void AsioThreads::settle() {
  for (std::uint16_t i = 1; i < threads_.size(); ++i) {
    Thread& thread = threads_[i];
    if (!thread.is_loop || thread.waits || !thread.handlers.empty()) continue;
    Event event;
    event.kind = EventKind::wait_entered;
    event.thread = i;
    event.time_ns = events_.last_ns();
    event.earliest_ns = thread.last_ns;
    event.certainty = Certainty::inferred;
    event.cause = thread.last_event;
    thread.last_event = events_.add(event);
    thread.waits = true;
  }
}

void AsioThreads::touch(std::uint16_t number, std::int64_t now_ns, std::uint64_t line) {
  Thread& thread = threads_[number];
  thread.last_ns = now_ns;
  thread.last_line = line;
  thread.takes_next = false;
}

}  // namespace proactor_lab
