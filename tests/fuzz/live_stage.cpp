#include "tests/fuzz/live_stage.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

#include "core/epoll_backend.hpp"
#include "core/io_uring_backend.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr Duration short_timer{50'000};
/// Opening and connecting on loopback takes far less, on a machine that is not in trouble.
constexpr Duration set_up_patience{5'000'000'000};

std::unique_ptr<LiveBackend> open(LiveSystem system, std::error_code& error) {
  if (system == LiveSystem::io_uring) return IoUringBackend::open(nullptr, error);
  return EpollBackend::open(nullptr, error);
}

class LiveStage final : public Stage {
 public:
  LiveStage(LiveSystem system, Duration patience) : patience_(patience) {
    std::error_code error;
    os_ = open(system, error);
    if (error) throw std::system_error(error, name_of(system));
  }
  OperatingSystem& os() override { return *os_; }
  void begin() override { waits_for_ = patience_; }
  Duration short_delay() override { return short_timer; }
  void start(AsyncOperation& operation) override { os_->start(operation); }
  void give_back(BufferGroup& group, std::uint16_t buffer) override {
    os_->give_back(group, buffer);
  }
  void release_all() override { os_->release_all(); }
  void wake() override { os_->wake(); }
  bool wait(CompletionEventQueue& queue, Instant) override {
    const Instant until = saturating_add(os_->now(), waits_for_);
    // It may come back sooner, with nothing.
    do {
      os_->wait(queue, until);
    } while (queue.empty() && os_->now() < until);
    return !queue.empty();
  }

 private:
  std::unique_ptr<LiveBackend> os_;
  Duration patience_;
  Duration waits_for_ = set_up_patience;
};

}  // namespace

const char* name_of(LiveSystem system) {
  return system == LiveSystem::io_uring ? "io_uring" : "epoll";
}

std::string refusal_of(LiveSystem system) {
  std::error_code error;
  return open(system, error) != nullptr ? "" : error.message();
}

LiveFile::LiveFile() : descriptor_(memfd_create("fuzz_systems", MFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), "memfd_create");
  path_ = "/proc/self/fd/" + std::to_string(descriptor_);
}

LiveFile::~LiveFile() { close(descriptor_); }

void LiveFile::restore() const {
  const std::array<std::byte, file_bytes> content = [] {
    std::array<std::byte, file_bytes> bytes;
    bytes.fill(file_byte);
    return bytes;
  }();
  if (ftruncate(descriptor_, 0) < 0 ||
      pwrite(descriptor_, content.data(), content.size(), 0) != file_bytes) {
    throw std::system_error(errno, std::system_category(), path_);
  }
}

Outcome play_live(const Program& program, LiveSystem system, Duration patience,
                  const LiveFile& file) {
  if (program.uses("f")) file.restore();
  LiveStage stage(system, patience);
  return play(program, stage, file.path());
}

}  // namespace proactor_lab::fuzz
