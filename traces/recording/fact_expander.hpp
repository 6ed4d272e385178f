// Expands facts into events. A participant records only its own step, for example that an operation
// was initiated. Everything that follows from it is added here, when the trace is written: the
// buffer lent, the cause, the handle's name, and (on a live system) when the operation must have
// started and completed. FORMAT.md says which events are observed and which are inferred.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/recording/recorder.hpp"
#include "traces/format/event.hpp"
#include "traces/format/event_sink.hpp"
#include "traces/format/flat_map.hpp"
#include "traces/format/string_pool.hpp"

namespace proactor_lab {

struct ExpanderConfig {
  std::int64_t origin_ns = 0;  ///< time 0 of the trace
  bool infers = false;         ///< io_uring: starts, completions and queueing are not observed
  std::uint64_t event_limit = 5'000'000;
  std::string source_root;  ///< prefix removed from source file names
};

/// Receives every fact of a run, in order, and passes the resulting events to `sink`. Not
/// thread-safe.
class FactExpander {
 public:
  FactExpander(const ExpanderConfig& config, StringPool& strings, EventSink& sink);

  void start(std::int64_t time_ns, std::string_view program, std::string_view system);
  /// `index` is the fact's position in the loop thread's recording, by which other facts refer to
  /// it as their cause; 0 for facts of other threads.
  void expand(const Fact& fact, FactIndex index);
  /// `how` is "finished", "interrupted" or "limit".
  void finish(std::int64_t time_ns, std::string_view how);

  std::uint64_t events_written() const { return last_seq_; }
  std::uint64_t events_lost() const { return lost_; }

 private:
  struct Operation {
    std::uint32_t initiated = 0;
    std::uint32_t submitted = 0;
    std::uint32_t started = 0;
    std::uint32_t completed = 0;
    std::uint32_t queued = 0;
    std::uint32_t dequeued = 0;
    std::uint32_t worker = 0;  // its worker_acquired or worker_busy event
    std::uint32_t entered = 0;
    std::uint32_t handle = 0;
    std::uint32_t buffer = 0;
    std::uint32_t length = 0;
    std::int64_t submitted_ns = 0;
    StringId handler = no_string;
    std::uint8_t opcode = 0;
    bool more = false;            // more completions follow the one dequeued last
    std::uint32_t to_handle = 0;  // completions dequeued whose handlers have not returned
  };

  struct Buffer {
    std::uint32_t number = 0;
    std::uint32_t handle = 0;  // on which it was lent last
  };

  Event base(const Fact& fact, EventKind kind) const;
  std::uint32_t emit(Event event, std::uint32_t otherwise_caused_by);
  void emit_simple(const Fact& fact, EventKind kind);
  void expand_initiation(const Fact& details);
  void expand_reaped(const Fact& fact);
  void expand_dequeued(const Fact& fact);
  void expand_handle(const Fact& fact);
  void expand_entered(const Fact& fact);
  void expand_exited(const Fact& fact);
  void expand_loop(const Fact& fact);
  void expand_worker(const Fact& fact);
  void expand_bytes_moved(const Fact& fact);
  void expand_thread(const Fact& fact, EventKind kind);
  void expand_world(const Fact& fact);

  StringId text_of(std::uint64_t pointer);
  StringId source_of(std::uint64_t pointer);
  std::uint32_t handle_of(std::int32_t number) const;
  static std::uint64_t key_of(std::int32_t number) { return static_cast<std::uint32_t>(number); }
  /// Buffers lent on this handle are no longer in use by it.
  void ends(std::uint32_t handle);
  std::uint32_t buffer_at(std::uint64_t address, std::uint32_t handle);
  std::uint32_t seq_of(FactIndex fact) const;
  Fact& initiation_of(std::uint16_t thread);
  std::uint32_t& last_of_thread(std::uint16_t thread);

  ExpanderConfig config_;
  StringPool& strings_;
  EventSink& sink_;
  std::uint32_t last_seq_ = 0;
  std::uint64_t lost_ = 0;
  std::int64_t first_lost_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::int64_t depth_ = 0;
  std::uint32_t last_queued_ = 0;
  std::uint32_t last_handle_ = 0;
  std::uint32_t last_stream_ = 0;
  std::uint32_t last_release_ = 0;
  std::vector<Fact> initiations_;  // by thread: the first of the two facts of an initiation
  std::vector<std::uint32_t> seq_of_fact_;     // by fact index - 1
  std::vector<std::uint32_t> last_of_thread_;  // the thread's last event, or the handler it is in
  FlatMap<Operation> operations_;
  FlatMap<std::uint32_t> handles_;  // by descriptor, or by connection_handle()
  FlatMap<Buffer> buffers_;         // by address
  std::vector<bool> ending_;        // by handle: closed, or close requested
  std::uint32_t last_buffer_ = 0;
  FlatMap<StringId> texts_;  // by pointer
  FlatMap<StringId> sources_;
  std::array<StringId, 256> opcodes_{};  // their names
};

}  // namespace proactor_lab
