// Builds events from the lines of Asio's handler tracking. What the lines do not say follows from
// how Asio works: an initiating function submits its operation before it returns; a system call
// that succeeds completes the operation; a handler is entered only after its completion was queued
// and then dequeued by a thread that waited for one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "traces/import/asio/asio_line.hpp"
#include "traces/import/asio/asio_objects.hpp"
#include "traces/import/asio/asio_threads.hpp"
#include "traces/import/asio/asio_words.hpp"
#include "traces/import/imported_events.hpp"

namespace proactor_lab {

class AsioBuilder {
 public:
  AsioBuilder(ImportedEvents& events, const ImportLimits& limits);

  void add(const AsioLine& line, std::uint64_t number);

  /// Call at the end of the log. Reports operations that did not end, and what a person should know
  /// about the log.
  void finish();
  bool has_pending() const { return !operations_.empty(); }

 private:
  struct Operation {
    AsioVerb verb;
    std::uint32_t id = 0;  // its id in the trace
    std::uint32_t handle = 0;
    std::uint32_t initiated = 0;  // the members up to `entered` are the `seq`s of events
    std::uint32_t started = 0;
    std::uint32_t completed = 0;
    std::uint32_t queued = 0;
    std::uint32_t entered = 0;
    std::int64_t not_before_ns = 0;  // lower bound of its completion time
    std::uint64_t context = 0;       // the handler that initiated it
    std::uint64_t created_line = 0;
    std::uint16_t thread = 0;  // that initiated it; later the one that runs its handler
    std::uint32_t first = 0;   // of the composed operation that it may be a part of
    StringId composed = no_string;
    StringId handler = no_string;
    bool is_strand = false;
    bool is_tried = false;
    bool is_inside = false;  // its handler was entered and has not returned
    bool has_user_place = false;
  };

  /// The source location where an operation was initiated, as far as known.
  struct Place {
    std::string function;
    std::string file;
    std::uint32_t line = 0;
    std::string composed;  // Asio's composed operation that it is a part of
    bool has_user_place = false;
  };

  void keep_time(const AsioLine& line);
  std::uint16_t thread_of_context(std::uint64_t context);
  std::uint32_t cause_on(std::uint16_t thread) const;
  Event event_on(EventKind kind, std::uint16_t thread) const;
  Event event_of(EventKind kind, const Operation& operation) const;
  Event inferred(EventKind kind, const Operation& operation, std::int64_t earliest_ns) const;

  // asio_builder.cpp
  void add_place(const AsioLine& line);
  void create(const AsioLine& line);
  void place(Operation& operation, const AsioLine& line, Event& event);
  void hand_over(Operation& operation);
  void call(const AsioLine& line);
  void request_cancels(const AsioLine& line, std::uint16_t thread);

  // asio_completions.cpp
  void try_call(const AsioLine& line);
  void complete(Operation& operation, std::int64_t result, std::uint32_t cause,
                std::uint16_t thread);
  void queue(Operation& operation, std::int64_t earliest_ns);
  void enter(const AsioLine& line);
  void settle_completion(Operation& operation, const AsioLine& line);
  std::uint16_t take_up(Operation& operation);
  Operation* unseen(const AsioLine& line);
  void leave(const AsioLine& line);
  void abandon(const AsioLine& line);
  void note(const Operation& operation, const std::string& text, std::uint32_t cause);

  void forget(std::uint64_t id);
  bool is_pending(std::uint64_t id) const;
  void unmatched(std::string_view reason) { events_.count_unmatched(reason, number_); }

  ImportedEvents& events_;
  std::size_t alive_most_;
  AsioThreads threads_;
  AsioObjects objects_;
  std::unordered_map<std::uint64_t, Operation> operations_;  // by Asio's id, until handled
  std::unordered_map<std::uint64_t, Place> places_;          // of operations about to be created
  std::uint64_t number_ = 0;                                 // of the current line
  std::int64_t now_ns_ = 0;
  std::uint32_t last_operation_ = 0;
  std::int64_t depth_ = 0;

  bool has_origin_ = false;
  std::uint64_t origin_seconds_ = 0;
  std::uint32_t origin_microseconds_ = 0;
  std::uint64_t backward_lines_ = 0;
  std::uint64_t backward_first_ = 0;
  std::int64_t backward_most_ns_ = 0;
  std::uint64_t tries_not_yet_ = 0;
  std::uint64_t empty_cancels_ = 0;
};

}  // namespace proactor_lab
