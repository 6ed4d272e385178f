#include "traces/trace_writer.hpp"

#include <array>
#include <charconv>

#include "traces/event_fields.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t chunk = 64 * 1024;

void append_number(std::string& to, std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  to.append(digits.data(), end);
}

void append_text(std::string& to, std::string_view value) {
  to += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view hex = "0123456789abcdef";
      to += "\\u00";
      to += hex[byte >> 4];
      to += hex[byte & 15];
    } else {
      to += c;
    }
  }
  to += '"';
}

}  // namespace

TraceWriter::TraceWriter(const TraceHeader& header, const StringPool& strings, Output output)
    : strings_(strings), output_(std::move(output)) {
  buffer_.reserve(chunk + 4096);
  buffer_ += R"({"header":{"format":)";
  number(header.format);
  buffer_ += R"(,"program":)";
  text(header.program);
  buffer_ += R"(,"system":)";
  text(header.system);
  buffer_ += R"(,"seed":)";
  buffer_ += std::to_string(header.seed);
  if (!header.scenario.empty()) {
    buffer_ += R"(,"scenario":)";
    buffer_ += header.scenario;  // compact JSON already
  }
  buffer_ += "},\"events\":[\n";
}

void TraceWriter::text(std::string_view value) { append_text(buffer_, value); }
void TraceWriter::number(std::int64_t value) { append_number(buffer_, value); }

void TraceWriter::key(std::string_view name) {
  buffer_ += ",\"";
  buffer_ += name;
  buffer_ += "\":";
}

void TraceWriter::add(const Event& event) {
  if (!first_) buffer_ += ",\n";
  first_ = false;
  buffer_ += R"({"seq":)";
  number(event.seq);
  key("time_ns");
  number(event.time_ns);
  buffer_ += R"(,"kind":")";
  buffer_ += name_of(event.kind);
  buffer_ += '"';
  const auto id = [this](std::string_view name, std::uint32_t value) {
    if (value == 0) return;
    key(name);
    number(value);
  };
  const auto word = [this](std::string_view name, StringId value) {
    if (value == no_string) return;
    key(name);
    text(strings_.text(value));
  };
  id("thread", event.thread);
  id("cause", event.cause);
  id("operation", event.operation);
  id("parent", event.parent);
  if (event.certainty == Certainty::inferred) {
    buffer_ += R"(,"certainty":"inferred","earliest_ns":)";
    number(event.earliest_ns);
  }
  for (const FieldName& field : fields_of(event.kind)) {
    switch (field.field) {
      case Field::value:
        key(field.name), number(event.value);
        break;
      case Field::bytes:
        key(field.name), number(event.bytes);
        break;
      case Field::options:
        key(field.name), number(event.options);
        break;
      case Field::target:
        id(field.name, event.target);
        break;
      case Field::handle:
        id(field.name, event.handle);
        break;
      case Field::buffer:
        id(field.name, event.buffer);
        break;
      case Field::opcode:
        word(field.name, event.opcode);
        break;
      case Field::label:
        word(field.name, event.label);
        break;
      case Field::text:
        word(field.name, event.text);
        break;
      case Field::role:
        if (event.role != Role::none) key(field.name), text(name_of(event.role));
        break;
      case Field::more:
        if (event.more) key(field.name), buffer_ += "true";
        break;
      case Field::source:
        if (event.file != no_string) {
          key(field.name);
          text(std::string(strings_.text(event.file)) + ":" + std::to_string(event.line));
        }
        break;
    }
  }
  buffer_ += '}';
  if (buffer_.size() >= chunk) flush();
}

void TraceWriter::flush() {
  if (buffer_.empty()) return;
  output_(buffer_);
  buffer_.clear();
}

void TraceWriter::finish() {
  buffer_ += "\n]}\n";
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
