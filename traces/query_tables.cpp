#include "traces/query_tables.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <sqlite3.h>

#include "traces/event_fields.hpp"
#include "traces/query.hpp"

namespace proactor_lab {
namespace {

struct Table {
  std::string_view name;
  std::string_view columns;
};

constexpr std::array tables{
    Table{
        "events",
        "seq INTEGER PRIMARY KEY, time_ns INTEGER, earliest_ns INTEGER, kind TEXT, thread INTEGER,"
        " cause INTEGER, operation INTEGER, parent INTEGER, target INTEGER, handle INTEGER,"
        " buffer INTEGER, bytes INTEGER, value INTEGER, result INTEGER, role TEXT, client TEXT,"
        " handler TEXT, label TEXT, text TEXT, opcode TEXT, file TEXT, line INTEGER,"
        " certainty TEXT, more INTEGER, options INTEGER"},
    Table{"operations",
          "id INTEGER PRIMARY KEY, opcode TEXT, handle INTEGER, on_label TEXT, handler TEXT,"
          " buffer INTEGER, target INTEGER, asked_bytes INTEGER, result INTEGER, outcome TEXT,"
          " initiated INTEGER, submitted INTEGER, started INTEGER, completed INTEGER,"
          " queued INTEGER, dequeued INTEGER, entered INTEGER, exited INTEGER, abandoned INTEGER,"
          " cancel_requested INTEGER,"
          " initiated_ns INTEGER, submitted_ns INTEGER, started_ns INTEGER, completed_ns INTEGER,"
          " queued_ns INTEGER, dequeued_ns INTEGER, entered_ns INTEGER, exited_ns INTEGER,"
          " abandoned_ns INTEGER, cancel_requested_ns INTEGER,"
          " in_flight_for_ns INTEGER, queued_for_ns INTEGER, handled_for_ns INTEGER,"
          " lasted_for_ns INTEGER"},
    Table{"handlers",
          "id INTEGER PRIMARY KEY, handler TEXT, operation INTEGER, thread INTEGER, result INTEGER,"
          " entered INTEGER, exited INTEGER, entered_ns INTEGER, exited_ns INTEGER,"
          " handled_for_ns INTEGER"},
    Table{"handles",
          "id INTEGER PRIMARY KEY, label TEXT, descriptor INTEGER, listener INTEGER,"
          " opened INTEGER, closed INTEGER, opened_ns INTEGER, closed_ns INTEGER"},
    Table{"buffers",
          "id INTEGER PRIMARY KEY, buffer INTEGER, operation INTEGER, bytes INTEGER,"
          " lent INTEGER, returned INTEGER, lent_ns INTEGER, returned_ns INTEGER"},
    Table{"threads",
          "id INTEGER PRIMARY KEY, label TEXT, started_ns INTEGER, exited_ns INTEGER,"
          " running_ns INTEGER, waiting_ns INTEGER, lock_ns INTEGER, runnable_ns INTEGER"},
    Table{"run",
          "program TEXT, system TEXT, seed INTEGER, scenario TEXT, started_ns INTEGER,"
          " last_ns INTEGER"},
};

/// One prepared INSERT; values are given column by column.
class Inserter {
 public:
  Inserter(sqlite3* database, const std::string& schema, const Table& table) : database_(database) {
    const auto columns = std::count(table.columns.begin(), table.columns.end(), ',') + 1;
    std::string sql = "INSERT INTO \"" + schema + "\".\"" + std::string(table.name) + "\" VALUES(?";
    for (std::ptrdiff_t i = 1; i < columns; ++i) sql += ",?";
    sql += ")";
    check(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement_, nullptr));
  }
  ~Inserter() { sqlite3_finalize(statement_); }
  Inserter(const Inserter&) = delete;
  Inserter& operator=(const Inserter&) = delete;

  Inserter& null() {
    check(sqlite3_bind_null(statement_, ++column_));
    return *this;
  }
  Inserter& number(std::int64_t value) {
    check(sqlite3_bind_int64(statement_, ++column_, value));
    return *this;
  }
  Inserter& number_if(bool present, std::int64_t value) { return present ? number(value) : null(); }
  /// Ids and sequence numbers: 0 is absent.
  Inserter& id(std::int64_t value) { return number_if(value != 0, value); }
  /// Empty is absent. `value` must outlive the call of `row`.
  Inserter& text(std::string_view value) {
    if (value.empty()) return null();
    check(sqlite3_bind_text64(statement_, ++column_, value.data(), value.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
    return *this;
  }
  void row() {
    if (sqlite3_step(statement_) != SQLITE_DONE) throw QueryError(sqlite3_errmsg(database_));
    check(sqlite3_reset(statement_));
    column_ = 0;
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK) throw QueryError(sqlite3_errmsg(database_));
  }

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  int column_ = 0;
};

/// Which columns a kind fills, from the table that the writer uses too: a query sees a field where
/// the file has it, under the same name.
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

class Loader {
 public:
  Loader(sqlite3* database, const std::string& schema, const Model& model, std::uint32_t horizon)
      : database_(database),
        schema_(schema),
        model_(model),
        last_(std::min(horizon, model.event_count())) {}

  void load() {
    load_events();
    load_operations();
    load_handlers();
    load_handles();
    load_buffers();
    load_threads();
    load_run();
  }

 private:
  Inserter into(std::string_view table) const {
    return Inserter(database_, schema_,
                    *std::find_if(tables.begin(), tables.end(),
                                  [&](const Table& each) { return each.name == table; }));
  }
  std::string_view text(StringId id) const { return model_.trace().text(id); }
  bool known(std::uint32_t seq) const { return seq != 0 && seq <= last_; }
  std::uint32_t seen(std::uint32_t seq) const { return known(seq) ? seq : 0; }
  std::int64_t time(std::uint32_t seq) const { return model_.event(seq).time_ns; }
  void time_of(Inserter& row, std::uint32_t seq) const {
    known(seq) ? row.number(time(seq)) : row.null();
  }
  void between(Inserter& row, std::uint32_t from, std::uint32_t to) const {
    known(from) && known(to) ? row.number(time(to) - time(from)) : row.null();
  }

  void load_events() const {
    std::vector<KindColumns> columns;
    for (int kind = 0; kind < event_kind_count; ++kind) {
      columns.emplace_back(static_cast<EventKind>(kind));
    }
    Inserter row = into("events");
    for (std::uint32_t seq = 1; seq <= last_; ++seq) {
      const Event& event = model_.event(seq);
      const KindColumns& has = columns[static_cast<std::size_t>(event.kind)];
      const bool inferred = event.certainty == Certainty::inferred;
      const std::string_view label = text(event.label);
      row.number(seq).number(event.time_ns).number_if(inferred, event.earliest_ns);
      row.text(name_of(event.kind)).id(event.thread).id(event.cause).id(event.operation);
      row.id(event.parent).id(event.target).id(event.handle).id(event.buffer);
      row.number_if(has.bytes, event.bytes).number_if(has.value, event.value);
      row.number_if(has.result, event.value).text(name_of(event.role));
      row.text(has.client ? label : "").text(has.handler ? label : "").text(label);
      row.text(text(event.text)).text(text(event.opcode)).text(text(event.file)).id(event.line);
      row.text(name_of(event.certainty)).number_if(has.more, event.more ? 1 : 0);
      row.number_if(has.options, event.options);
      row.row();
    }
  }

  void load_operations() const {
    Inserter row = into("operations");
    for (const OperationRecord& operation : model_.operations()) {
      if (!known(operation.first)) continue;
      const bool completed = known(operation.completed);
      const HandleRecord* handle = model_.handle(operation.handle);
      const std::array moments{operation.initiated,       operation.submitted, operation.started,
                               operation.completed,       operation.queued,    operation.dequeued,
                               operation.entered,         operation.exited,    operation.abandoned,
                               operation.cancel_requested};
      row.number(operation.id).text(text(operation.opcode)).id(operation.handle);
      row.text(handle != nullptr && known(handle->opened) ? text(handle->label)
                                                          : std::string_view{});
      row.text(text(operation.handler)).id(operation.buffer).id(operation.target);
      row.id(operation.asked_bytes).number_if(completed, operation.result);
      row.text(completed ? name_of(model_.outcome(operation)) : std::string_view{});
      for (const std::uint32_t seq : moments) row.id(seen(seq));
      for (const std::uint32_t seq : moments) time_of(row, seq);
      between(row, operation.started, operation.completed);
      between(row, operation.queued, operation.dequeued);
      between(row, operation.entered, operation.exited);
      between(row, operation.initiated, operation.exited);
      row.row();
    }
  }

  /// From the events, not from the operations: a multishot operation's handler runs many times.
  void load_handlers() const {
    struct HandlerRun {
      std::uint32_t entered;
      std::uint32_t exited;
      std::uint32_t dequeued;
    };
    std::vector<HandlerRun> runs;
    std::map<std::uint16_t, std::vector<std::size_t>> open;  // by thread; handlers may nest
    std::map<std::uint32_t, std::uint32_t> dequeued;         // an operation's latest
    for (std::uint32_t seq = 1; seq <= last_; ++seq) {
      const Event& event = model_.event(seq);
      if (event.kind == EventKind::completion_dequeued) {
        dequeued[event.operation] = seq;
      } else if (event.kind == EventKind::handler_entered) {
        open[event.thread].push_back(runs.size());
        runs.push_back({seq, 0, dequeued[event.operation]});
      } else if (event.kind == EventKind::handler_exited && !open[event.thread].empty()) {
        runs[open[event.thread].back()].exited = seq;
        open[event.thread].pop_back();
      }
    }
    Inserter row = into("handlers");
    std::int64_t id = 0;
    for (const HandlerRun& run : runs) {
      const Event& event = model_.event(run.entered);
      row.number(++id).text(text(event.label)).id(event.operation).id(event.thread);
      run.dequeued != 0 ? row.number(model_.event(run.dequeued).value) : row.null();
      row.number(run.entered).id(run.exited).number(event.time_ns);
      time_of(row, run.exited);
      between(row, run.entered, run.exited);
      row.row();
    }
  }

  void load_handles() const {
    Inserter row = into("handles");
    for (const HandleRecord& handle : model_.handles()) {
      if (!known(handle.opened)) continue;
      row.number(handle.id).text(text(handle.label)).number(handle.descriptor);
      row.number(handle.listener ? 1 : 0).number(handle.opened).id(seen(handle.closed));
      time_of(row, handle.opened);
      time_of(row, handle.closed);
      row.row();
    }
  }

  void load_buffers() const {
    struct Loan {
      std::uint32_t lent;
      std::uint32_t returned;
    };
    std::vector<Loan> loans;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> open;  // (buffer, operation)
    for (std::uint32_t seq = 1; seq <= last_; ++seq) {
      const Event& event = model_.event(seq);
      const std::pair key{event.buffer, event.operation};
      if (event.kind == EventKind::buffer_lent) {
        open[key] = loans.size();
        loans.push_back({seq, 0});
      } else if (event.kind == EventKind::buffer_returned) {
        if (const auto found = open.find(key); found != open.end()) {
          loans[found->second].returned = seq;
        }
      }
    }
    Inserter row = into("buffers");
    std::int64_t id = 0;
    for (const Loan& loan : loans) {
      const Event& lent = model_.event(loan.lent);
      row.number(++id).id(lent.buffer).id(lent.operation).number(lent.bytes);
      row.number(loan.lent).id(loan.returned).number(lent.time_ns);
      time_of(row, loan.returned);
      row.row();
    }
  }

  void load_threads() const {
    Inserter row = into("threads");
    for (const ThreadRecord& thread : model_.threads()) {
      std::array<std::int64_t, 5> spent{};  // by ThreadActivity
      const ThreadSpan* first = nullptr;
      for (const ThreadSpan& span : thread.spans) {
        if (span.activity == ThreadActivity::none || span.from_seq > last_) continue;
        if (first == nullptr) first = &span;
        const std::int64_t to_ns =
            span.to_seq > last_ ? std::min(span.to_ns, time(last_)) : span.to_ns;
        spent[static_cast<std::size_t>(span.activity)] +=
            std::max<std::int64_t>(0, to_ns - span.from_ns);
      }
      if (first == nullptr || last_ == 0) continue;
      const auto total = [&](ThreadActivity activity) {
        return spent[static_cast<std::size_t>(activity)];
      };
      const std::uint32_t exited = exit_of(thread.id);
      row.number(thread.id).text(text(thread.label)).number(first->from_ns);
      time_of(row, exited);
      row.number(total(ThreadActivity::running)).number(total(ThreadActivity::blocked_io));
      row.number(total(ThreadActivity::blocked_lock)).number(total(ThreadActivity::runnable));
      row.row();
    }
  }

  std::uint32_t exit_of(std::uint16_t thread) const {
    for (std::uint32_t seq = last_; seq >= 1; --seq) {
      const Event& event = model_.event(seq);
      if (event.kind == EventKind::thread_exited && event.thread == thread) return seq;
    }
    return 0;
  }

  void load_run() const {
    const TraceHeader& header = model_.trace().header;
    Inserter row = into("run");
    row.text(header.program).text(header.system).number(static_cast<std::int64_t>(header.seed));
    row.text(header.scenario);
    time_of(row, 1);
    time_of(row, last_);
    row.row();
  }

  sqlite3* database_;
  const std::string& schema_;
  const Model& model_;
  std::uint32_t last_;
};

void execute(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw QueryError(sqlite3_errmsg(database));
  }
}

}  // namespace

bool is_table_name(std::string_view name) {
  return std::any_of(tables.begin(), tables.end(),
                     [&](const Table& table) { return table.name == name; });
}

void load_tables(sqlite3* database, const std::string& schema, const Model& model,
                 std::uint32_t horizon) {
  execute(database, "BEGIN");  // one transaction: a commit for each row would cost the most
  for (const Table& table : tables) {
    execute(database, "CREATE TABLE \"" + schema + "\".\"" + std::string(table.name) + "\"(" +
                          std::string(table.columns) + ")");
  }
  Loader(database, schema, model, horizon).load();
  execute(database, "COMMIT");
}

}  // namespace proactor_lab
