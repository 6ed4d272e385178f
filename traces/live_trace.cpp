#include "traces/live_trace.hpp"

#include <chrono>

#include "traces/input_error.hpp"

namespace proactor_lab {
namespace {

constexpr std::chrono::milliseconds write_interval{50};

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
      file_(config.path, std::ios::binary | std::ios::trunc),
      writer_(config.header, strings_,
              [this](std::string_view part) {
                file_.write(part.data(), static_cast<std::streamsize>(part.size()));
              }),
      expander_(expander_config(config, start_ns_), strings_, writer_) {
  if (!file_) {
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

void LiveTrace::make_room() {
  const std::lock_guard lock(mutex_);
  if (current_ != nullptr) full_.push_back(std::move(current_));
  if (spare_.empty()) {
    current_ = std::make_unique<Fact[]>(facts_a_page);
  } else {
    current_ = std::move(spare_.back());
    spare_.pop_back();
  }
  end_ = current_.get() + facts_a_page;
  next_.store(current_.get(), std::memory_order_release);
  if (full_.size() > 8) wake_.notify_one();
}

void LiveTrace::write_until_stopped() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, write_interval, [this] { return stopping_ || full_.size() > 8; });
    lock.unlock();
    write_published();
    lock.lock();
  }
}

/// Full pages, then what is whole of the page under way.
void LiveTrace::write_published() {
  while (true) {
    Page page;
    const Fact* begin = nullptr;
    const Fact* end = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (!full_.empty()) {
        page = std::move(full_.front());
        full_.pop_front();
        begin = page.get();
        end = begin + facts_a_page;
      } else if (current_ != nullptr) {
        begin = current_.get();
        end = next_.load(std::memory_order_acquire);
        // The recording thread may have moved to another page between its two stores: only what
        // lies in this page counts.
        if (end < begin || end > begin + facts_a_page) end = begin;
      }
    }
    if (begin == nullptr) break;
    const auto written = static_cast<std::ptrdiff_t>(written_in_current_);
    if (end - begin > written) expand(begin + written, end);
    if (page == nullptr) {
      written_in_current_ = std::max(written_in_current_, static_cast<std::size_t>(end - begin));
      break;
    }
    written_in_current_ = 0;
    const std::lock_guard lock(mutex_);
    if (spare_.size() < 16) spare_.push_back(std::move(page));
  }
  writer_.flush();
  file_.flush();
}

void LiveTrace::expand(const Fact* from, const Fact* to) {
  for (const Fact* fact = from; fact != to; ++fact) expander_.expand(*fact);
}

bool LiveTrace::finish(std::string_view how) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  write_published();
  expander_.finish(monotonic_ns(), how);
  writer_.finish();
  file_.close();
  return !file_.fail();
}

}  // namespace proactor_lab
