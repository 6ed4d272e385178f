// The interaction diagram as a sequence diagram. A hand-over is a message; any other event is a
// note. An activation is a running handler, a waiting loop, or a running thread.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "traces/export/mermaid.hpp"
#include "traces/export/mermaid_text.hpp"
#include "traces/figures/interaction/interaction_layout.hpp"
#include "traces/figures/interaction_words.hpp"
#include "traces/model/verbs.hpp"

namespace proactor_lab::figures {
namespace {

constexpr std::size_t room_for_the_end = 600;  // for the comment on what was cut
constexpr std::size_t deactivation_size_max = 26;
constexpr std::size_t participants_size_max = 20'000;  // further ones are declared by being used

class SequenceWriter {
 public:
  explicit SequenceWriter(const Model& model)
      : model_(model), layout_(model), blocking_(layout_.blocks_by(model.event_count())) {
    while (first_wait_ < model.event_count()) {
      if (model.event(++first_wait_).kind == EventKind::wait_entered) break;
    }
  }

  std::string write(std::uint32_t first, std::uint32_t max_events) {
    const std::uint32_t count = model_.event_count();
    first = std::max(first, 1u);
    std::uint32_t last = count < first ? 0 : first + std::min(max_events, count - first + 1) - 1;
    const std::string head = "sequenceDiagram\n" + participants(first, last);
    std::uint32_t shown = first - 1;
    bool full = false;
    while (shown < last && !full) {
      lines_.clear();
      const auto before = active_;
      add(model_.event(shown + 1));
      full = head.size() + body_.size() + lines_.size() + open_ * deactivation_size_max +
                 room_for_the_end >
             mermaid_size_max;
      if (full) {
        active_ = before;
      } else {
        body_ += lines_;
        ++shown;
      }
    }
    return head + body_ + end(first, shown, full);
  }

 private:
  std::string end(std::uint32_t first, std::uint32_t shown, bool full) {
    lines_.clear();
    for (const auto& [who, times] : active_) {
      for (int i = 0; i < times; ++i) line("deactivate " + who);
    }
    const std::uint32_t count = model_.event_count();
    std::string about = "%% events " + std::to_string(first) + " to " + std::to_string(shown) +
                        " of " + std::to_string(count);
    if (shown < count) {
      note(span(), "cut after event " + std::to_string(shown) + " of " + std::to_string(count));
      about += full ? "; cut: more does not fit in " + std::to_string(mermaid_size_max) +
                          " characters, go on with --first " + std::to_string(shown + 1)
                    : "; cut: go on with --first " + std::to_string(shown + 1);
    }
    line(about);
    return lines_;
  }

  // --- Lines ---------------------------------------------------------------------------------

  void line(const std::string& text) { lines_ += "    " + text + "\n"; }

  void message(const std::string& from, const char* arrow, const std::string& to,
               const std::string& words) {
    constexpr const char* badges[] = {"", "① ", "② ", "③ ", "④ ", "⑤ "};
    line(from + arrow + to + ": " + badges[layout_.step(seq_)] + mermaid_words(words));
  }
  void note(const std::string& over, const std::string& words) {
    line("Note over " + over + ": " + mermaid_words(words));
  }

  void activate(const std::string& who) {
    line("activate " + who);
    ++active_[who];
    ++open_;
  }
  void deactivate(const std::string& who) {
    const auto found = active_.find(who);
    if (found == active_.end()) return;  // it became active before the first event shown
    line("deactivate " + who);
    if (--found->second == 0) active_.erase(found);
    --open_;
  }

  // --- Participants --------------------------------------------------------------------------

  std::string participants(std::uint32_t first, std::uint32_t last) {
    std::string text;
    const auto add_one = [&](const std::string& id, const std::string& name) {
      text += "    participant " + id + " as " + mermaid_words(name) + "\n";
      if (leftmost_.empty()) leftmost_ = id;
    };
    if (blocking_) {
      for (const ThreadRecord& thread : model_.threads()) {
        if (!acts(thread, first, last) || text.size() > participants_size_max) continue;
        const std::string label(model_.trace().text(thread.label));
        add_one(id_of(thread.id), id_of(thread.id) + (label.empty() ? "" : " " + label));
      }
    } else {
      add_one("I", "Initiator");
      add_one("H", "Completion Handler");
      add_one("P", "Proactor");
      add_one("D", "Demultiplexer");
      add_one("Q", "Completion Event Queue");
    }
    add_one("O", "Operating System");
    add_one("W", "World");
    return text;
  }

  static std::string id_of(std::uint16_t thread) { return "T" + std::to_string(thread); }
  std::string span() const { return leftmost_ + ",W"; }

  static bool acts(const ThreadRecord& thread, std::uint32_t first, std::uint32_t last) {
    if (thread.spans.empty() || thread.spans.front().from_seq > last) return false;
    const ThreadSpan& end = thread.spans.back();
    return end.to_seq >= first;
  }

  // --- Events --------------------------------------------------------------------------------

  void add(const Event& event) {
    seq_ = event.seq;
    if (layout_.is_break(event.seq)) {
      const std::int64_t gap_ns = event.time_ns - model_.event(event.seq - 1).time_ns;
      note(span(), format_duration(gap_ns) + " pass");
    }
    if (blocking_) {
      add_of_thread(event);
    } else if (const OperationRecord* operation = model_.operation(event.operation)) {
      add_of_operation(event, *operation);
    } else {
      add_of_loop(event);
    }
    add_of_world(event);
  }

  static std::string number(const OperationRecord& operation) {
    return "#" + std::to_string(operation.id);
  }

  bool is_sent(const OperationRecord& operation) const {
    const Opcode opcode = verb_named(model_.trace().text(operation.opcode)).opcode;
    return opcode == Opcode::send || opcode == Opcode::send_to;
  }

  void add_of_operation(const Event& event, const OperationRecord& operation) {
    const bool inferred = event.certainty == Certainty::inferred;
    switch (event.kind) {
      case EventKind::operation_initiated:
        return message(operation.initiated_in != 0 ? "H" : "I", "->>", "O",
                       call_words(model_, operation, model_.event_count()));
      case EventKind::operation_started:
        return message("O", inferred ? "-->>" : "->>", "O", number(operation) + " starts");
      case EventKind::completion_queued: {
        const auto about = model_.completion_about(event.seq);
        const bool known = about && about->completed != 0;
        const std::string words = known ? " " + result_words(model_, operation, about->result) : "";
        return message("O", inferred ? "-->>" : "->>", "Q", number(operation) + words);
      }
      case EventKind::completion_dequeued:
        return message("Q", "->>", "P", "dequeue " + number(operation));
      case EventKind::handler_entered: {
        const std::string handler(model_.trace().text(operation.handler));
        const std::string letter = model_.letter_of_handle(operation.handle);
        message(
            "P", "->>", "H",
            (handler.empty() ? "handler" : handler) + (letter.empty() ? "" : "(" + letter + ")"));
        return activate("H");
      }
      case EventKind::handler_exited:
        message("H", "-->>", "P", "return");
        return deactivate("H");
      case EventKind::bytes_moved:
        if (event.role == Role::application) {
          return message("P", "->>", "O", "copies " + bytes_words(event.bytes));
        }
        if (is_sent(operation)) {
          message("O", "-)", "W", bytes_words(event.bytes));
        }
        return;
      case EventKind::readiness_reported:
        return message("O", "->>", "D", model_.name_of_handle(event.handle) + " is ready");
      case EventKind::cancel_requested:
      case EventKind::operation_abandoned:
        return note("O", model_.sentence(event.seq));
      case EventKind::worker_acquired:
      case EventKind::worker_rejected:
        return note("P", model_.sentence(event.seq));
      default:
        return;
    }
  }

  void add_of_loop(const Event& event) {
    switch (event.kind) {
      case EventKind::wait_entered:
        message(seq_ == first_wait_ ? "I" : "P", "->>", "D",
                seq_ == first_wait_ ? "run the event loop" : "wait");
        return activate("D");
      case EventKind::wait_returned:
        message("D", "-->>", "P",
                std::to_string(event.value) + (event.value == 1 ? " completion" : " completions"));
        return deactivate("D");
      case EventKind::readiness_reported:
        return message("O", "->>", "D", model_.name_of_handle(event.handle) + " is ready");
      default:
        return;
    }
  }

  /// A thread is active while it runs.
  void add_of_thread(const Event& event) {
    if (event.thread == 0) return;
    const std::string who = id_of(event.thread);
    const bool runs = active_.count(who) != 0;
    switch (event.kind) {
      case EventKind::syscall_entered:
      case EventKind::syscall_returned: {
        const std::string letter = model_.letter_of_handle(event.handle);
        const bool enters = event.kind == EventKind::syscall_entered;
        if (!runs) activate(who);
        if (!enters) return message("O", "-->>", who, "returns " + std::to_string(event.value));
        return message(who, "->>", "O",
                       std::string(model_.trace().text(event.opcode)) + "(" + letter + ")");
      }
      case EventKind::thread_blocked: {
        const std::string_view why = model_.trace().text(event.text);
        deactivate(who);
        if (why == "lock") note(who, "waits for a lock");
        if (why == "cpu") note(who, "no CPU is free");
        return;
      }
      case EventKind::thread_started:
      case EventKind::thread_woken:
      case EventKind::thread_switched:
        return runs ? void() : activate(who);
      case EventKind::thread_exited:
        return deactivate(who);
      case EventKind::lock_requested:
      case EventKind::lock_acquired:
      case EventKind::lock_released:
      case EventKind::condition_notified:
        return note(who, model_.sentence(event.seq));
      default:
        return;
    }
  }

  void add_of_world(const Event& event) {
    switch (event.kind) {
      case EventKind::client_connected:
      case EventKind::client_sent:
      case EventKind::client_closed:
        return message("W", "-)", "O", client_words(model_, event));
      case EventKind::client_received:
        return note("W", model_.sentence(event.seq));
      case EventKind::fault_injected:
        return note("W", model_.sentence(event.seq));
      case EventKind::choice_made:
        return note("O", model_.sentence(event.seq));
      case EventKind::note:
      case EventKind::state_changed:
      case EventKind::events_lost:
        return note(span(), model_.sentence(event.seq));
      default:
        return;
    }
  }

  const Model& model_;
  InteractionLayout layout_;
  bool blocking_;
  std::uint32_t first_wait_ = 0;
  std::uint32_t seq_ = 0;
  std::string leftmost_;
  std::string body_;
  std::string lines_;                  // of the current event
  std::map<std::string, int> active_;  // number of open activations of each
  std::size_t open_ = 0;               // total
};

}  // namespace

std::string interaction_mermaid(const Model& model, std::uint32_t first, std::uint32_t max_events) {
  return SequenceWriter(model).write(first, max_events);
}

}  // namespace proactor_lab::figures
