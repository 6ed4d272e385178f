#include "traces/import/imported_events.hpp"

#include <algorithm>

#include "traces/format/utf8.hpp"

namespace proactor_lab {
namespace {

/// Logs may contain any bytes; a trace is UTF-8.
std::string well_formed(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    std::string_view rest = text;
    const bool is_well = next_code_point(rest) != 0xFFFD;
    result += is_well ? text.substr(0, text.size() - rest.size()) : "\uFFFD";
    text = rest;
  }
  return result;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

ImportedEvents::ImportedEvents(Trace& trace, const ImportLimits& limits, std::string_view program,
                               std::string_view system)
    : trace_(trace), limits_(limits) {
  if (trace.header.program.empty()) trace.header.program = program;
  trace.header.program = well_formed(trace.header.program);
  trace.header.system = system;
  Event started;
  started.kind = EventKind::run_started;
  started.label = keep(trace.header.program);
  started.text = keep(system);
  put(started);
}

StringId ImportedEvents::keep(std::string_view text) {
  if (!is_ascii(text)) return keep_well_formed(well_formed(text));
  return keep_well_formed(text);
}

StringId ImportedEvents::keep_well_formed(std::string_view text) {
  const std::size_t before = trace_.strings.size();
  if (string_bytes_ + text.size() > limits_.string_bytes) text = "(too many names)";
  const StringId id = trace_.strings.keep(text);
  if (trace_.strings.size() != before) string_bytes_ += text.size();
  return id;
}

std::uint32_t ImportedEvents::add(Event event) {
  if (last_seq_ >= limits_.events) {
    report_.limited = true;
    ++not_kept_;
    return 0;
  }
  event.time_ns = std::max(event.time_ns, last_ns_);
  event.earliest_ns = std::min(event.earliest_ns, event.time_ns);
  put(event);
  return last_seq_;
}

void ImportedEvents::put(Event event) {
  event.seq = ++last_seq_;
  if (event.cause == 0 && event.seq > 1) event.cause = 1;
  last_ns_ = event.time_ns;
  if (event.kind == EventKind::operation_initiated) ++report_.operations;
  trace_.events.push_back(event);
}

void ImportedEvents::count_unmatched(std::string_view reason, std::uint64_t line,
                                     std::uint64_t count) {
  const auto [found, is_new] = reasons_.try_emplace(reason, report_.unmatched.size());
  if (is_new) report_.unmatched.push_back({std::string(reason), 0, line});
  report_.unmatched[found->second].count += count;
}

ImportReport ImportedEvents::finish(std::string_view how) {
  if (report_.limited) how = "limit";
  const auto tell_lost = [this](std::uint64_t count, const std::string& why) {
    Event lost;
    lost.kind = EventKind::events_lost;
    lost.time_ns = last_ns_;
    lost.certainty = Certainty::inferred;
    lost.value = static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
    lost.text = keep(why);
    put(lost);
  };
  for (const Unmatched& unmatched : report_.unmatched) {
    tell_lost(unmatched.count,
              unmatched.reason + " (first at line " + std::to_string(unmatched.first_line) + ")");
  }
  for (const std::string& sentence : report_.sentences) {
    Event note;
    note.kind = EventKind::note;
    note.time_ns = last_ns_;
    note.text = keep(sentence);
    put(note);
  }
  if (not_kept_ > 0) tell_lost(not_kept_, "past the limit of events");
  Event finished;
  finished.kind = EventKind::run_finished;
  finished.time_ns = last_ns_;
  finished.text = keep(how);
  put(finished);
  report_.events = last_seq_;
  return std::move(report_);
}

}  // namespace proactor_lab
