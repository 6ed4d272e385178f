#include "traces/query/query_tables.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "traces/format/event_fields.hpp"
#include "traces/model/choice_words.hpp"
#include "traces/query/query_columns.hpp"
#include "traces/query/query_rows.hpp"

namespace proactor_lab {
namespace {

using S = const Seen&;
constexpr bool number = true;
constexpr bool text = false;

/// Which columns a kind fills, from the same table as the writer uses: a query sees a field if the
/// file has it, under the same name.
struct KindColumns {
  bool value = false;
  bool bytes = false;
  bool more = false;
  bool options = false;
  bool result = false;
  bool handler = false;
  bool client = false;

  explicit KindColumns(EventKind kind) {
    for (const FieldName& field : fields_of(kind)) {
      value |= field.field == Field::value;
      bytes |= field.field == Field::bytes;
      more |= field.field == Field::more;
      options |= field.field == Field::options;
      result |= field.name == "result";
      handler |= field.name == "handler";
      client |= field.name == "client";
    }
  }
};

const KindColumns& fills(EventKind kind) {
  static const std::vector<KindColumns> all = [] {
    std::vector<KindColumns> columns;
    for (int i = 0; i < event_kind_count; ++i) columns.emplace_back(static_cast<EventKind>(i));
    return columns;
  }();
  return all[static_cast<std::size_t>(kind)];
}

// --- Events ----------------------------------------------------------------------------------

struct EventRows {
  using Row = Event;
  static constexpr bool is_numbered = true;

  const Seen& seen;

  explicit EventRows(const Seen& s) : seen(s) {}
  std::size_t rows() const { return seen.last; }
  decltype(auto) row(std::size_t place) const {
    return seen.model.event(static_cast<std::uint32_t>(place) + 1);
  }
};

using E = const Event&;
constexpr Column<Event> event_columns[] = {
    {"seq", number, [](S, E e) { return sql_id(e.seq); }},
    {"time_ns", number, [](S, E e) { return sql_number(e.time_ns); }},
    {"earliest_ns", number,
     [](S, E e) { return sql_number_if(e.certainty == Certainty::inferred, e.earliest_ns); }},
    {"kind", text, [](S, E e) { return sql_text(name_of(e.kind)); }},
    {"thread", number, [](S, E e) { return sql_id(e.thread); }},
    {"cause", number, [](S, E e) { return sql_id(e.cause); }},
    {"operation", number, [](S, E e) { return sql_id(e.operation); }},
    {"parent", number, [](S, E e) { return sql_id(e.parent); }},
    {"target", number, [](S, E e) { return sql_id(e.target); }},
    {"handle", number, [](S, E e) { return sql_id(e.handle); }},
    {"buffer", number, [](S, E e) { return sql_id(e.buffer); }},
    {"bytes", number, [](S, E e) { return sql_number_if(fills(e.kind).bytes, e.bytes); }},
    {"value", number, [](S, E e) { return sql_number_if(fills(e.kind).value, e.value); }},
    {"result", number, [](S, E e) { return sql_number_if(fills(e.kind).result, e.value); }},
    {"role", text, [](S, E e) { return sql_text(name_of(e.role)); }},
    {"client", text, [](S s, E e) { return fills(e.kind).client ? s.text(e.label) : sql_null(); }},
    {"handler", text,
     [](S s, E e) { return fills(e.kind).handler ? s.text(e.label) : sql_null(); }},
    {"label", text, [](S s, E e) { return s.text(e.label); }},
    {"text", text, [](S s, E e) { return s.text(e.text); }},
    {"opcode", text, [](S s, E e) { return s.text(e.opcode); }},
    {"file", text, [](S s, E e) { return s.text(e.file); }},
    {"line", number, [](S, E e) { return sql_id(e.line); }},
    {"certainty", text, [](S, E e) { return sql_text(name_of(e.certainty)); }},
    {"more", number, [](S, E e) { return sql_number_if(fills(e.kind).more, e.more ? 1 : 0); }},
    {"options", number, [](S, E e) { return sql_number_if(fills(e.kind).options, e.options); }},
};

// --- Operations ------------------------------------------------------------------------------

struct OperationRows {
  using Row = OperationRecord;
  static constexpr bool is_numbered = false;  // a trace may lack some

  const Seen& seen;
  std::size_t count;

  explicit OperationRows(const Seen& s) : seen(s), count(0) {
    const auto& all = s.model.operations();  // in order of appearance
    count = static_cast<std::size_t>(
        std::partition_point(all.begin(), all.end(),
                             [&](const OperationRecord& each) { return s.known(each.first); }) -
        all.begin());
  }
  std::size_t rows() const { return count; }
  const Row& row(std::size_t place) const { return seen.model.operations()[place]; }
};

using R = OperationRecord;
using O = const OperationRecord&;

SqlValue label_of_handle(S s, O o) {
  const HandleRecord* handle = s.model.handle(o.handle);
  return handle != nullptr && s.known(handle->opened) ? s.text(handle->label) : sql_null();
}

/// A cancel's target is known once the cancel is requested.
SqlValue target_of(S s, O o) {
  const OperationRecord* target = s.model.operation(o.target);
  return target == nullptr || s.known(target->cancel_requested) ? sql_id(o.target) : sql_null();
}

/// A value from the initiation event.
template <class Read>
SqlValue of_initiation(S s, O o, Read read) {
  return s.known(o.initiated) ? read(s.model.event(o.initiated)) : sql_null();
}

SqlValue outcome_of(S s, O o) {
  return s.known(o.completed) ? sql_text(name_of(s.model.outcome(o))) : sql_null();
}

constexpr Column<OperationRecord> operation_columns[] = {
    {"id", number, [](S, O o) { return sql_number(o.id); }},
    {"opcode", text, [](S s, O o) { return s.text(o.opcode); }},
    {"handle", number, [](S, O o) { return sql_id(o.handle); }},
    {"on_label", text, label_of_handle},
    {"handler", text, [](S s, O o) { return s.text(o.handler); }},
    {"buffer", number, [](S, O o) { return sql_id(o.buffer); }},
    {"target", number, target_of},
    {"parent", number,
     [](S s, O o) { return of_initiation(s, o, [](E e) { return sql_id(e.parent); }); }},
    {"initiated_in", number, [](S, O o) { return sql_id(o.initiated_in); }},
    {"file", text,
     [](S s, O o) { return of_initiation(s, o, [&](E e) { return s.text(e.file); }); }},
    {"line", number,
     [](S s, O o) { return of_initiation(s, o, [](E e) { return sql_id(e.line); }); }},
    {"asked_bytes", number, [](S, O o) { return sql_id(o.asked_bytes); }},
    {"result", number, [](S s, O o) { return sql_number_if(s.known(o.completed), o.result); }},
    {"outcome", text, outcome_of},
    {"initiated", number, seq_of<&R::initiated, R>},
    {"submitted", number, seq_of<&R::submitted, R>},
    {"started", number, seq_of<&R::started, R>},
    {"moved", number, seq_of<&R::moved, R>},
    {"completed", number, seq_of<&R::completed, R>},
    {"queued", number, seq_of<&R::queued, R>},
    {"dequeued", number, seq_of<&R::dequeued, R>},
    {"entered", number, seq_of<&R::entered, R>},
    {"exited", number, seq_of<&R::exited, R>},
    {"abandoned", number, seq_of<&R::abandoned, R>},
    {"cancel_requested", number, seq_of<&R::cancel_requested, R>},
    {"initiated_ns", number, time_of<&R::initiated, R>},
    {"submitted_ns", number, time_of<&R::submitted, R>},
    {"started_ns", number, time_of<&R::started, R>},
    {"moved_ns", number, time_of<&R::moved, R>},
    {"completed_ns", number, time_of<&R::completed, R>},
    {"queued_ns", number, time_of<&R::queued, R>},
    {"dequeued_ns", number, time_of<&R::dequeued, R>},
    {"entered_ns", number, time_of<&R::entered, R>},
    {"exited_ns", number, time_of<&R::exited, R>},
    {"abandoned_ns", number, time_of<&R::abandoned, R>},
    {"cancel_requested_ns", number, time_of<&R::cancel_requested, R>},
    {"submit_delay_for_ns", number, between<&R::initiated, &R::submitted, R>},
    {"start_delay_for_ns", number, between<&R::submitted, &R::started, R>},
    {"in_flight_for_ns", number, between<&R::started, &R::completed, R>},
    {"queued_for_ns", number, between<&R::queued, &R::dequeued, R>},
    {"dispatch_delay_for_ns", number, between<&R::dequeued, &R::entered, R>},
    {"handled_for_ns", number, between<&R::entered, &R::exited, R>},
    {"lasted_for_ns", number, between<&R::initiated, &R::exited, R>},
};

// --- Handlers, workers, buffers, choices -----------------------------------------------------

using D = CompletionRow;
SqlValue result_of(S s, const D& d) {
  const std::uint32_t told = d.completed != 0 ? d.completed : d.dequeued;
  return sql_number_if(s.known(told), d.result);
}
SqlValue outcome_of_completion(S s, const D& d) {
  const OperationRecord* operation = s.model.operation(d.operation);
  if (operation == nullptr || !s.known(d.completed)) return sql_null();
  return sql_text(name_of(s.model.outcome(*operation, d.result)));
}

constexpr Column<CompletionRow> completion_columns[] = {
    {"id", number, nullptr},
    {"operation", number, [](S, const D& d) { return sql_id(d.operation); }},
    {"result", number, result_of},
    {"outcome", text, outcome_of_completion},
    {"more", number,
     [](S s, const D& d) { return sql_number_if(s.known(d.completed), d.more ? 1 : 0); }},
    {"completed", number, seq_of<&D::completed, D>},
    {"queued", number, seq_of<&D::queued, D>},
    {"dequeued", number, seq_of<&D::dequeued, D>},
    {"entered", number, seq_of<&D::entered, D>},
    {"exited", number, seq_of<&D::exited, D>},
    {"completed_ns", number, time_of<&D::completed, D>},
    {"queued_ns", number, time_of<&D::queued, D>},
    {"dequeued_ns", number, time_of<&D::dequeued, D>},
    {"entered_ns", number, time_of<&D::entered, D>},
    {"exited_ns", number, time_of<&D::exited, D>},
    {"queued_for_ns", number, between<&D::queued, &D::dequeued, D>},
    {"dispatch_delay_for_ns", number, between<&D::dequeued, &D::entered, D>},
    {"handled_for_ns", number, between<&D::entered, &D::exited, D>},
};

using H = HandlerRun;
constexpr Column<HandlerRun> handler_columns[] = {
    {"id", number, nullptr},
    {"handler", text, [](S s, const H& h) { return s.text(s.model.event(h.entered).label); }},
    {"operation", number,
     [](S s, const H& h) { return sql_id(s.model.event(h.entered).operation); }},
    {"thread", number, [](S s, const H& h) { return sql_id(s.model.event(h.entered).thread); }},
    {"result", number,
     [](S s, const H& h) {
       return h.dequeued == 0 ? sql_null() : sql_number(s.model.event(h.dequeued).value);
     }},
    {"entered", number, seq_of<&H::entered, H>},
    {"exited", number, seq_of<&H::exited, H>},
    {"entered_ns", number, time_of<&H::entered, H>},
    {"exited_ns", number, time_of<&H::exited, H>},
    {"handled_for_ns", number, between<&H::entered, &H::exited, H>},
};

using W = WorkerTurn;
constexpr Column<WorkerTurn> worker_columns[] = {
    {"id", number, nullptr},
    {"worker", text, [](S s, const W& w) { return s.text(s.model.event(w.acquired).label); }},
    {"operation", number,
     [](S s, const W& w) { return sql_id(s.model.event(w.acquired).operation); }},
    {"active", number, [](S s, const W& w) { return sql_number(s.model.event(w.acquired).value); }},
    {"places", number,
     [](S s, const W& w) { return sql_number(s.model.event(w.acquired).options); }},
    {"acquired", number, seq_of<&W::acquired, W>},
    {"busy", number, seq_of<&W::busy, W>},
    {"released", number, seq_of<&W::released, W>},
    {"acquired_ns", number, time_of<&W::acquired, W>},
    {"busy_ns", number, time_of<&W::busy, W>},
    {"released_ns", number, time_of<&W::released, W>},
    {"waited_for_ns", number, between<&W::dequeued, &W::acquired, W>},
    {"taken_for_ns", number, between<&W::acquired, &W::released, W>},
};

using L = BufferLoan;
constexpr Column<BufferLoan> buffer_columns[] = {
    {"id", number, nullptr},
    {"buffer", number, [](S s, const L& l) { return sql_id(s.model.event(l.lent).buffer); }},
    {"operation", number, [](S s, const L& l) { return sql_id(s.model.event(l.lent).operation); }},
    {"bytes", number, [](S s, const L& l) { return sql_number(s.model.event(l.lent).bytes); }},
    {"lent", number, seq_of<&L::lent, L>},
    {"returned", number, seq_of<&L::returned, L>},
    {"lent_ns", number, time_of<&L::lent, L>},
    {"returned_ns", number, time_of<&L::returned, L>},
    {"lent_for_ns", number, between<&L::lent, &L::returned, L>},
};

using C = ChoiceMade;
SqlValue answer_of(S s, const C& c) {
  const Event& event = s.model.event(c.asked);
  return sql_text(words_of_answer(s.model.trace().text(event.label), event.value, event.options));
}

constexpr Column<ChoiceMade> choice_columns[] = {
    {"id", number, nullptr},
    {"seq", number, seq_of<&C::asked, C>},
    {"time_ns", number, time_of<&C::asked, C>},
    {"question", text, [](S s, const C& c) { return s.text(s.model.event(c.asked).label); }},
    {"asked", text,
     [](S s, const C& c) {
       return sql_text(words_of_question(s.model.trace().text(s.model.event(c.asked).label)));
     }},
    {"answer", number, [](S s, const C& c) { return sql_number(s.model.event(c.asked).value); }},
    {"options", number, [](S s, const C& c) { return sql_number(s.model.event(c.asked).options); }},
    {"answered", text, answer_of},
    {"followed_by", number, seq_of<&C::followed, C>},
};

// --- Handles, threads, the run ---------------------------------------------------------------

/// Handles that were opened by `last`. A corrupt trace may close handles that were never opened.
std::vector<HandleRecord> opened_handles(const Model& model, std::uint32_t last) {
  std::vector<HandleRecord> opened;
  for (const HandleRecord& each : model.handles()) {
    if (each.opened != 0 && each.opened <= last) opened.push_back(each);
  }
  return opened;
}

using G = HandleRecord;
constexpr Column<HandleRecord> handle_columns[] = {
    {"id", number, [](S, const G& g) { return sql_number(g.id); }},
    {"label", text, [](S s, const G& g) { return s.text(g.label); }},
    {"descriptor", number, [](S, const G& g) { return sql_number(g.descriptor); }},
    {"listener", number, [](S, const G& g) { return sql_number(g.listener ? 1 : 0); }},
    {"opened", number, seq_of<&G::opened, G>},
    {"closed", number, seq_of<&G::closed, G>},
    {"opened_ns", number, time_of<&G::opened, G>},
    {"closed_ns", number, time_of<&G::closed, G>},
};

using T = ThreadTimes;
template <ThreadActivity activity>
SqlValue spent(S, const T& t) {
  return sql_number(t.spent_ns[static_cast<std::size_t>(activity)]);
}

constexpr Column<ThreadTimes> thread_columns[] = {
    {"id", number, [](S, const T& t) { return sql_number(t.id); }},
    {"label", text, [](S s, const T& t) { return s.text(t.label); }},
    {"started_ns", number, [](S, const T& t) { return sql_number(t.started_ns); }},
    {"exited_ns", number, time_of<&T::exited, T>},
    {"running_ns", number, spent<ThreadActivity::running>},
    {"waiting_ns", number, spent<ThreadActivity::blocked_io>},
    {"lock_ns", number, spent<ThreadActivity::blocked_lock>},
    {"runnable_ns", number, spent<ThreadActivity::runnable>},
};

struct Run {};
std::vector<Run> the_run(const Model&, std::uint32_t) { return {Run{}}; }
constexpr Column<Run> run_columns[] = {
    {"program", text, [](S s, const Run&) { return sql_text(s.model.trace().header.program); }},
    {"system", text, [](S s, const Run&) { return sql_text(s.model.trace().header.system); }},
    {"seed", number,
     [](S s, const Run&) {
       return sql_number(static_cast<std::int64_t>(s.model.trace().header.seed));
     }},
    {"scenario", text, [](S s, const Run&) { return sql_text(s.model.trace().header.scenario); }},
    {"started_ns", number, [](S s, const Run&) { return s.time(1); }},
    {"last_ns", number, [](S s, const Run&) { return s.time(s.last); }},
};

template <class Source>
std::unique_ptr<QueryTable> make(std::string_view name,
                                 std::span<const Column<typename Source::Row>> columns, S seen) {
  return std::make_unique<ColumnTable<Source>>(name, columns, seen);
}

std::vector<std::unique_ptr<QueryTable>> tables_of(S seen) {
  std::vector<std::unique_ptr<QueryTable>> tables;
  const auto add = [&](std::unique_ptr<QueryTable> table) { tables.push_back(std::move(table)); };
  add(make<EventRows>("events", event_columns, seen));
  add(make<OperationRows>("operations", operation_columns, seen));
  add(make<FoundRows<D, completion_rows>>("completions", completion_columns, seen));
  add(make<FoundRows<H, handler_runs>>("handlers", handler_columns, seen));
  add(make<FoundRows<W, worker_turns>>("workers", worker_columns, seen));
  add(make<FoundRows<T, thread_times, false>>("threads", thread_columns, seen));
  add(make<FoundRows<G, opened_handles, false>>("handles", handle_columns, seen));
  add(make<FoundRows<L, buffer_loans>>("buffers", buffer_columns, seen));
  add(make<FoundRows<C, choices_made>>("choices", choice_columns, seen));
  add(make<FoundRows<Run, the_run, false>>("run", run_columns, seen));
  return tables;
}

constexpr std::array names{"events",  "operations", "completions", "handlers", "workers",
                           "threads", "handles",    "buffers",     "choices",  "run"};

}  // namespace

bool is_table_name(std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string table_names() {
  std::string list;
  for (const char* name : names) {
    list += (list.empty() ? "" : name == names.back() ? " and " : ", ") + std::string(name);
  }
  return list;
}

void add_tables(sqlite3* database, const std::string& schema, const Model& model,
                std::uint32_t horizon) {
  const Seen seen{model, std::min(horizon, model.event_count())};
  for (auto& table : tables_of(seen)) add_virtual_table(database, schema, std::move(table));
}

}  // namespace proactor_lab
