#include "traces/export/chrome_events.hpp"

#include <utility>

#include "traces/format/json_text.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t chunk = 64 * 1024;

}  // namespace

ChromeEvents::ChromeEvents(Output output) : output_(std::move(output)) {
  buffer_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
}

void ChromeEvents::event(char phase, ChromeTrack track, std::string_view category,
                         std::string_view name) {
  end_event();
  buffer_ += first_event_ ? "\n{\"ph\":\"" : ",\n{\"ph\":\"";
  buffer_ += phase;
  buffer_ += '"';
  first_event_ = false;
  in_event_ = true;
  if (!category.empty()) text("cat", category);
  text("name", name);
  number("pid", track.process);
  number("tid", track.thread);
}

void ChromeEvents::end_event() {
  if (!in_event_) return;
  buffer_ += in_arguments_ ? "}}" : "}";
  in_event_ = in_arguments_ = first_argument_ = false;
  if (buffer_.size() < chunk) return;
  output_(buffer_);
  buffer_.clear();
}

void ChromeEvents::key(std::string_view name) {
  if (!first_argument_) buffer_ += ',';
  first_argument_ = false;
  buffer_ += '"';
  buffer_ += name;
  buffer_ += "\":";
}

void ChromeEvents::time(std::string_view name, std::int64_t ns) {
  key(name);
  buffer_ += std::to_string(ns / 1000);
  const std::string thousandths = std::to_string(1000 + ns % 1000);
  buffer_ += '.';
  buffer_.append(thousandths, 1);
}

void ChromeEvents::number(std::string_view name, std::int64_t value) {
  key(name);
  buffer_ += std::to_string(value);
}

void ChromeEvents::text(std::string_view name, std::string_view value) {
  key(name);
  append_json_text(buffer_, value);
}

void ChromeEvents::flag(std::string_view name) {
  key(name);
  buffer_ += "true";
}

void ChromeEvents::arguments() {
  key("args");
  buffer_ += '{';
  in_arguments_ = first_argument_ = true;
}

void ChromeEvents::finish() {
  end_event();
  buffer_ += "\n],\"otherData\":{";
  first_argument_ = true;
}

void ChromeEvents::close() {
  buffer_ += "}}\n";
  output_(buffer_);
  buffer_.clear();
}

}  // namespace proactor_lab
