#include "traces/explain/comparison.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "traces/format/event_fields.hpp"
#include "traces/format/run_systems.hpp"

namespace proactor_lab {
namespace {

/// How many differences of each sort are listed. Less important sorts list fewer, because the text
/// has at most 40 lines.
constexpr std::size_t told_max = 3;
constexpr std::size_t told_of_world_max = 2;
constexpr std::size_t told_of_questions_max = 1;
constexpr std::size_t line_length_max = 200;

/// Cuts a name from a file, which may be long, to one line without line breaks.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (text.size() <= line_length_max) return text;
  std::size_t length = line_length_max;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return text.substr(0, length) + "...";
}

// --- Event by event ----------------------------------------------------------------------------

class EventComparer {
 public:
  EventComparer(const Trace& a, const Trace& b, bool ignore_times)
      : a_(a), b_(b), ignore_times_(ignore_times) {}

  /// The names of the fields in which two events differ; empty if the events are the same.
  std::vector<std::string> differences(const Event& a, const Event& b) const {
    std::vector<std::string> names;
    const auto compare = [&](std::string_view name, const auto& left, const auto& right) {
      if (left != right) names.emplace_back(name);
    };
    compare("kind", a.kind, b.kind);
    if (!ignore_times_) compare("time_ns", a.time_ns, b.time_ns);
    compare("thread", a.thread, b.thread);
    compare("operation", a.operation, b.operation);
    compare("parent", a.parent, b.parent);
    compare("cause", a.cause, b.cause);
    compare("certainty", a.certainty, b.certainty);
    if (!ignore_times_ && a.certainty == Certainty::inferred) {
      compare("earliest_ns", a.earliest_ns, b.earliest_ns);
    }
    if (a.kind != b.kind) return names;
    for (const FieldName& field : fields_of(a.kind)) {
      if (!is_same(field.field, a, b)) names.emplace_back(field.name);
    }
    return names;
  }

 private:
  bool is_same(Field field, const Event& a, const Event& b) const {
    switch (field) {
      case Field::value:
        return a.value == b.value;
      case Field::bytes:
        return a.bytes == b.bytes;
      case Field::target:
        return a.target == b.target;
      case Field::handle:
        return a.handle == b.handle;
      case Field::buffer:
        return a.buffer == b.buffer;
      case Field::opcode:
        return a_.text(a.opcode) == b_.text(b.opcode);
      case Field::label:
        return a_.text(a.label) == b_.text(b.label);
      case Field::text:
        return a_.text(a.text) == b_.text(b.text);
      case Field::source:
        return a.line == b.line && a_.text(a.file) == b_.text(b.file);
      case Field::role:
        return a.role == b.role;
      case Field::more:
        return a.more == b.more;
      case Field::options:
        return a.options == b.options;
    }
    return true;
  }

  const Trace& a_;
  const Trace& b_;
  const bool ignore_times_;
};

// --- What there is in a run --------------------------------------------------------------------

/// What can differ. All but the first and the last are reported as missing or as having ended
/// differently.
enum Sort : std::size_t { choice, fault, work, world, sort_count };

/// Something that happened, and its outcome.
struct Item {
  std::uint32_t event = 0;
  std::int64_t time_ns = 0;  // when it ended
  std::string outcome;
};
/// By description; the n-th item of a description in one run is compared with the n-th in the
/// other.
using Items = std::map<std::string, std::vector<Item>>;

class Inventory {
 public:
  explicit Inventory(const Model& model) : model_(model), trace_(model.trace()) {
    for (const OperationRecord& operation : model.operations()) take(operation);
    for (const Event& event : trace_.events) {
      ++counts_[static_cast<std::size_t>(event.kind)];
      take(event);
    }
  }

  const Items& of(Sort sort) const { return items_[sort]; }
  std::uint64_t count_of(EventKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

 private:
  std::string text(StringId id) const { return std::string(trace_.text(id)); }

  std::string on(std::uint32_t handle) const {
    return handle == 0 ? "" : " on " + model_.name_of_handle(handle);
  }

  void put(Sort sort, const std::string& what, const Event& event, std::string outcome) {
    items_[sort][what].push_back({event.seq, event.time_ns, std::move(outcome)});
  }

  void take(const OperationRecord& operation) {
    if (operation.id == 0 || operation.initiated == 0) return;
    std::string outcome = "under way to the end";
    std::uint32_t over = operation.initiated;
    if (operation.completed != 0) {
      outcome = "result " + std::to_string(operation.result);
      over = operation.completed;
    } else if (operation.abandoned != 0) {
      outcome = "abandoned";
      over = operation.abandoned;
    }
    items_[work][text(operation.opcode) + on(operation.handle)].push_back(
        {operation.initiated, model_.event(over).time_ns, std::move(outcome)});
  }

  void take(const Event& event) {
    switch (event.kind) {
      case EventKind::choice_made:
        put(choice, "\"" + text(event.label) + "\"", event,
            std::to_string(event.value) + " of " + std::to_string(event.options));
        break;
      case EventKind::fault_injected:
        put(fault, text(event.label) + on(event.handle), event, "");
        break;
      case EventKind::syscall_returned:
        put(work, text(event.opcode) + on(event.handle), event,
            "result " + std::to_string(event.value));
        break;
      case EventKind::client_connected:
        put(world, "client " + text(event.label) + " connects", event, "");
        break;
      case EventKind::client_sent:
        put(world, "client " + text(event.label) + " sends", event,
            std::to_string(event.bytes) + " bytes");
        break;
      case EventKind::client_received:
        put(world, "client " + text(event.label) + " receives", event,
            std::to_string(event.bytes) + " bytes");
        break;
      case EventKind::client_closed:
        put(world, "client " + text(event.label) + " hangs up", event, text(event.text));
        break;
      default:
        break;
    }
  }

  const Model& model_;
  const Trace& trace_;
  std::array<Items, sort_count> items_;
  std::array<std::uint64_t, event_kind_count> counts_{};
};

// --- The text ----------------------------------------------------------------------------------

/// A few lines under a heading, and the total number of lines.
class Section {
 public:
  void add(std::string line) {
    if (++count_ <= told_max) lines_.push_back(std::move(line));
  }
  std::size_t count() const { return count_; }
  std::string text(const std::string& what, std::size_t told = told_max) const {
    if (count_ == 0) return "";
    std::string text = what + ": " + std::to_string(count_) + "\n";
    told = std::min(told, lines_.size());
    for (std::size_t i = 0; i < told; ++i) text += one_line("  " + lines_[i]) + "\n";
    if (count_ > told) text += "  and " + std::to_string(count_ - told) + " more\n";
    return text;
  }

 private:
  std::size_t count_ = 0;
  std::vector<std::string> lines_;
};

std::string at(std::uint32_t event) { return "#" + std::to_string(event); }

class Page {
 public:
  Page(const Model& a, const Model& b, const ComparisonOptions& options)
      : a_(a), b_(b), options_(options), comparer_(a.trace(), b.trace(), options.ignore_times) {}

  Comparison write() {
    introduce(options_.name_a, a_);
    introduce(options_.name_b, b_);
    if (a_.trace().header.scenario != b_.trace().header.scenario) {
      line("They ran different scenarios.");
    }
    const std::uint32_t first = first_difference();
    if (first == 0) {
      line(options_.ignore_times ? "All events are the same, times aside."
                                 : "All events are the same.");
      return {true, std::move(text_)};
    }
    tell_first(first);
    tell_differences();
    return {false, std::move(text_)};
  }

 private:
  void line(std::string text) { text_ += one_line(std::move(text)) + "\n"; }

  void introduce(const std::string& name, const Model& model) {
    const TraceHeader& header = model.trace().header;
    std::string text = name + ": " + header.program + " on " + header.system;
    if (system_named(header.system).is_simulated) text += ", seed " + std::to_string(header.seed);
    text += ": " + std::to_string(model.event_count()) + " events in " +
            format_duration(model.end_ns() - model.start_ns());
    if (model.trace().truncated) text += "; the file ends early";
    line(text);
  }

  /// 0 if there is none.
  std::uint32_t first_difference() const {
    const std::uint32_t both = std::min(a_.event_count(), b_.event_count());
    for (std::uint32_t seq = 1; seq <= both; ++seq) {
      if (!comparer_.differences(a_.event(seq), b_.event(seq)).empty()) return seq;
    }
    return a_.event_count() == b_.event_count() ? 0 : both + 1;
  }

  std::string side(const std::string& name, const Model& model, std::uint32_t seq) const {
    if (seq > model.event_count()) return "  " + name + " has ended";
    return "  " + name + " at " + format_duration(model.event(seq).time_ns) + ": " +
           model.sentence(seq);
  }

  void tell_first(std::uint32_t seq) {
    std::string text = "They part at event " + at(seq);
    if (seq <= a_.event_count() && seq <= b_.event_count()) {
      const auto names = comparer_.differences(a_.event(seq), b_.event(seq));
      text += ", in ";
      for (std::size_t i = 0; i < names.size(); ++i) text += (i > 0 ? ", " : "") + names[i];
    }
    line(text + (seq > 1 ? "; all before it is the same." : "."));
    line(side(options_.name_a, a_, seq));
    line(side(options_.name_b, b_, seq));
  }

  void tell_differences() {
    const Inventory a(a_);
    const Inventory b(b_);
    const std::size_t before = text_.size();
    std::array<Section, sort_count> missing;
    std::array<Section, sort_count> otherwise;
    for (std::size_t sort = 0; sort < sort_count; ++sort) {
      compare(a.of(static_cast<Sort>(sort)), b.of(static_cast<Sort>(sort)), missing[sort],
              otherwise[sort]);
    }
    text_ += otherwise[choice].text("Choices answered differently");
    text_ += missing[choice].text("Questions asked more often in one run", told_of_questions_max);
    text_ += missing[fault].text("Faults in one run only");
    text_ += missing[work].text("Operations, by what they are, with more in one run");
    text_ += otherwise[work].text("Operations with another result");
    text_ += otherwise[world].text("Clients' doings that went otherwise", told_of_world_max);
    text_ += missing[world].text("Clients' doings with more in one run", told_of_world_max);
    tell_times();
    if (text_.size() == before) tell_kinds(a, b);
  }

  void compare(const Items& a, const Items& b, Section& missing, Section& otherwise) {
    static const std::vector<Item> none;
    const auto in = [](const Items& items, const std::string& what) -> const std::vector<Item>& {
      const auto found = items.find(what);
      return found == items.end() ? none : found->second;
    };
    for (const auto& [what, of_a] : a) compare(what, of_a, in(b, what), missing, otherwise);
    for (const auto& [what, of_b] : b) {
      if (!a.contains(what)) compare(what, none, of_b, missing, otherwise);
    }
  }

  void compare(const std::string& what, const std::vector<Item>& a, const std::vector<Item>& b,
               Section& missing, Section& otherwise) {
    const std::size_t both = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < both; ++i) {
      if (a[i].outcome != b[i].outcome) {
        otherwise.add(what + ", number " + std::to_string(i + 1) + ": " + options_.name_a + " " +
                      a[i].outcome + " (" + at(a[i].event) + "), " + options_.name_b + " " +
                      b[i].outcome + " (" + at(b[i].event) + ")");
      } else if (a[i].time_ns != b[i].time_ns) {
        time_differs(what + ", number " + std::to_string(i + 1), a[i], b[i]);
      }
    }
    if (a.size() == b.size()) return;
    const bool more_in_a = a.size() > b.size();
    missing.add(what + ": " + options_.name_a + " " + std::to_string(a.size()) + ", " +
                options_.name_b + " " + std::to_string(b.size()) + "; the first is " +
                (more_in_a ? options_.name_a : options_.name_b) + " " +
                at((more_in_a ? a : b)[both].event));
  }

  void time_differs(std::string what, const Item& a, const Item& b) {
    ++later_;
    const std::int64_t by_ns =
        b.time_ns > a.time_ns ? b.time_ns - a.time_ns : a.time_ns - b.time_ns;
    if (by_ns <= most_ns_) return;
    most_ns_ = by_ns;
    most_ = std::move(what) + ", at " + format_duration(a.time_ns) + " and at " +
            format_duration(b.time_ns);
  }

  void tell_times() {
    if (options_.ignore_times || later_ == 0) return;
    line("Different only in their time: " + std::to_string(later_) + "; most of all " + most_);
  }

  /// If none of the above differs, counts of events are compared by kind.
  void tell_kinds(const Inventory& a, const Inventory& b) {
    Section kinds;
    for (int i = 0; i < event_kind_count; ++i) {
      const auto kind = static_cast<EventKind>(i);
      if (a.count_of(kind) == b.count_of(kind)) continue;
      kinds.add(std::string(name_of(kind)) + ": " + options_.name_a + " " +
                std::to_string(a.count_of(kind)) + ", " + options_.name_b + " " +
                std::to_string(b.count_of(kind)));
    }
    text_ += kinds.text("Kinds of events with more in one run");
    if (kinds.count() > 0) return;
    line("The same was done with the same results, in another order or by other threads.");
  }

  const Model& a_;
  const Model& b_;
  const ComparisonOptions& options_;
  const EventComparer comparer_;
  std::string text_;
  std::size_t later_ = 0;
  std::int64_t most_ns_ = 0;
  std::string most_;
};

}  // namespace

Comparison compare_runs(const Model& a, const Model& b, const ComparisonOptions& options) {
  return Page(a, b, options).write();
}

}  // namespace proactor_lab
