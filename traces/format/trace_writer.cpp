#include "traces/format/trace_writer.hpp"

#include <algorithm>
#include <charconv>

#include "traces/format/event_fields.hpp"
#include "traces/format/json_text.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t chunk = 64 * 1024;
constexpr std::size_t event_bytes_max = 1024;  // without its texts
constexpr std::size_t number_bytes_max = 20;

/// As JSON, with quotes.
std::string json_string(std::string_view value) {
  std::string text;
  append_json_text(text, value);
  return text;
}

}  // namespace

TraceWriter::TraceWriter(const TraceHeader& header, const StringPool& strings, Output output)
    : strings_(strings), output_(std::move(output)), buffer_(chunk + event_bytes_max, '\0') {
  at_ = buffer_.data();
  put(R"({"header":{"format":)");
  put(std::int64_t{header.format});
  put(R"(,"program":)");
  put(json_string(header.program));
  put(R"(,"system":)");
  put(json_string(header.system));
  put(R"(,"seed":)");
  put(std::to_string(header.seed));
  if (!header.scenario.empty()) {
    put(R"(,"scenario":)");
    put(header.scenario);  // compact JSON already
  }
  put("},\"events\":[\n");
}

/// Enlarges the buffer if the text is long.
void TraceWriter::put(std::string_view text) {
  const auto used = static_cast<std::size_t>(at_ - buffer_.data());
  if (used + text.size() + event_bytes_max > buffer_.size()) {
    buffer_.resize(2 * (used + text.size() + event_bytes_max));
    at_ = buffer_.data() + used;
  }
  at_ = std::copy(text.begin(), text.end(), at_);
}

void TraceWriter::put(std::int64_t number) {
  at_ = std::to_chars(at_, at_ + number_bytes_max, number).ptr;
}

/// Consecutive events often have the same time: its text is formatted once.
void TraceWriter::put_time(std::int64_t time_ns) {
  if (time_ns != time_ns_ || time_.empty()) {
    time_ns_ = time_ns;
    time_ = R"(,"time_ns":)" + std::to_string(time_ns);
  }
  put(time_);
}

void TraceWriter::put_id(std::string_view key, std::uint32_t id) {
  if (id == 0) return;
  put(key);
  put(std::int64_t{id});
}

/// Texts repeat: the JSON of each is formatted once.
std::string_view TraceWriter::json_of(StringId id) {
  const auto number = static_cast<std::size_t>(id);
  if (number >= json_texts_.size()) json_texts_.resize(strings_.size() + 1);
  std::string& text = json_texts_[number];
  if (text.empty()) text = json_string(strings_.text(id));
  return text;
}

void TraceWriter::put_text(std::string_view key, StringId id) {
  if (id == no_string) return;
  put(key);
  put(json_of(id));
}

void TraceWriter::add(const Event& event) {
  if (!first_) put(",\n");
  first_ = false;
  put(R"({"seq":)");
  put(std::int64_t{event.seq});
  put_time(event.time_ns);
  const Wording& wording = wording_of(event.kind);
  put(wording.kind);
  put_id(R"(,"thread":)", event.thread);
  put_id(R"(,"cause":)", event.cause);
  put_id(R"(,"operation":)", event.operation);
  put_id(R"(,"parent":)", event.parent);
  if (event.certainty == Certainty::inferred) {
    put(R"(,"certainty":"inferred","earliest_ns":)");
    put(event.earliest_ns);
  }
  for (const Wording::Member& member : wording.members) put_member(member.field, member.key, event);
  *at_++ = '}';
  if (static_cast<std::size_t>(at_ - buffer_.data()) >= chunk) flush();
}

void TraceWriter::put_member(Field field, std::string_view key, const Event& event) {
  const auto number = [&](std::int64_t value) {
    put(key);
    put(value);
  };
  switch (field) {
    case Field::value:
      return number(event.value);
    case Field::bytes:
      return number(event.bytes);
    case Field::options:
      return number(event.options);
    case Field::target:
      return put_id(key, event.target);
    case Field::handle:
      return put_id(key, event.handle);
    case Field::buffer:
      return put_id(key, event.buffer);
    case Field::opcode:
      return put_text(key, event.opcode);
    case Field::label:
      return put_text(key, event.label);
    case Field::text:
      return put_text(key, event.text);
    case Field::role:
      if (event.role == Role::none) return;
      put(key);
      return put(event.role == Role::application ? R"("application")" : R"("processor")");
    case Field::more:
      if (!event.more) return;
      put(key);
      return put("true");
    case Field::source: {
      if (event.file == no_string) return;
      put_text(key, event.file);
      at_[-1] = ':';  // overwrites the closing quote
      put(std::int64_t{event.line});
      *at_++ = '"';
      return;
    }
  }
}

void TraceWriter::flush() {
  const auto used = static_cast<std::size_t>(at_ - buffer_.data());
  if (used == 0) return;
  output_(std::string_view(buffer_.data(), used));
  at_ = buffer_.data();
}

void TraceWriter::finish() {
  put("\n]}\n");
  flush();
}

std::string to_json(const Trace& trace) {
  std::string json;
  TraceWriter writer(trace.header, trace.strings, [&](std::string_view part) { json += part; });
  for (const Event& event : trace.events) writer.add(event);
  writer.finish();
  return json;
}

}  // namespace proactor_lab
