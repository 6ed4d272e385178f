#include "sim/world/faults.hpp"

namespace proactor_lab {

void Faults::break_connection(Instant at, std::uint32_t client) { schedule(at, breaks, client); }

void Faults::cut(Instant at, Duration lasts, std::uint32_t client) {
  schedule(at, cuts, client, static_cast<std::uint64_t>(lasts.count()));
}

void Faults::run_out_of_descriptors(Instant at, Duration lasts) {
  schedule(at, descriptors_gone, 0);
  schedule(at + lasts, descriptors_back, 0);
}

void Faults::fail_disk(Instant at, Duration lasts, std::int32_t error, const std::string& path) {
  const auto number = static_cast<std::uint32_t>(shortage_.disk.size());
  shortage_.disk.push_back({error, path});
  schedule(at, disk_fails, number);
  schedule(at + lasts, disk_recovers, number);
}

void Faults::schedule(Instant at, Type type, std::uint32_t subject, std::uint64_t amount) {
  schedule_.at(at, {this, amount, subject, 0, type});
}

void Faults::on_event(const ScheduledEvent& event) {
  switch (event.type) {
    case breaks:
    case cuts: {
      const EndId end = clients_.end_of(event.subject);
      if (end == no_end) return;
      if (event.type == breaks) {
        network_.break_connection(end / 2, note("connection broken", end));
      } else {
        note("connection cut", end);
        network_.cut(end / 2, schedule_.now() + Duration{static_cast<std::int64_t>(event.amount)});
      }
      return;
    }
    case descriptors_gone:
      note("no descriptors left");
      shortage_.no_descriptors = true;
      return;
    case descriptors_back:
      note("descriptors again");
      shortage_.no_descriptors = false;
      return;
    case disk_fails:
      note("disk fails");
      shortage_.disk[event.subject].active = true;
      return;
    case disk_recovers:
      note("disk is well again");
      shortage_.disk[event.subject].active = false;
      return;
    default:
      return;
  }
}

FactIndex Faults::note(const char* what, EndId end) {
  if (recorder_ == nullptr) return 0;
  Fact fact;
  fact.extra = fact_text(what);
  fact.kind = FactKind::fault_injected;
  if (end != no_end) fact.handle = connection_fact(end);
  return recorder_->record(fact);
}

}  // namespace proactor_lab
