#include "traces/import/io_uring/kernel_view.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "traces/import/io_uring/tracepoint_line.hpp"

namespace proactor_lab {
namespace {

/// Both traces use the same clock, but the stamps are taken slightly before or after.
constexpr std::int64_t tolerance_ns = 100'000;

/// The backend's internal submissions use these numbers, which are not addresses of operations.
constexpr std::uint64_t own_user_data_max = 2;

/// The position of an operation in a trace.
struct Life {
  std::uint32_t id = 0;
  std::uint32_t handle = 0;
  StringId opcode = no_string;
  std::int64_t submitted_ns = 0;
  std::size_t submitted = 0;       // index in `events` of its submission,
  std::vector<std::size_t> steps;  // and of the system's later steps
};

/// True for steps that a program's trace has too.
bool is_known_step(EventKind kind) {
  return kind == EventKind::operation_started || kind == EventKind::bytes_moved ||
         kind == EventKind::operation_completed || kind == EventKind::completion_queued;
}

bool is_kernel_step(EventKind kind) {
  return is_known_step(kind) || kind == EventKind::poll_armed ||
         kind == EventKind::readiness_reported || kind == EventKind::handed_to_worker ||
         kind == EventKind::note;
}

bool is_of_backend(std::string_view label) {
  constexpr std::string_view prefix = "user_data ";
  if (!label.starts_with(prefix)) return false;
  label.remove_prefix(prefix.size());
  const auto number = hexadecimal_in(label.substr(0, label.find(',')));
  return number && *number <= own_user_data_max;
}

/// The operations in order of submission.
std::vector<Life> lives_of(const Trace& trace, bool of_kernel) {
  std::unordered_map<std::uint32_t, Life> begun;
  std::unordered_map<std::uint32_t, std::size_t> places;
  std::vector<Life> lives;
  for (std::size_t i = 0; i < trace.events.size(); ++i) {
    const Event& event = trace.events[i];
    if (event.operation == 0) continue;
    if (event.kind == EventKind::operation_initiated) {
      if (of_kernel && is_of_backend(trace.text(event.label))) continue;
      begun[event.operation] = {event.operation, event.handle, event.opcode, 0, 0, {}};
    } else if (event.kind == EventKind::operation_submitted) {
      const auto found = begun.find(event.operation);
      if (found == begun.end()) continue;
      found->second.submitted_ns = event.time_ns;
      found->second.submitted = i;
      places[event.operation] = lives.size();
      lives.push_back(found->second);
      begun.erase(found);
    } else if (of_kernel ? is_kernel_step(event.kind) : is_known_step(event.kind)) {
      const auto found = places.find(event.operation);
      if (found != places.end()) lives[found->second].steps.push_back(i);
    }
  }
  return lives;
}

bool is_same_verb(std::string_view own, std::string_view kernel) {
  if (own == kernel) return true;
  if (own == "receive_from") return kernel == "receive";
  if (own == "send_to") return kernel == "send";
  if (own == "cancel_handle" || own == "cancel_all") return kernel == "cancel";
  return own == "none";
}

/// An event with its sort key: time, then the order of the program's trace. Events added from the
/// kernel's trace are behind the event that they follow.
struct Placed {
  Event event;
  std::size_t place = 0;
  std::uint32_t behind = 0;
  std::size_t id = 0;        // the number by which others refer to it as their cause
  std::size_t cause_id = 0;  // 0: none
  bool of_kernel = false;    // its texts are in the kernel's trace

  auto key() const { return std::tuple(event.time_ns, place, behind); }
};

class Merge {
 public:
  Merge(const Trace& own, const Trace& kernel, std::int64_t offset_ns, Trace& merged)
      : own_(own), kernel_(kernel), offset_ns_(offset_ns), merged_(merged) {}

  KernelViewResult run() {
    for (std::size_t i = 0; i < own_.events.size(); ++i) {
      const Event& event = own_.events[i];
      placed_.push_back({event, i, 0, i + 1, event.cause, false});
    }
    match();
    std::stable_sort(placed_.begin(), placed_.end(),
                     [](const Placed& a, const Placed& b) { return a.key() < b.key(); });
    write();
    return result_;
  }

 private:
  void match() {
    const std::vector<Life> own = lives_of(own_, false);
    const std::vector<Life> kernel = lives_of(kernel_, true);
    std::int64_t lost_ns = INT64_MAX;
    for (const Event& event : kernel_.events) {
      if (event.kind == EventKind::events_lost) lost_ns = std::min(lost_ns, event.earliest_ns);
    }
    result_.operations = static_cast<std::uint32_t>(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (i >= kernel.size()) return give_up("the kernel's recording ends before");
      if (kernel[i].submitted_ns >= lost_ns) return give_up("the kernel's recording has a gap");
      if (kernel[i].submitted_ns + offset_ns_ < own[i].submitted_ns - tolerance_ns ||
          !is_same_verb(own_.text(own[i].opcode), kernel_.text(kernel[i].opcode))) {
        return give_up("what the kernel took next is another operation");
      }
      merge(own[i], kernel[i]);
      ++result_.matched;
    }
  }

  void give_up(const char* why) { result_.why_not_all = why; }

  /// The kernel's steps replace the inferred ones; additional steps are inserted.
  void merge(const Life& own, const Life& kernel) {
    chain_ = {own.submitted + 1, own.submitted, 0, own.submitted_ns};
    auto mine = own.steps.begin();
    for (const std::size_t at : kernel.steps) {
      const Event& step = kernel_.events[at];
      if (mine == own.steps.end()) return;  // the program saw no more of it
      if (!is_known_step(step.kind)) {
        add(step, own, bound(mine, own));
        continue;
      }
      if (kind_at(*mine) == EventKind::bytes_moved && step.kind != EventKind::bytes_moved) ++mine;
      if (mine == own.steps.end() || kind_at(*mine) != step.kind) {
        if (step.kind == EventKind::bytes_moved) continue;
        return;
      }
      take_over(*mine, step, bound(mine, own));
      ++mine;
    }
  }

  using StepOf = std::vector<std::size_t>::const_iterator;
  EventKind kind_at(std::size_t place) const { return placed_[place].event.kind; }

  /// Upper bound of the step's time: the program had found the completion that follows.
  std::int64_t bound(StepOf mine, const Life& own) const {
    if (kind_at(*mine) == EventKind::operation_started) ++mine;  // its position is a guess
    return mine == own.steps.end() ? INT64_MAX : placed_[*mine].event.time_ns;
  }

  void stamp(Event& event, const Event& step, std::int64_t until_ns) {
    event.time_ns = std::max(chain_.time_ns, std::min(step.time_ns + offset_ns_, until_ns));
    event.certainty = step.certainty;
    event.earliest_ns = 0;
    if (step.certainty == Certainty::inferred) {
      event.earliest_ns = std::clamp(step.earliest_ns + offset_ns_, chain_.time_ns, event.time_ns);
    }
    chain_.time_ns = event.time_ns;
  }

  void take_over(std::size_t place, const Event& step, std::int64_t until_ns) {
    Placed& known = placed_[place];
    stamp(known.event, step, until_ns);
    known.cause_id = chain_.id;
    chain_ = {known.id, place, 0, chain_.time_ns};
  }

  void add(const Event& step, const Life& own, std::int64_t until_ns) {
    Event event = step;
    stamp(event, step, until_ns);
    event.operation = own.id;
    event.handle =
        step.kind == EventKind::handed_to_worker || step.kind == EventKind::note ? 0 : own.handle;
    event.thread = 0;
    const std::size_t id = placed_.size() + 1;
    placed_.push_back({event, chain_.place, ++chain_.behind, id, chain_.id, true});
    chain_.id = id;
  }

  void write() {
    std::vector<std::uint32_t> seqs(placed_.size() + 1);
    std::int64_t depth = 0;
    merged_.header = own_.header;
    merged_.truncated = own_.truncated;
    for (const Placed& placed : placed_) {
      const Trace& from = placed.of_kernel ? kernel_ : own_;
      Event event = placed.event;
      event.seq = static_cast<std::uint32_t>(merged_.events.size() + 1);
      event.cause = seqs[placed.cause_id];
      seqs[placed.id] = event.seq;
      for (StringId* text : {&event.opcode, &event.label, &event.text, &event.file}) {
        *text = merged_.strings.keep(from.text(*text));
      }
      if (event.kind == EventKind::completion_queued) event.value = ++depth;
      if (event.kind == EventKind::completion_dequeued) --depth;
      merged_.events.push_back(event);
    }
  }

  /// The operation's last event so far.
  struct Chain {
    std::size_t id = 0;
    std::size_t place = 0;
    std::uint32_t behind = 0;
    std::int64_t time_ns = 0;
  };

  const Trace& own_;
  const Trace& kernel_;
  std::int64_t offset_ns_;
  Trace& merged_;
  std::vector<Placed> placed_;
  Chain chain_;
  KernelViewResult result_;
};

}  // namespace

KernelViewResult add_kernel_view(const Trace& own, const Trace& kernel, std::int64_t offset_ns,
                                 Trace& merged) {
  return Merge(own, kernel, offset_ns, merged).run();
}

}  // namespace proactor_lab
