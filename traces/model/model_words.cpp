// Words for a model: names for people, and one sentence per event.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include "traces/format/printable_text.hpp"
#include "traces/model/choice_words.hpp"
#include "traces/model/model.hpp"
#include "traces/model/verbs.hpp"

namespace proactor_lab {

std::string_view name_of(OperationState state) {
  switch (state) {
    case OperationState::none:
      return "none";
    case OperationState::initiated:
      return "initiated";
    case OperationState::submitted:
      return "submitted";
    case OperationState::in_flight:
      return "in flight";
    case OperationState::completed:
      return "completed";
    case OperationState::queued:
      return "queued";
    case OperationState::handling:
      return "handling";
    case OperationState::done:
      return "done";
    case OperationState::abandoned:
      return "abandoned";
  }
  return "none";
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "none";
    case Outcome::ok:
      return "ok";
    case Outcome::short_transfer:
      return "short";
    case Outcome::end_of_stream:
      return "end";
    case Outcome::error:
      return "error";
    case Outcome::cancelled:
      return "cancelled";
  }
  return "none";
}

std::string format_duration(std::int64_t ns) {
  if (ns < 0) return "-" + format_duration(ns == INT64_MIN ? INT64_MAX : -ns);
  struct Unit {
    std::int64_t ns;
    const char* name;
  };
  constexpr Unit units[] = {{1, " ns"}, {1'000, " µs"}, {1'000'000, " ms"}, {1'000'000'000, " s"}};
  std::size_t i = 0;
  while (i + 1 < std::size(units) && ns >= units[i + 1].ns) ++i;
  std::int64_t unit = units[i].ns;
  // Integer arithmetic gives the same digits with every compiler. `step` is the value of the last
  // digit shown.
  auto step_for = [&](std::int64_t value) {
    std::int64_t whole = value / unit;
    std::int64_t parts = whole >= 100 ? 1 : whole >= 10 ? 10 : 100;
    return std::max<std::int64_t>(unit / parts, 1);
  };
  std::int64_t step = step_for(ns);
  std::int64_t rounded = ns >= INT64_MAX - step ? ns : (ns + step / 2) / step * step;
  if (i + 1 < std::size(units) && rounded >= units[i + 1].ns) unit = units[++i].ns;
  std::string text = std::to_string(rounded / unit);
  std::int64_t rest = rounded % unit * 100 / unit;
  if (rest != 0) {
    std::string digits = std::to_string(rest + 100).substr(1);
    if (digits.back() == '0') digits.pop_back();
    text += "." + digits;
  }
  return text + units[i].name;
}

std::string Model::name_of_handle(std::uint32_t id) const {
  const HandleRecord* record = handle(id);
  if (record != nullptr && record->label != no_string) return printable(trace_.text(record->label));
  return "handle " + std::to_string(id);
}

std::string Model::letter_of_handle(std::uint32_t id) const {
  const HandleRecord* record = handle(id);
  if (record == nullptr || record->listener) return "";
  std::string_view label = trace_.text(record->label);
  if (label.empty()) return std::string(1, static_cast<char>('A' + record->order % 26));
  if (label.size() <= 2) return std::string(label);
  // "connection C" becomes "C", "back end" becomes "b".
  if (label.size() > 2 && label[label.size() - 2] == ' ') return std::string(1, label.back());
  std::size_t length = 1;  // bytes of its first letter in UTF-8
  while (length < label.size() && (label[length] & 0xC0) == 0x80) ++length;
  return std::string(label.substr(0, length));
}

std::string Model::name_of_operation(std::uint32_t id, std::uint32_t seq) const {
  const OperationRecord* record = operation(id);
  std::string number = "#" + std::to_string(id);
  if (record == nullptr) return number;
  std::string name = printable(trace_.text(record->opcode));
  name = name.empty() ? number : name + " " + number;
  if (record->handle != 0) name += " on " + name_of_handle(record->handle);
  if (record->target != 0 && record->target_known <= seq)
    name += " of #" + std::to_string(record->target);
  return name;
}

namespace {

std::string count_of(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string bytes_of(std::int64_t count) { return count_of(count, "byte", "bytes"); }

}  // namespace

std::string Model::result_words(const OperationRecord& operation, std::int64_t result) const {
  const Verb& verb = verb_named(trace_.text(operation.opcode));
  switch (outcome(operation, result)) {
    case Outcome::none:
      return "";
    case Outcome::cancelled:
      return "cancelled";
    case Outcome::end_of_stream:
      return std::string(verb.end);
    case Outcome::error:
      return "error " + std::to_string(-result);
    case Outcome::short_transfer:
      return std::to_string(result) + " of " + bytes_of(operation.asked_bytes);
    case Outcome::ok:
      break;
  }
  if (verb.counts == Counts::bytes && result >= 0) return bytes_of(result);
  if (verb.counts == Counts::operations) return count_of(result, "operation", "operations");
  return "success";
}

std::string Model::result_words(const OperationRecord& operation) const {
  return operation.completed == 0 ? "" : result_words(operation, operation.result);
}

namespace {

/// Writes the sentence of one event; one function per family of kinds.
class Narrator {
 public:
  Narrator(const Model& model, const Event& event) : model_(model), event_(event) {}

  std::string sentence() const {
    std::string text = of_operation();
    if (text.empty()) text = of_loop_or_worker();
    if (text.empty()) text = of_thread();
    if (text.empty()) text = of_ownership();
    if (text.empty()) text = of_world();
    return text;
  }

 private:
  std::string label() const { return std::string(model_.trace().text(event_.label)); }
  std::string words() const { return std::string(model_.trace().text(event_.text)); }
  std::string opcode() const { return std::string(model_.trace().text(event_.opcode)); }
  std::string operation() const { return name_of(event_.operation); }
  std::string name_of(std::uint32_t id) const { return model_.name_of_operation(id, event_.seq); }
  std::string handle() const { return model_.name_of_handle(event_.handle); }
  std::string buffer() const { return "buffer " + std::to_string(event_.buffer); }
  std::string thread() const { return "Thread T" + std::to_string(event_.thread); }
  /// "Client A"; a label longer than two letters is a name by itself: "The back end".
  std::string client() const {
    if (label().empty()) return "A client";
    if (label().starts_with("client ")) return "C" + label().substr(1);
    return (label().size() <= 2 ? "Client " : "The ") + label();
  }

  /// The result in this event: an operation may have several completions.
  std::string result() const {
    const OperationRecord* record = model_.operation(event_.operation);
    if (record == nullptr) return std::to_string(event_.value);
    const std::string words = model_.result_words(*record, event_.value);
    const bool is_short = model_.outcome(*record, event_.value) == Outcome::short_transfer;
    return is_short ? "only " + words : words;
  }

  std::string initiated() const {
    const OperationRecord* record = model_.operation(event_.operation);
    std::string who = "The program";
    if (record != nullptr && record->initiated_in != 0) {
      const OperationRecord* outer = model_.operation(record->initiated_in);
      if (outer != nullptr && outer->handler != no_string) {
        who = std::string(model_.trace().text(outer->handler));
      }
    }
    std::string text = who + " initiates " + operation();
    if (event_.bytes > 0) text += " (" + bytes_of(event_.bytes) + ")";
    if (!label().empty()) text += "; " + label() + " is to handle its completion";
    return text + ".";
  }

  std::string choice() const {
    const std::string name = label();
    const std::string_view question = words_of_question(name);
    std::string text = "A choice of " + std::to_string(event_.options) + ": ";
    if (question.empty()) return text + name + ", answer " + std::to_string(event_.value) + ".";
    text += question;
    const std::string_view answer = words_of_answer(name, event_.value, event_.options);
    return text + (answer.empty() ? "." : "; " + std::string(answer) + ".");
  }

  std::string of_operation() const {
    switch (event_.kind) {
      case EventKind::operation_initiated:
        return initiated();
      case EventKind::operation_submitted:
        return "The operating system is handed " + operation() + ".";
      case EventKind::operation_started:
        return "The operating system starts " + operation() +
               "; no thread of the program waits for it.";
      case EventKind::operation_completed:
        return "The operating system completes " + operation() + ": " + result() + ".";
      case EventKind::completion_queued:
        return "The completion of " + operation() + " enters the completion event queue (" +
               std::to_string(event_.value) + " in it).";
      case EventKind::completion_dequeued:
        return "The demultiplexer takes the completion of " + operation() +
               " from the queue: " + result() + ".";
      case EventKind::handler_entered:
        return "The proactor dispatches " + operation() + " to " +
               (label().empty() ? "its handler" : label()) + ".";
      case EventKind::handler_exited:
        return (label().empty() ? "The handler of " + operation() : label()) + " returns.";
      case EventKind::cancel_requested:
        return "A cancel of " + name_of(event_.target) + " is requested.";
      case EventKind::operation_abandoned:
        return operation() + " is abandoned: nobody will hear of it.";
      case EventKind::readiness_reported:
        return handle() + " is ready; the bytes still have to be fetched.";
      case EventKind::poll_armed:
        return "The operating system cannot do " + operation() +
               " at once: it waits until the handle is ready" +
               (words().empty() ? "" : " to " + words()) + ", as a reactor would.";
      case EventKind::handed_to_worker:
        return "The operating system hands " + operation() + " to one of its worker threads.";
      case EventKind::bytes_moved:
        if (event_.role == Role::application) {
          return "The program itself copies " + bytes_of(event_.bytes) + ".";
        }
        return "The operating system moves " + bytes_of(event_.bytes) + " for " + operation() + ".";
      default:
        return "";
    }
  }

  std::string of_loop_or_worker() const {
    switch (event_.kind) {
      case EventKind::wait_entered:
        return "The proactor asks the demultiplexer to wait for completions.";
      case EventKind::wait_returned:
        return "The wait returns with " + count_of(event_.value, "completion", "completions") + ".";
      case EventKind::worker_acquired:
        return "A worker is acquired for " + operation() + ".";
      case EventKind::worker_rejected:
        return "No worker is free: " + operation() + " is rejected.";
      case EventKind::worker_busy:
        return "A worker executes " + operation() + ".";
      case EventKind::worker_released:
        return "The worker of " + operation() + " is released.";
      default:
        return "";
    }
  }

  std::string of_thread() const {
    switch (event_.kind) {
      case EventKind::thread_started:
        return thread() + (label().empty() ? "" : " (" + label() + ")") + " starts.";
      case EventKind::syscall_entered:
        return thread() + " calls " + opcode() + (event_.handle == 0 ? "" : " on " + handle()) +
               " and enters the system.";
      case EventKind::thread_blocked:
        if (words() == "lock") return thread() + " waits for a lock.";
        if (words() == "cpu") return thread() + " could run, but no CPU is free.";
        if (!label().empty()) return thread() + " waits for condition " + label() + ".";
        return thread() + " is blocked until the system has an answer.";
      case EventKind::thread_woken:
        return thread() + " is woken.";
      case EventKind::syscall_returned:
        return thread() + " returns from " + (opcode().empty() ? "the system" : opcode()) +
               " with " + std::to_string(event_.value) + ".";
      case EventKind::thread_switched:
        return "A CPU turns to thread T" + std::to_string(event_.thread) + ".";
      case EventKind::thread_exited:
        return thread() + " ends.";
      case EventKind::lock_requested:
        return thread() + " asks for lock " + label() + ".";
      case EventKind::lock_acquired:
        return thread() + " holds lock " + label() + ".";
      case EventKind::lock_released:
        return thread() + " releases lock " + label() + ".";
      case EventKind::condition_notified:
        return thread() + " notifies condition " + label() +
               (event_.value == 0 ? ": nobody waits for it, and nobody hears of it."
                : event_.value == 1
                    ? ": one thread that waited is woken."
                    : ": " + std::to_string(event_.value) + " threads that waited are woken.");
      default:
        return "";
    }
  }

  std::string of_ownership() const {
    switch (event_.kind) {
      case EventKind::handle_opened:
        return handle() + " is opened.";
      case EventKind::handle_closed:
        return handle() + " is closed.";
      case EventKind::buffer_lent:
        return "The system borrows " + buffer() + " (" + bytes_of(event_.bytes) + ") for " +
               operation() + "; the program must not touch it.";
      case EventKind::buffer_returned:
        return "The program has " + buffer() + " back.";
      case EventKind::buffer_touched:
        return buffer() + " is touched while the system has it.";
      default:
        return "";
    }
  }

  std::string of_world() const {
    switch (event_.kind) {
      case EventKind::choice_made:
        return choice();
      case EventKind::fault_injected:
        return "A fault is injected: " + label() + words() + ".";
      case EventKind::client_connected:
        return client() + " sets out to connect.";
      case EventKind::client_closed:
        return client() + " closes its end.";
      case EventKind::client_sent:
        return client() + " sends " + bytes_of(event_.bytes) + ".";
      case EventKind::client_received:
        if (event_.bytes == 0) return client() + " sees the end of the stream.";
        return client() + " has received " + bytes_of(event_.bytes) + ".";
      case EventKind::state_changed:
        return words() + " is now " + label() + ".";
      case EventKind::note:
        return words().empty() ? "A note." : words();
      case EventKind::run_started:
        return "The run starts.";
      case EventKind::events_lost:
        return count_of(event_.value, "event was", "events were") + " lost here.";
      case EventKind::run_finished:
        return "The run ends.";
      default:
        return std::string(proactor_lab::name_of(event_.kind)) + ".";
    }
  }

  const Model& model_;
  const Event& event_;
};

}  // namespace

std::string Model::sentence(std::uint32_t seq) const {
  const std::optional<Event> event = trace_.find(seq);
  if (!event) return "";
  return printable(Narrator(*this, *event).sentence());
}

}  // namespace proactor_lab
