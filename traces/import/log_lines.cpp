#include "traces/import/log_lines.hpp"

#include <algorithm>

namespace proactor_lab {
namespace {

constexpr std::size_t chunk = 64 * 1024;

}  // namespace

bool LogLines::fill() {
  if (at_ > 0) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  const std::size_t had = buffer_.size();
  buffer_.resize(had + chunk);
  input_.read(buffer_.data() + had, chunk);
  const auto got = static_cast<std::size_t>(input_.gcount());
  buffer_.resize(had + got);
  bytes_ += got;
  return got > 0;
}

std::string_view LogLines::beginning() {
  while (buffer_.size() - at_ < beginning_bytes_max && fill()) {
  }
  return std::string_view(buffer_).substr(at_, beginning_bytes_max);
}

bool LogLines::next(std::string_view& line) {
  cut_ = false;
  std::size_t end = buffer_.find('\n', at_);
  while (end == std::string::npos && buffer_.size() - at_ <= line_bytes_max) {
    const std::size_t searched = buffer_.size() - at_;
    if (!fill()) break;
    end = buffer_.find('\n', at_ + searched);
  }
  if (end == std::string::npos && at_ == buffer_.size()) return false;
  ++number_;
  const std::size_t length =
      std::min((end == std::string::npos ? buffer_.size() : end) - at_, line_bytes_max);
  line_.assign(buffer_, at_, length);
  at_ += length;
  skip_rest();
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  line = line_;
  return true;
}

/// Skips to the byte behind the line break. The rest of a long line is discarded in pieces.
void LogLines::skip_rest() {
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    if (end != std::string::npos) {
      cut_ = cut_ || end != at_;
      at_ = end + 1;
      return;
    }
    cut_ = true;
    at_ = buffer_.size();
    if (!fill()) return;
  }
}

}  // namespace proactor_lab
