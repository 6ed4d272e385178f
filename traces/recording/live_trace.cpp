#include "traces/recording/live_trace.hpp"

#include <chrono>

#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

constexpr std::chrono::milliseconds write_interval{50};
constexpr Duration merge_window = std::chrono::milliseconds{20};

ExpanderConfig expander_config(const LiveTraceConfig& config, std::int64_t origin_ns) {
  ExpanderConfig result;
  result.origin_ns = origin_ns;
  result.infers = config.infers;
  result.event_limit = config.event_limit;
  result.source_root = config.source_root;
  return result;
}

}  // namespace

LiveTrace::LiveTrace(const LiveTraceConfig& config)
    : start_ns_(monotonic_ns()),
      writer_(config.header, strings_, [this](std::string_view part) { file_.write(part); }),
      expander_(expander_config(config, start_ns_), strings_, writer_) {
  if (!file_.open(config.path, has_packed_name(config.path))) {
    throw InputError(config.path, "", "cannot be written", "does the folder exist?");
  }
  expander_.start(start_ns_, config.header.program, config.header.system);
  writer_.flush();
  file_.flush();
  thread_ = std::thread([this] { write_until_stopped(); });
}

LiveTrace::~LiveTrace() {
  if (thread_.joinable()) finish("interrupted");
}

const char* LiveTrace::keep(std::string_view text) { return kept_.emplace(text).first->c_str(); }

void LiveTrace::write_until_stopped() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, write_interval, [this] { return stopping_; });
    lock.unlock();
    do {
      write_published(false);
    } while (loop_lane().is_filling());
    lock.lock();
  }
}

void LiveTrace::write_published(bool all) {
  clock_.observe();
  // A thread that joins after this point stamps later than `observe`, and so does any thread that
  // it causes to act.
  const std::size_t others = other_lane_count();
  const auto write = [this](Fact fact, FactIndex index) {
    fact.time_ns = clock_.to_monotonic_ns(fact.time_ns);
    expander_.expand(fact, index);
  };
  const Duration window = others == 0 ? Duration::zero() : merge_window;
  loop_lane().take([&](const Fact& fact) { merge_.add(0, fact, ++loop_facts_); });
  for (std::size_t i = 0; i < others; ++i) {
    other_lane(i).take([&](const Fact& fact) { merge_.add(i + 1, fact, 0); });
  }
  merge_.drain(all ? INT64_MAX : clock_.ticks_ago(window), write);
  writer_.flush();
  file_.flush();
}

bool LiveTrace::finish(std::string_view how) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  write_published(true);
  expander_.finish(monotonic_ns(), how);
  writer_.finish();
  return file_.close();
}

}  // namespace proactor_lab
