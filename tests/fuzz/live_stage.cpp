#include "tests/fuzz/live_stage.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"
#include "tests/fuzz/live_world.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr Duration brief{50'000};
/// With at least this patience, a stage waits even if no operation is pending: data may still
/// arrive.
constexpr Duration what_arrives{10'000'000};
/// Opening and connecting on loopback takes far less time on a healthy machine.
constexpr Duration set_up_patience{5'000'000'000};
/// The first descriptor number that plays use.
constexpr int play_descriptors = 64;
constexpr const char* no_file_path = "/proc/self/fd/none";

std::unique_ptr<LiveBackend> open(LiveSystem system, std::error_code& error) {
  if (system == LiveSystem::epoll) return EpollBackend::open(nullptr, error);
  return IoUringBackend::open(nullptr, error,
                              {.submission_entries = 64,
                               .completion_entries = 256,
                               .defers_work = system == LiveSystem::io_uring});
}

/// Descriptors that are already open may have larger numbers: the world's do.
class DescriptorLimit {
 public:
  DescriptorLimit() { getrlimit(RLIMIT_NOFILE, &before_); }
  ~DescriptorLimit() { lift(); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  void set(rlim_t most) const {
    const rlimit limit{most, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  void lift() const { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class LiveStage final : public Stage {
 public:
  LiveStage(const Program& program, LiveSystem system, Duration patience, const char* file_path)
      : world_(program), patience_(patience) {
    file = file_path;
    no_file = no_file_path;
    descriptor_limit_.set(play_descriptors + descriptors_max);
    std::error_code error;
    os_ = open(system, error);
    if (error) throw std::system_error(error, name_of(system));
  }
  ~LiveStage() override {
    // The descriptor of an accept or open whose success is not reported is unknown, so all are
    // closed.
    for (int each = play_descriptors; each < play_descriptors + descriptors_max; ++each) {
      const linger at_once{1, 0};
      setsockopt(each, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    os_.reset();
    close_range(play_descriptors, world_descriptors - 1, 0);
  }
  LiveStage(const LiveStage&) = delete;
  LiveStage& operator=(const LiveStage&) = delete;

  OperatingSystem& os() override { return *os_; }
  World& world() override { return world_; }
  void begin() override {
    waits_for_ = patience_;
    // Without this, small segments would wait for the previous acknowledgement, 40 ms and more.
    const int on = 1;
    for (int each = play_descriptors; each < play_descriptors + descriptors_max; ++each) {
      setsockopt(each, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
  }
  void end() override { descriptor_limit_.lift(); }
  Duration brief_delay() override { return brief; }
  void start(AsyncOperation& operation) override { os_->start(operation); }
  void submit(CompletionEventQueue& queue) override { os_->wait(queue, os_->now()); }
  bool wait(CompletionEventQueue& queue, bool expects) override {
    if (!expects && patience_ < what_arrives) return false;
    const Instant until = saturating_add(os_->now(), waits_for_);
    // It may return earlier, without a completion.
    do {
      os_->wait(queue, until);
    } while (queue.empty() && os_->now() < until);
    return !queue.empty();
  }

 private:
  DescriptorLimit descriptor_limit_;
  LiveWorld world_;
  std::unique_ptr<LiveBackend> os_;
  Duration patience_;
  Duration waits_for_ = set_up_patience;
};

}  // namespace

const char* name_of(LiveSystem system) {
  switch (system) {
    case LiveSystem::io_uring:
      return "io_uring";
    case LiveSystem::io_uring_plain:
      return "io_uring_plain";
    case LiveSystem::epoll:
      return "epoll";
  }
  return "unknown";
}

std::string refusal_of(LiveSystem system) {
  std::error_code error;
  return open(system, error) != nullptr ? "" : error.message();
}

LiveGround::LiveGround() : file_(memfd_create("fuzz_systems", MFD_CLOEXEC)) {
  std::signal(SIGPIPE, SIG_IGN);  // io_uring raises it for a write on a broken stream
  if (file_ < 0) throw std::system_error(errno, std::system_category(), "memfd_create");
  file_path_ = "/proc/self/fd/" + std::to_string(file_);
  while (true) {
    const int taken = fcntl(file_, F_DUPFD_CLOEXEC, 0);
    if (taken < 0) throw std::system_error(errno, std::system_category(), "dup");
    if (taken >= play_descriptors) {
      close(taken);
      return;
    }
    taken_.push_back(taken);
  }
}

LiveGround::~LiveGround() {
  for (const int each : taken_) close(each);
  close(file_);
}

void LiveGround::restore_file() const {
  const std::array<std::byte, file_bytes> content = [] {
    std::array<std::byte, file_bytes> bytes;
    bytes.fill(file_byte);
    return bytes;
  }();
  if (ftruncate(file_, 0) < 0 || pwrite(file_, content.data(), content.size(), 0) != file_bytes) {
    throw std::system_error(errno, std::system_category(), file_path_);
  }
}

Outcome play_live(const Program& program, LiveSystem system, Duration patience,
                  const LiveGround& ground) {
  if (program.uses("fio") || program.uses(Opcode::open)) ground.restore_file();
  LiveStage stage(program, system, patience, ground.file_path().c_str());
  return play(program, stage);
}

}  // namespace proactor_lab::fuzz
