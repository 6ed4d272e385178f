// A system as a conformance behaviour drives it: operations are started on the processor itself and
// completions taken from its queue, so that nothing stands between the behaviour and what the
// system did, in which order. Fresh for each run.
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

/// What a behaviour wants of its machine.
struct Needs {
  unsigned submission_entries = 64;
  unsigned completion_entries = 4096;
  std::int32_t handle_limit = 1'048'576;  ///< simulated; live see `Machine::limit_handles`
  Duration disk_latency{0};
};

/// How this run differs from others: simulated by the choices, live by small perturbations.
struct Try {
  SystemKind kind = SystemKind::simulated;
  ChoiceSource* choices = nullptr;  ///< of the simulated system; live nobody asks
  int variant = 0;                  ///< of the behaviour's own ways to be set up
  unsigned number = 0;              ///< of the live run: seeds its delays, picks the kind of ring
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
  /// One way, in the simulated world; live there is none to speak of.
  Duration latency() const { return simulated() ? Duration{1000} : Duration{0}; }

  /// Starts an operation under a name, by which `story` tells of it. Where it has no buffer of its
  /// own and wants one, it gets it.
  OperationToken ask(std::string name, OperationRequest request);
  OperationToken token(std::string_view name) const;
  /// What lies in the buffer of an operation that has one.
  std::string text(std::string_view name) const;
  /// Counts, or the error's name; "" as long as nothing was told.
  std::string result(std::string_view name) const;
  std::int32_t value(std::string_view name) const;
  std::int32_t first_value(std::string_view name) const;
  bool is_over(std::string_view name) const;
  /// Its last completion says that it used a provided buffer up.
  bool used_buffer(std::string_view name) const;
  /// The provided buffer that this operation took is free again.
  void give_back(BufferGroup& buffers, std::string_view name);

  /// Waits until all that was asked is over, or for some seconds.
  void gather();
  /// Until these are.
  void gather(std::initializer_list<std::string_view> names);
  /// Submits what was asked, takes what is there.
  void submit();
  /// Lets time go on and takes what completes.
  void pass(Duration duration);
  /// A short delay of the live world, another in each run; simulated none.
  void jitter();

  /// Live: submits, and then nobody asks what has completed for this long.
  void look_away(Duration duration);
  /// Live: goes on on another processor, where there is one.
  void change_processor();

  /// "cancel=0 receive=ECANCELED": what completed, in this order. A name that begins with an
  /// underscore is left out; what was asked and is not over comes last, as "pending".
  std::string story() const;
  void forget() { told_.clear(); }

  Handle listener();
  Endpoint endpoint_of(Handle listener) {
    return {loopback_address, os_->local_endpoint(listener).port};
  }
  /// A stream whose other end is the world's.
  std::pair<Handle, Peer*> stream();
  /// It is the machine's.
  Peer* connect_peer(Handle listener);
  BufferGroup& provide(std::uint16_t count, std::uint32_t size);
  /// An open file with this content.
  Handle file(std::string_view content);
  /// Has the world do something after `delay`, beside the system: live, on a thread of its own.
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
