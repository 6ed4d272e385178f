#include "tests/conformance/machine.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"
#include "core/live/live_handles.hpp"

namespace proactor_lab::conformance {
namespace {

constexpr Duration patience = std::chrono::seconds{5};

std::unique_ptr<OperatingSystem> open_live(const Needs& needs, const Try& attempt) {
  std::error_code error;
  std::unique_ptr<OperatingSystem> os;
  if (attempt.kind == SystemKind::io_uring) {
    os = IoUringBackend::open(nullptr, error,
                              {.submission_entries = needs.submission_entries,
                               .completion_entries = needs.completion_entries,
                               .defers_work = attempt.number % 2 == 0});
  } else {
    os = EpollBackend::open(nullptr, error);
  }
  if (os == nullptr) throw std::system_error(error);
  return os;
}

void wait_busily(std::int64_t ns) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(ns);
  while (std::chrono::steady_clock::now() < until) {
  }
}

}  // namespace

Machine::Machine(const Needs& needs, const Try& attempt)
    : try_(attempt),
      schedule_(*attempt.choices),
      network_({{Duration{1000}, Duration{1000}}, 65536}, schedule_),
      datagrams_({Duration{1000}, Duration{1000}}, schedule_),
      jitters_(attempt.number * 0x9E3779B97F4A7C15u) {
  if (!simulated()) {
    os_ = open_live(needs, attempt);
    return;
  }
  SimulatedOsConfig config;
  config.freedom = attempt.freedom;
  config.handle_limit = needs.handle_limit;
  config.disk_latency = {needs.disk_latency, needs.disk_latency};
  config.submission_entries = needs.submission_entries;
  config.completion_entries = needs.completion_entries;
  os_ = std::make_unique<SimulatedOs>(config, schedule_, network_, datagrams_, files_, nullptr);
}

Machine::~Machine() {
  for (std::thread& each : threads_) each.join();
  os_->release_all();
  for (BufferGroup& group : groups_) os_->unregister_buffers(group);
  if (moved_) {
    cpu_set_t all;
    std::memset(&all, 0xFF, sizeof(all));
    sched_setaffinity(0, sizeof(all), &all);
  }
  if (handles_before_ == 0) return;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = handles_before_;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// --- Operations --------------------------------------------------------------------------------

OperationToken Machine::ask(std::string name, OperationRequest request) {
  Asked& asked = asked_.emplace_back();
  asked.name = std::move(name);
  if (request.length > 0 && request.data == nullptr && request.buffers == nullptr) {
    asked.buffer.resize(request.length, std::byte{'.'});
    request.data = asked.buffer.data();
  }
  static_cast<OperationRequest&>(asked.operation) = request;
  asked.operation.id = OperationId{++last_id_};
  os_->start(asked.operation);
  return {&asked.operation, asked.operation.id};
}

const Machine::Asked* Machine::find(std::string_view name) const {
  const auto found =
      std::find_if(asked_.begin(), asked_.end(), [&](const Asked& a) { return a.name == name; });
  return found == asked_.end() ? nullptr : &*found;
}

OperationToken Machine::token(std::string_view name) const {
  const Asked* asked = find(name);
  if (asked == nullptr) return {};
  return {const_cast<AsyncOperation*>(&asked->operation), asked->operation.id};
}

std::string Machine::text(std::string_view name) const {
  const Asked* asked = find(name);
  return {reinterpret_cast<const char*>(asked->buffer.data()), asked->buffer.size()};
}

std::int32_t Machine::value(std::string_view name) const {
  const Asked* asked = find(name);
  return asked == nullptr || asked->told.empty() ? -ENODATA : asked->told.back().result;
}

std::string Machine::result(std::string_view name) const {
  const Asked* asked = find(name);
  if (asked == nullptr || asked->told.empty()) return "";
  const std::int32_t last = value(name);
  return last < 0 ? strerrorname_np(-last) : std::to_string(last);
}

std::int32_t Machine::first_value(std::string_view name) const {
  return find(name)->told.front().result;
}

void Machine::give_back(BufferGroup& buffers, std::string_view name) {
  os_->give_back(buffers, buffer_of(find(name)->told.front().flags));
}

bool Machine::is_over(std::string_view name) const { return find(name)->over; }

bool Machine::used_buffer(std::string_view name) const {
  return (find(name)->told.back().flags & completion_buffer) != 0;
}

// --- Waiting -----------------------------------------------------------------------------------

/// False if nothing can complete any more.
bool Machine::wait(Instant deadline) {
  const bool more = os_->wait(queue_, deadline);
  while (!queue_.empty()) {
    const Completion completion = queue_.pop();
    for (Asked& each : asked_) {
      if (&each.operation != completion.operation) continue;
      each.told.push_back(completion);
      each.over = (completion.flags & completion_more) == 0;
      told_.emplace_back(&each, completion);
    }
  }
  return more;
}

void Machine::gather() {
  const Instant deadline = saturating_add(os_->now(), patience);
  const auto open = [](const Asked& each) {
    return !each.over && !has(each.operation.flags, OperationFlags::skip_success);
  };
  while (std::any_of(asked_.begin(), asked_.end(), open) && os_->now() < deadline) {
    if (!wait(deadline)) return;
  }
}

void Machine::gather(std::initializer_list<std::string_view> names) {
  const Instant deadline = saturating_add(os_->now(), patience);
  const auto over = [this](std::string_view name) { return is_over(name); };
  while (!std::all_of(names.begin(), names.end(), over) && os_->now() < deadline) {
    if (!wait(deadline)) return;
  }
}

void Machine::submit() { wait(Instant::min()); }

void Machine::pass(Duration duration) {
  const Instant deadline = saturating_add(os_->now(), duration);
  while (os_->now() < deadline) {
    if (!wait(deadline)) return;
  }
}

void Machine::jitter() {
  if (simulated()) return;
  jitters_ = jitters_ * 6364136223846793005u + 1442695040888963407u;
  if ((jitters_ >> 62) == 0) std::this_thread::yield();
  wait_busily(static_cast<std::int64_t>((jitters_ >> 33) % 40'000));
}

void Machine::look_away(Duration duration) {
  submit();
  if (!simulated()) wait_busily(duration.count());
}

void Machine::change_processor() {
  submit();
  if (simulated()) return;
  moved_ = true;
  cpu_set_t other;
  CPU_ZERO(&other);
  CPU_SET((static_cast<unsigned>(sched_getcpu()) + 1) % std::thread::hardware_concurrency(),
          &other);
  sched_setaffinity(0, sizeof(other), &other);
}

std::string Machine::story() const {
  std::string story;
  const auto add = [&story](const std::string& name, const std::string& what) {
    if (name.starts_with('_')) return;
    if (!story.empty()) story += ' ';
    story += name + "=" + what;
  };
  for (const auto& [asked, completion] : told_) {
    const std::int32_t result = completion.result;
    const Opcode opcode = asked->operation.opcode;
    const bool handle = (opcode == Opcode::accept || opcode == Opcode::open) && result >= 0;
    std::string what = result < 0 ? strerrorname_np(-result) : std::to_string(result);
    if (handle) what = "handle";
    if (asked->operation.multishot && (completion.flags & completion_more) != 0) what += "+";
    add(asked->name, what);
  }
  for (const Asked& each : asked_) {
    if (!each.over && !has(each.operation.flags, OperationFlags::skip_success)) {
      add(each.name, "pending");
    }
  }
  return story;
}

// --- The world ---------------------------------------------------------------------------------

Handle Machine::listener() {
  std::error_code error;
  const Handle handle = os_->listen({loopback_address, 0}, "listener", error);
  if (error) throw std::system_error(error, "listen");
  return handle;
}

Peer* Machine::connect_peer(Handle listener) {
  const Endpoint endpoint = endpoint_of(listener);
  if (simulated()) {
    return peers_.emplace_back(std::make_unique<Peer>(network_, endpoint.port)).get();
  }
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = address_of(endpoint);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
    throw std::system_error(last_system_error(), "connect");
  }
  return peers_.emplace_back(std::make_unique<Peer>(descriptor)).get();
}

std::pair<Handle, Peer*> Machine::stream() {
  const Handle listening = listener();
  Peer* const peer = connect_peer(listening);
  const std::string name = "_accept" + std::to_string(last_id_);
  ask(name, {.opcode = Opcode::accept, .handle = listening});
  gather({name});
  os_->close(listening);
  return {Handle{value(name)}, peer};
}

BufferGroup& Machine::provide(std::uint16_t count, std::uint32_t size) {
  std::error_code error;
  os_->register_buffers(groups_.emplace_back(count, size), error);
  if (error) throw std::system_error(error, "register_buffers");
  return groups_.back();
}

Handle Machine::file(std::string_view content) {
  path_ = "file";
  if (simulated()) {
    const auto bytes = std::as_bytes(std::span(content.data(), content.size()));
    files_.write(files_.open(path_, true, false), 0, bytes);
  } else {
    path_ = folder_.emplace().file("file");
    std::ofstream(path_, std::ios::binary) << content;
  }
  const std::string name = "_open" + std::to_string(last_id_);
  ask(name, {.opcode = Opcode::open,
             .path = path_.c_str(),
             .open_flags = OpenMode::read | OpenMode::write});
  gather({name});
  return Handle{value(name)};
}

void Machine::later(Duration delay, std::function<void()> action) {
  if (simulated()) {
    schedule_.at(schedule_.now() + delay,
                 {this, 0, static_cast<std::uint32_t>(actions_.size()), 0, 0});
    actions_.push_back(std::move(action));
    return;
  }
  threads_.emplace_back([delay, action = std::move(action)] {
    wait_busily(delay.count());
    action();
  });
}

void Machine::on_event(const ScheduledEvent& event) { actions_[event.subject](); }

void Machine::limit_handles(int more) {
  if (simulated()) return;
  const int lowest = fcntl(0, F_DUPFD_CLOEXEC, 0);
  ::close(lowest);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  handles_before_ = limit.rlim_cur;
  limit.rlim_cur = static_cast<rlim_t>(lowest + more);
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint32_t Machine::overflows() const {
  if (simulated()) return static_cast<const SimulatedOs&>(*os_).overflows();
  return static_cast<const IoUringBackend&>(*os_).overflows();
}

}  // namespace proactor_lab::conformance
