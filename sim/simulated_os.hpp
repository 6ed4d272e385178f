// The simulated operating system: carries operations out against the simulated network, in virtual
// time. It is one of the two sides of the first seam; the core cannot tell it from the kernel.
// README.md lists what it supports and where it differs from Linux.
#pragma once

#include <cstdint>
#include <vector>

#include "core/operating_system.hpp"
#include "core/recorder.hpp"
#include "sim/descriptor_table.hpp"
#include "sim/network.hpp"
#include "sim/schedule.hpp"

namespace proactor_lab {

struct SimulatedOsConfig {
  Duration syscall_cost{0};               ///< charged once a wait: it submits and reaps
  bool short_transfers = false;           ///< receive and send may move less than they could
  std::int32_t handle_limit = 1'048'576;  ///< EMFILE beyond (RLIMIT_NOFILE)
  Instant run_limit = never;              ///< virtual time at which the world stands still
};

class SimulatedOs final : public OperatingSystem, private NetworkOwner, private EventTarget {
 public:
  SimulatedOs(const SimulatedOsConfig& config, Schedule& schedule, Network& network,
              Recorder* recorder);

  Instant now() const override { return schedule_.now(); }
  Handle listen(Endpoint endpoint, const char* label, std::error_code& error) override;
  Handle open_stream_socket(const char* label, std::error_code& error) override;
  Endpoint local_endpoint(Handle handle) const override;
  void close(Handle handle) override;
  void compute(Duration cost) override { spend(cost); }

  void start(AsyncOperation& operation) override;
  void release_all() override;
  bool wait(CompletionEventQueue& queue, Instant deadline) override;
  void wake() override { woken_ = true; }

  /// The run limit ended a wait.
  bool limit_reached() const { return limit_reached_; }
  /// Operations that wait for something.
  std::size_t pending() const { return pending_; }

 private:
  /// Operations that wait for the same thing, oldest first; linked through `next`.
  struct OperationList {
    AsyncOperation* first = nullptr;
    AsyncOperation* last = nullptr;
    bool empty() const { return first == nullptr; }
    void push(AsyncOperation& operation);
    AsyncOperation* pop();
    AsyncOperation* pop_at(std::uint32_t index);
    bool remove(AsyncOperation& operation);
    std::uint32_t size() const;
  };

  /// A socket as the kernel knows it. Descriptors and pending operations refer to it; it goes when
  /// the last of them does, so that close() alone cancels nothing (io_uring_cancelation(7)).
  struct Socket {
    HandleKind kind = HandleKind::stream;
    EndId end = no_end;
    std::uint16_t port = 0;
    std::uint32_t references = 0;
    std::uint32_t short_questions = 0;
    std::uint32_t receiver_questions = 0;
    bool connected = false;
    bool receive_closed = false;
    const char* label = nullptr;
    OperationList receives;  // or accepts
    OperationList sends;
  };

  /// Where a pending operation is listed, kept in its `backend_state`.
  enum class Place : std::uint64_t { nowhere, receives, sends, timer };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId end, FactIndex cause) override;
  void acceptable(std::uint16_t port, FactIndex cause) override;
  void on_event(const ScheduledEvent& event) override;

  void spend(Duration cost);
  void submit();
  void carry_out(AsyncOperation& operation, FactIndex started);
  void carry_out_connect(AsyncOperation& operation, std::uint32_t socket, FactIndex started);
  void carry_out_cancel(AsyncOperation& operation, FactIndex started);
  void set_timer(AsyncOperation& operation);
  bool try_receive(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  bool try_send(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  bool try_accept(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  std::uint32_t transfer_size(std::uint32_t possible, Socket& socket, std::uint32_t entity);
  void pend(AsyncOperation& operation, Place place, std::uint32_t socket);
  void complete(AsyncOperation& operation, std::int32_t result, FactIndex cause);
  FactIndex record(FactKind kind, const AsyncOperation& operation, std::int64_t value,
                   FactIndex cause, std::uint8_t detail = 0);

  std::uint32_t add_socket(HandleKind kind, const char* label);
  Handle add_handle(std::uint32_t socket, std::uint32_t connection, std::uint16_t thread,
                    FactIndex cause);
  /// The socket behind `handle`, or `no_socket` (EBADF).
  std::uint32_t socket_of(Handle handle) const { return descriptors_.object_of(handle); }
  void release(std::uint32_t socket, FactIndex cause);
  std::int32_t close_handle(Handle handle, FactIndex cause);

  static constexpr std::uint32_t no_socket = DescriptorTable::nothing;
  static constexpr std::uint32_t submission_entries = 256;

  SimulatedOsConfig config_;
  Schedule& schedule_;
  Network& network_;
  Recorder* recorder_;
  OperationList submissions_;
  std::uint32_t submission_count_ = 0;
  std::vector<Completion> posted_;  // the completion queue as the kernel fills it
  std::vector<Socket> sockets_;
  std::vector<std::uint32_t> free_sockets_;
  DescriptorTable descriptors_;
  std::vector<AsyncOperation*> timers_;  // by number; null: cancelled or over
  std::vector<std::uint32_t> free_timers_;
  std::size_t pending_ = 0;
  bool woken_ = false;
  bool limit_reached_ = false;
};

}  // namespace proactor_lab
