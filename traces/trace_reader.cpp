#include "traces/trace_reader.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>

#include <simdjson.h>

#include "traces/format/event_fields.hpp"
#include "traces/format/event_line.hpp"
#include "traces/format/json_splitter.hpp"
#include "traces/format/text_input.hpp"
#include "traces/import/import.hpp"

namespace proactor_lab {
namespace {

using simdjson::dom::element;

class Reader {
 public:
  Reader(std::istream& input, const std::string& file, const ReadLimits& limits)
      : input_(input, file, limits.text_bytes), splitter_(input_), file_(file), limits_(limits) {}

  Trace read();

 private:
  [[noreturn]] void fail(
      const std::string& problem,
      const std::string& remedy = "traces/FORMAT.md describes what is right") const {
    throw InputError(file_, "line " + std::to_string(line_), problem, remedy);
  }
  void expect(char wanted, const char* where);
  void read_header();
  void read_events();
  bool read_event();
  bool read_event_with_care(Event& event);
  void add_event(const Event& event);
  void check_end();
  element parse(const char* what);
  void check_keys(const element& object);

  void fill_gap(std::uint32_t seq);
  void take_fields(const element& object, Event& event);
  void take_field(const FieldName& field, const element& value, Event& event);
  std::int64_t integer(const element& value, std::string_view name, std::int64_t least,
                       std::int64_t most) const;
  std::string_view string(const element& value, std::string_view name) const;
  StringId keep(std::string_view text) { return trace_.strings.keep(text); }

  TextInput input_;
  JsonSplitter splitter_;
  const std::string& file_;
  ReadLimits limits_;
  Trace trace_;
  simdjson::dom::parser parser_;
  std::string text_;
  std::vector<std::string_view> keys_;
  std::uint64_t line_ = 1;
  std::uint64_t gaps_ = 0;
};

constexpr const char* whole_file = "is it a trace? `plab run SCENARIO --out FILE` writes one";

Trace Reader::read() {
  if (splitter_.peek_token() < 0) fail("the file is empty", whole_file);
  const auto log = splitter_.peek_token() == '{'
                       ? std::nullopt
                       : recognise(splitter_.ahead().substr(0, 64 * 1024));
  if (log) {
    fail("this is " + std::string(description_of(*log)) + ", not a trace",
         "make it one: plab import " + file_ + " --out TRACE");
  }
  expect('{', "at the start");
  read_header();
  read_events();
  return std::move(trace_);
}

void Reader::expect(char wanted, const char* where) {
  const int c = splitter_.peek_token();
  line_ = splitter_.line();
  if (c < 0)
    fail(std::string("the file ends ") + where + ", where '" + wanted + "' should stand",
         whole_file);
  if (c != wanted) fail(std::string("expected '") + wanted + "' " + where, whole_file);
  splitter_.get();
}

element Reader::parse(const char* what) {
  element document;
  // simdjson reads a few bytes past the end of its input.
  text_.reserve(text_.size() + simdjson::SIMDJSON_PADDING);
  const auto error = parser_.parse(text_.data(), text_.size(), false).get(document);
  if (error != simdjson::SUCCESS) {
    fail(std::string(what) + " is not JSON: " + simdjson::error_message(error));
  }
  if (!document.is_object()) fail(std::string(what) + " must be an object");
  check_keys(document);
  return document;
}

/// Rejects duplicate member names: JSON does not define which one counts.
void Reader::check_keys(const element& object) {
  keys_.clear();
  for (const auto& [key, value] : simdjson::dom::object(object)) keys_.push_back(key);
  std::sort(keys_.begin(), keys_.end());
  const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
  if (twice != keys_.end()) {
    fail("\"" + std::string(twice->substr(0, 60)) + "\" stands twice in one object",
         "remove one of them");
  }
}

void Reader::read_header() {
  const auto take = [&](std::size_t limit, const char* what) {
    const auto result = splitter_.take_value(text_, limit, line_);
    if (result == JsonSplitter::Result::ended) {
      fail(std::string("the file ends inside ") + what, "nothing of the run was written yet");
    }
    if (result == JsonSplitter::Result::too_long) fail(std::string(what) + " is too long");
    if (result == JsonSplitter::Result::malformed) {
      fail(std::string("expected ") + what, whole_file);
    }
  };
  take(64, "the key \"header\"");
  if (text_ != "\"header\"") fail("the first key must be \"header\"", whole_file);
  expect(':', "after \"header\"");
  take(limits_.header_bytes, "the header");
  const element header = parse("the header");

  element value;
  if (header["format"].get(value) != simdjson::SUCCESS) fail("the header lacks \"format\"");
  trace_.header.format = static_cast<int>(
      integer(value, "format", std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
  if (trace_.header.format != trace_format) {
    fail("this trace has format " + std::to_string(trace_.header.format),
         "this program reads format " + std::to_string(trace_format) +
             "; use the version that wrote it, or record it again");
  }
  if (header["program"].get(value) == simdjson::SUCCESS) {
    trace_.header.program = string(value, "program");
  }
  if (header["system"].get(value) == simdjson::SUCCESS) {
    trace_.header.system = string(value, "system");
  }
  if (header["seed"].get(value) == simdjson::SUCCESS) {
    if (value.get(trace_.header.seed) != simdjson::SUCCESS) {
      fail("\"seed\" must be a whole number from 0 to 2^64 - 1");
    }
  }
  if (header["scenario"].get(value) == simdjson::SUCCESS) {
    if (!value.is_object()) fail("\"scenario\" must be an object");
    trace_.header.scenario = simdjson::minify(value);
  }
  expect(',', "after the header");
  take(64, "the key \"events\"");
  if (text_ != "\"events\"") fail("the second key must be \"events\"");
  expect(':', "after \"events\"");
  expect('[', "before the first event");
}

void Reader::read_events() {
  int next = splitter_.peek_token();
  if (next == ']') return check_end();
  while (read_event()) {
    next = splitter_.peek_token();
    line_ = splitter_.line();
    if (next < 0) {
      trace_.truncated = true;
      return;
    }
    if (next == ']') return check_end();
    if (next != ',') fail("expected ',' or ']' after an event");
    splitter_.get();
  }
}

void Reader::check_end() {
  splitter_.get();
  if (splitter_.peek_token() < 0) {
    trace_.truncated = true;
    return;
  }
  expect('}', "after the events");
  const bool more = splitter_.peek_token() >= 0;
  line_ = splitter_.line();
  if (more) fail("something follows the end of the trace", "remove it");
}

/// Returns false if the file ended inside the event: the run was killed.
bool Reader::read_event() {
  Event event;
  const char* line = splitter_.peek_token() < 0 ? nullptr : splitter_.rest_of_line();
  const char* end = line == nullptr ? nullptr : read_event_line(line, trace_.strings, event);
  if (end != nullptr) {
    line_ = splitter_.line();
    splitter_.take_to(end);
  } else {
    event = {};
    if (!read_event_with_care(event)) return false;
  }
  add_event(event);
  return true;
}

bool Reader::read_event_with_care(Event& event) {
  switch (splitter_.take_value(text_, limits_.event_bytes, line_)) {
    case JsonSplitter::Result::ended:
      trace_.truncated = true;
      return false;
    case JsonSplitter::Result::too_long:
      fail("an event of more than " + std::to_string(limits_.event_bytes) + " characters");
    case JsonSplitter::Result::malformed:
      fail("an event must be an object");
    case JsonSplitter::Result::value:
      break;
  }
  const element object = parse("this event");
  take_fields(object, event);
  return true;
}

void Reader::add_event(const Event& event) {
  if (trace_.events.size() >= limits_.events) {
    fail("more than " + std::to_string(limits_.events) + " events",
         "record fewer: set \"limits\" in the scenario");
  }
  if (trace_.strings.text_bytes() > limits_.string_bytes) {
    fail("the trace's strings are too long in sum");
  }
  if (event.seq <= trace_.events.size()) {
    fail("\"seq\" " + std::to_string(event.seq) + " does not follow " +
             std::to_string(trace_.events.size()),
         "events stand in the order of seq, which counts from 1");
  }
  if (!trace_.events.empty() && event.time_ns < trace_.events.back().time_ns) {
    fail("time runs backwards, from " + std::to_string(trace_.events.back().time_ns) + " to " +
         std::to_string(event.time_ns) + " ns");
  }
  fill_gap(event.seq);
  trace_.events.push_back(event);
}

/// Missing events are replaced by events_lost, so that events[i].seq == i + 1 holds. `plab check`
/// reports them.
void Reader::fill_gap(std::uint32_t seq) {
  const std::uint64_t missing = seq - 1 - trace_.events.size();
  gaps_ += missing;
  if (gaps_ > 1000 + trace_.events.size()) {
    fail("\"seq\" jumps to " + std::to_string(seq) + ": too many events are missing");
  }
  for (std::uint64_t i = 0; i < missing; ++i) {
    Event lost;
    lost.kind = EventKind::events_lost;
    lost.seq = static_cast<std::uint32_t>(trace_.events.size()) + 1;
    lost.time_ns = trace_.events.empty() ? 0 : trace_.events.back().time_ns;
    lost.earliest_ns = lost.time_ns;
    lost.certainty = Certainty::inferred;
    lost.value = 1;
    lost.text = keep("missing from the file");
    trace_.events.push_back(lost);
  }
}

void Reader::take_fields(const element& object, Event& event) {
  constexpr std::int64_t id_max = std::numeric_limits<std::uint32_t>::max();
  element value;
  const auto required = [&](const char* name) {
    if (object[name].get(value) != simdjson::SUCCESS) {
      fail(std::string("the event lacks \"") + name + "\"");
    }
  };
  required("seq");
  event.seq = static_cast<std::uint32_t>(integer(value, "seq", 1, id_max));
  required("time_ns");
  event.time_ns = integer(value, "time_ns", 0, time_ns_max);
  required("kind");
  const std::string_view kind = string(value, "kind");
  const auto known = event_kind_named(kind);
  if (!known) {
    fail("unknown kind \"" + std::string(kind.substr(0, 60)) + "\"",
         "FORMAT.md lists the kinds of format " + std::to_string(trace_format));
  }
  event.kind = *known;
  const auto id = [&](const char* name, auto& member, std::int64_t most) {
    if (object[name].get(value) != simdjson::SUCCESS) return;
    member = static_cast<std::remove_reference_t<decltype(member)>>(integer(value, name, 0, most));
  };
  id("thread", event.thread, std::numeric_limits<std::uint16_t>::max());
  id("cause", event.cause, id_max);
  id("operation", event.operation, id_max);
  id("parent", event.parent, id_max);
  if (object["certainty"].get(value) == simdjson::SUCCESS) {
    const std::string_view certainty = string(value, "certainty");
    if (certainty == "inferred") {
      event.certainty = Certainty::inferred;
    } else if (certainty != "observed") {
      fail("\"certainty\" must be \"observed\" or \"inferred\"");
    }
  }
  id("earliest_ns", event.earliest_ns, time_ns_max);
  for (const FieldName& field : fields_of(event.kind)) {
    if (object[field.name].get(value) == simdjson::SUCCESS) take_field(field, value, event);
  }
}

void Reader::take_field(const FieldName& field, const element& value, Event& event) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const auto id = [&] {
    return static_cast<std::uint32_t>(
        integer(value, field.name, 0, std::numeric_limits<std::uint32_t>::max()));
  };
  switch (field.field) {
    case Field::value:
      event.value = integer(value, field.name, -most, most);
      break;
    case Field::bytes:
      event.bytes = integer(value, field.name, 0, most);
      break;
    case Field::options:
      event.options = static_cast<std::uint16_t>(
          integer(value, field.name, 0, std::numeric_limits<std::uint16_t>::max()));
      break;
    case Field::target:
      event.target = id();
      break;
    case Field::handle:
      event.handle = id();
      break;
    case Field::buffer:
      event.buffer = id();
      break;
    case Field::opcode:
      event.opcode = keep(string(value, field.name));
      break;
    case Field::label:
      event.label = keep(string(value, field.name));
      break;
    case Field::text:
      event.text = keep(string(value, field.name));
      break;
    case Field::role: {
      const std::string_view role = string(value, field.name);
      if (role == "application") {
        event.role = Role::application;
      } else if (role == "processor") {
        event.role = Role::processor;
      } else {
        fail("\"role\" must be \"application\" or \"processor\"");
      }
      break;
    }
    case Field::more:
      if (value.get(event.more) != simdjson::SUCCESS) fail("\"more\" must be true or false");
      break;
    case Field::source: {
      const std::string_view source = string(value, field.name);
      const std::size_t colon = source.rfind(':');
      if (colon != std::string_view::npos) {
        std::from_chars(source.data() + colon + 1, source.data() + source.size(), event.line);
      }
      event.file = keep(source.substr(0, colon));
      break;
    }
  }
}

std::int64_t Reader::integer(const element& value, std::string_view name, std::int64_t least,
                             std::int64_t most) const {
  std::int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number < least || number > most) {
    fail("\"" + std::string(name) + "\" must be a whole number from " + std::to_string(least) +
         " to " + std::to_string(most));
  }
  return number;
}

std::string_view Reader::string(const element& value, std::string_view name) const {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) fail("\"" + std::string(name) + "\" must be a string");
  return text;
}

}  // namespace

Trace read_trace(std::istream& input, const std::string& file, const ReadLimits& limits) {
  return Reader(input, file, limits).read();
}

Trace read_trace_file(const std::string& path, const ReadLimits& limits) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError(path, "", "is a folder, not a trace");
  }
  std::ifstream input(path, std::ios::binary);
  if (!input) throw InputError(path, "", "cannot be opened", "check the name and the permissions");
  return read_trace(input, path, limits);
}

}  // namespace proactor_lab
