// A system as a conformance behaviour drives it. Operations are started on the operating system
// directly, and completions are taken from its queue. So the behaviour sees what the system did and
// in which order. Each run has a new machine.
#pragma once

#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/operating_system.hpp"
#include "sim/system/simulated_os.hpp"
#include "sim/time/schedule.hpp"
#include "sim/world/datagrams.hpp"
#include "sim/world/files.hpp"
#include "sim/world/network.hpp"
#include "tests/conformance/peer.hpp"
#include "tests/support/temporary_folder.hpp"

namespace proactor_lab::conformance {

enum class SystemKind { simulated, io_uring, epoll };

/// What a behaviour requires of its machine.
struct Needs {
  unsigned submission_entries = 64;
  unsigned completion_entries = 4096;
  std::int32_t handle_limit = 1'048'576;  ///< simulated; live: see `Machine::limit_handles`
  Duration disk_latency{0};
};

/// How this run differs from others: simulated by the choices, live by small perturbations.
struct Try {
  SystemKind kind = SystemKind::simulated;
  ChoiceSource* choices = nullptr;  ///< used by the simulated system only
  int variant = 0;                  ///< of the behaviour, from 0
  unsigned number = 0;              ///< of the live run: seeds its delays, selects the kind of ring
  KernelFreedom freedom = KernelFreedom::full;  ///< simulated
};

class Machine final : private EventTarget {
 public:
  Machine(const Needs& needs, const Try& attempt);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  OperatingSystem& os() { return *os_; }
  bool simulated() const { return try_.kind == SystemKind::simulated; }
  SystemKind kind() const { return try_.kind; }
  int variant() const { return try_.variant; }
  /// Latency in one direction in the simulated world; 0 live.
  Duration latency() const { return simulated() ? Duration{1000} : Duration{0}; }

  /// Starts an operation under a name that `story` uses. If the request needs a buffer and has
  /// none, the machine provides one.
  OperationToken ask(std::string name, OperationRequest request);
  OperationToken token(std::string_view name) const;
  /// Content of the buffer of this operation. REQUIRES: the machine knows the name.
  std::string text(std::string_view name) const;
  /// Result of its last completion as a number, or the error's name; "" if none arrived yet.
  std::string result(std::string_view name) const;
  std::int32_t value(std::string_view name) const;
  std::int32_t first_value(std::string_view name) const;
  bool is_over(std::string_view name) const;
  /// True if its last completion used a provided buffer.
  bool used_buffer(std::string_view name) const;
  /// Returns the provided buffer of the operation's first completion to the group.
  void give_back(BufferGroup& buffers, std::string_view name);

  /// Waits until all operations are over, at most some seconds. Those that skip their success are
  /// not waited for.
  void gather();
  /// Waits until the named operations are over.
  void gather(std::initializer_list<std::string_view> names);
  /// Submits what was started and takes the available completions, without waiting.
  void submit();
  /// Waits for this long and takes what completes.
  void pass(Duration duration);
  /// Live: a short pseudo-random delay, another in each run. Simulated: nothing.
  void jitter();

  /// Submits. Live: then keeps the thread busy for this long without asking for completions.
  void look_away(Duration duration);
  /// Submits. Live: continues on another processor, if there is one.
  void change_processor();

  /// The completions in order of arrival, as in "cancel=0 receive=ECANCELED". Names that begin with
  /// an underscore are left out. Operations that are not over come last, as "pending".
  std::string story() const;
  void forget() { told_.clear(); }

  Handle listener();
  Endpoint endpoint_of(Handle listener) {
    return {loopback_address, os_->local_endpoint(listener).port};
  }
  /// A connected stream; its other end belongs to the world.
  std::pair<Handle, Peer*> stream();
  /// The machine owns the peer.
  Peer* connect_peer(Handle listener);
  BufferGroup& provide(std::uint16_t count, std::uint32_t size);
  /// An open file with this content.
  Handle file(std::string_view content);
  /// Runs `action` after `delay`, outside the system: live on a separate thread.
  void later(Duration delay, std::function<void()> action);
  /// From now on the system may open only `more` handles (live; simulated: `Needs`).
  void limit_handles(int more);
  std::uint32_t overflows() const;

 private:
  struct Asked {
    AsyncOperation operation;
    std::string name;
    std::vector<std::byte> buffer;
    std::vector<Completion> told;
    bool over = false;
  };

  void on_event(const ScheduledEvent& event) override;
  bool wait(Instant deadline);
  const Asked* find(std::string_view name) const;

  Try try_;
  Schedule schedule_;
  Network network_;
  Datagrams datagrams_;
  Files files_;
  CompletionEventQueue queue_;
  std::optional<testing::TemporaryFolder> folder_;
  std::string path_;
  std::unique_ptr<OperatingSystem> os_;
  std::deque<Asked> asked_;
  std::vector<std::pair<const Asked*, Completion>> told_;
  std::deque<BufferGroup> groups_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::function<void()>> actions_;
  std::vector<std::thread> threads_;
  std::uint64_t jitters_ = 0;
  std::uint64_t handles_before_ = 0;
  bool moved_ = false;
  std::uint32_t last_id_ = 0;
};

}  // namespace proactor_lab::conformance
