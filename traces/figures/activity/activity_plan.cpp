#include "traces/figures/activity/activity_plan.hpp"

#include <algorithm>

namespace proactor_lab::figures {

namespace {

constexpr std::size_t flights_max = 4000;  // more bars are not readable

bool same_work(const Stretch& a, const Stretch& b) {
  return a.activity == b.activity && a.handle == b.handle;
}

}  // namespace

GroupPlan::GroupPlan(const Model& model, std::int64_t until_ns)
    : model_(model), until_ns_(std::min(until_ns, model.end_ns() - model.start_ns())) {
  for (const ThreadRecord& thread : model.threads()) {
    if (thread.spans.empty()) continue;
    if (thread.spans.front().from_ns - model.start_ns() <= until_ns) threads_.push_back(&thread);
  }
  find_flights();
}

void GroupPlan::find_flights() {
  std::int64_t start_ns = model_.start_ns();
  std::vector<std::int64_t> row_free_ns;
  for (const OperationRecord& operation : model_.operations()) {
    if (operation.started == 0) continue;
    std::int64_t from_ns = model_.event(operation.started).time_ns - start_ns;
    if (from_ns > until_ns_) continue;
    std::uint32_t end = operation.completed != 0 ? operation.completed : operation.abandoned;
    std::int64_t to_ns =
        end == 0 ? model_.end_ns() - start_ns : model_.event(end).time_ns - start_ns;
    to_ns = std::min(to_ns, until_ns_);
    if (end != 0 && model_.event(end).time_ns - start_ns == from_ns) continue;  // took no time
    const HandleRecord* handle = model_.handle(operation.handle);
    if (handle != nullptr && handle->listener) continue;  // waits for connections, serves none
    if (flights_.size() >= flights_max) {
      ++left_out_;
      continue;
    }
    std::uint32_t row = 0;
    while (row < row_free_ns.size() && row_free_ns[row] > from_ns) ++row;
    if (row >= flight_rows_max) {
      ++left_out_;
      continue;
    }
    if (row == row_free_ns.size()) row_free_ns.push_back(0);
    row_free_ns[row] = to_ns;
    flights_.push_back({from_ns, to_ns, operation.id, row});
  }
  flight_rows_ = static_cast<std::uint32_t>(row_free_ns.size());
}

std::vector<Stretch> GroupPlan::stretches(const ThreadRecord& thread, std::size_t count_max,
                                          std::int64_t span_ns, std::int64_t until_ns) const {
  std::int64_t start_ns = model_.start_ns();
  until_ns = std::min(until_ns, until_ns_);
  std::vector<Stretch> found;
  auto add = [&](Stretch next) {
    if (next.to_ns <= next.from_ns) return;
    if (!found.empty() && same_work(found.back(), next) && found.back().to_ns == next.from_ns) {
      found.back().to_ns = next.to_ns;
      return;
    }
    found.push_back(next);
  };
  if (thread.spans.size() <= count_max) {
    for (const ThreadSpan& span : thread.spans) {
      std::int64_t from_ns = span.from_ns - start_ns;
      if (from_ns >= until_ns) break;
      add({from_ns, std::min(span.to_ns - start_ns, until_ns), span.activity, span.handle});
    }
    return found;
  }
  auto parts = static_cast<std::int64_t>(count_max);
  std::int64_t length_ns = std::max<std::int64_t>(span_ns / parts, 1);
  for (std::int64_t at_ns = 0; at_ns < until_ns; at_ns += length_ns) {
    std::int64_t middle_ns = start_ns + at_ns + length_ns / 2;
    auto after =
        std::upper_bound(thread.spans.begin(), thread.spans.end(), middle_ns,
                         [](std::int64_t t, const ThreadSpan& span) { return t < span.from_ns; });
    if (after == thread.spans.begin()) continue;
    const ThreadSpan& span = *std::prev(after);
    add({at_ns, std::min(at_ns + length_ns, until_ns), span.activity, span.handle});
  }
  return found;
}

std::vector<std::int64_t> GroupPlan::switches(const ThreadRecord& thread,
                                              std::size_t count_max) const {
  std::vector<std::int64_t> found;
  if (thread.switches == 0 || thread.switches > count_max) return found;
  for (const ThreadSpan& span : thread.spans) {
    std::int64_t at_ns = span.from_ns - model_.start_ns();
    if (at_ns > until_ns_) break;
    if (model_.event(span.from_seq).kind == EventKind::thread_switched) found.push_back(at_ns);
  }
  return found;
}

std::optional<GroupTotals> GroupPlan::totals() const {
  std::int64_t length_ns = model_.end_ns() - model_.start_ns();
  if (model_.event_count() == 0 || until_ns_ < length_ns) return std::nullopt;
  bool ended = model_.event(model_.event_count()).kind == EventKind::run_finished;
  if (!ended && !model_.trace().truncated) return std::nullopt;
  GroupTotals totals;
  totals.finish_ns = length_ns;
  std::int64_t alive_ns = 0;
  std::int64_t waiting_ns = 0;
  for (const ThreadRecord* thread : threads_) {
    ++totals.threads;
    totals.switches += thread->switches;
    for (const ThreadSpan& span : thread->spans) {
      std::int64_t span_ns = span.to_ns - span.from_ns;
      if (span.activity != ThreadActivity::none) alive_ns += span_ns;
      bool waits = span.activity == ThreadActivity::blocked_io ||
                   span.activity == ThreadActivity::blocked_lock;
      if (waits) waiting_ns += span_ns;
    }
  }
  if (alive_ns > 0) {
    totals.waiting_percent = static_cast<int>(
        static_cast<double>(waiting_ns) * 100.0 / static_cast<double>(alive_ns) + 0.5);
  }
  return totals;
}

std::int64_t axis_span(std::span<const ActivityGroup> groups, std::int64_t horizon_ns) {
  std::int64_t shown_ns = 0;
  bool hides = false;
  for (const ActivityGroup& group : groups) {
    if (group.model == nullptr) continue;
    const std::int64_t length_ns = group.model->end_ns() - group.model->start_ns();
    const std::int64_t until_ns = std::min(horizon_ns, group.horizon_ns);
    hides = hides || until_ns != INT64_MAX;
    shown_ns = std::max(shown_ns, std::min(length_ns, std::max<std::int64_t>(until_ns, 0)));
  }
  return hides ? shown_ns / 4 * 5 : shown_ns;  // some blank future
}

std::string memory_words(std::uint64_t bytes) {
  const std::uint64_t kibibytes = (bytes + 512) / 1024;
  if (kibibytes < 1024) return std::to_string(kibibytes) + " KiB";
  const std::uint64_t tenths = (bytes * 10 + (1 << 19)) >> 20;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

std::int64_t tick_step(std::int64_t span_ns, int count) {
  std::int64_t raw = std::max<std::int64_t>(span_ns / std::max(count, 1), 1);
  std::int64_t power = 1;
  while (power <= raw / 10) power *= 10;
  for (std::int64_t factor : {1, 2, 5}) {
    if (factor * power >= raw) return factor * power;
  }
  return power * 10;
}

}  // namespace proactor_lab::figures
