#include "traces/format/event_columns.hpp"

#include <array>
#include <limits>
#include <stdexcept>

#include "traces/format/event_fields.hpp"

namespace proactor_lab {
namespace {

// Bits of an event's marks.
constexpr std::uint8_t inferred_mark = 1;  // two more words: earliest_ns
constexpr std::uint8_t more_mark = 2;
constexpr std::uint8_t application_mark = 4;
constexpr std::uint8_t processor_mark = 8;
constexpr std::uint8_t parent_mark = 16;  // one more word
constexpr std::uint8_t wide_mark = 32;    // value and bytes take two words, not one

constexpr std::size_t words_max = 24;

bool is_narrow(std::int64_t number) {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

/// The fields of each kind that are stored as words.
struct Layout {
  std::array<Field, 8> fields{};
  std::size_t count = 0;
};

const std::array<Layout, event_kind_count>& layouts() {
  static const auto all = [] {
    std::array<Layout, event_kind_count> made{};
    for (std::size_t kind = 0; kind < made.size(); ++kind) {
      for (const FieldName& field : fields_of(static_cast<EventKind>(kind))) {
        if (field.field == Field::role || field.field == Field::more) continue;  // stored as marks
        made[kind].fields[made[kind].count++] = field.field;
      }
    }
    return made;
  }();
  return all;
}

class WordWriter {
 public:
  explicit WordWriter(std::uint32_t* at) : at_(at) {}
  void put(std::uint32_t word) { *at_++ = word; }
  void put(StringId text) { put(static_cast<std::uint32_t>(text)); }
  void put_number(std::int64_t number, bool wide) {
    put(static_cast<std::uint32_t>(number));
    if (wide) put(static_cast<std::uint32_t>(static_cast<std::uint64_t>(number) >> 32));
  }
  const std::uint32_t* at() const { return at_; }

 private:
  std::uint32_t* at_;
};

class WordReader {
 public:
  explicit WordReader(const std::uint32_t* at) : at_(at) {}
  std::uint32_t take() { return *at_++; }
  StringId take_text() { return StringId{take()}; }
  std::int64_t take_number(bool wide) {
    const std::uint32_t low = take();
    if (!wide) return static_cast<std::int32_t>(low);
    return static_cast<std::int64_t>(std::uint64_t{take()} << 32 | low);
  }

 private:
  const std::uint32_t* at_;
};

}  // namespace

void EventColumns::push_back(const Event& event) {
  std::array<std::uint32_t, words_max> words;
  WordWriter writer(words.data());
  std::uint8_t marks = 0;
  if (event.more) marks |= more_mark;
  if (event.role == Role::application) marks |= application_mark;
  if (event.role == Role::processor) marks |= processor_mark;
  const bool wide = !is_narrow(event.value) || !is_narrow(event.bytes);
  if (wide) marks |= wide_mark;
  if (event.certainty == Certainty::inferred) {
    marks |= inferred_mark;
    writer.put_number(event.earliest_ns, true);
  }
  if (event.parent != 0) {
    marks |= parent_mark;
    writer.put(event.parent);
  }
  const Layout& layout = layouts()[static_cast<std::size_t>(event.kind)];
  for (std::size_t i = 0; i < layout.count; ++i) {
    switch (layout.fields[i]) {
      case Field::value:
        writer.put_number(event.value, wide);
        break;
      case Field::bytes:
        writer.put_number(event.bytes, wide);
        break;
      case Field::target:
        writer.put(event.target);
        break;
      case Field::handle:
        writer.put(event.handle);
        break;
      case Field::buffer:
        writer.put(event.buffer);
        break;
      case Field::opcode:
        writer.put(event.opcode);
        break;
      case Field::label:
        writer.put(event.label);
        break;
      case Field::text:
        writer.put(event.text);
        break;
      case Field::options:
        writer.put(event.options);
        break;
      case Field::source:
        writer.put(event.file);
        writer.put(event.line);
        break;
      case Field::role:
      case Field::more:
        break;
    }
  }
  const auto count = static_cast<std::size_t>(writer.at() - words.data());
  if (words_.size() + count > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("a trace of more events than can be held");
  }
  details_.push_back(static_cast<std::uint32_t>(words_.size()));
  words_.insert(words_.end(), words.data(), words.data() + count);
  times_.push_back(event.time_ns);
  causes_.push_back(event.cause);
  operations_.push_back(event.operation);
  threads_.push_back(event.thread);
  kinds_.push_back(event.kind);
  marks_.push_back(marks);
}

Event EventColumns::operator[](std::size_t place) const {
  Event event;
  event.seq = static_cast<std::uint32_t>(place + 1);
  event.time_ns = times_[place];
  event.cause = causes_[place];
  event.operation = operations_[place];
  event.thread = threads_[place];
  event.kind = kinds_[place];
  const std::uint8_t marks = marks_[place];
  event.more = (marks & more_mark) != 0;
  if ((marks & application_mark) != 0) event.role = Role::application;
  if ((marks & processor_mark) != 0) event.role = Role::processor;
  const bool wide = (marks & wide_mark) != 0;
  WordReader reader(words_.data() + details_[place]);
  if ((marks & inferred_mark) != 0) {
    event.certainty = Certainty::inferred;
    event.earliest_ns = reader.take_number(true);
  }
  if ((marks & parent_mark) != 0) event.parent = reader.take();
  const Layout& layout = layouts()[static_cast<std::size_t>(event.kind)];
  for (std::size_t i = 0; i < layout.count; ++i) {
    switch (layout.fields[i]) {
      case Field::value:
        event.value = reader.take_number(wide);
        break;
      case Field::bytes:
        event.bytes = reader.take_number(wide);
        break;
      case Field::target:
        event.target = reader.take();
        break;
      case Field::handle:
        event.handle = reader.take();
        break;
      case Field::buffer:
        event.buffer = reader.take();
        break;
      case Field::opcode:
        event.opcode = reader.take_text();
        break;
      case Field::label:
        event.label = reader.take_text();
        break;
      case Field::text:
        event.text = reader.take_text();
        break;
      case Field::options:
        event.options = static_cast<std::uint16_t>(reader.take());
        break;
      case Field::source:
        event.file = reader.take_text();
        event.line = reader.take();
        break;
      case Field::role:
      case Field::more:
        break;
    }
  }
  return event;
}

void EventColumns::truncate(std::size_t size) {
  if (size >= this->size()) return;
  words_.resize(details_[size]);
  times_.resize(size);
  causes_.resize(size);
  operations_.resize(size);
  details_.resize(size);
  threads_.resize(size);
  kinds_.resize(size);
  marks_.resize(size);
}

std::size_t EventColumns::capacity_bytes() const {
  const auto bytes = [](const auto& column) {
    return column.capacity() * sizeof(typename std::decay_t<decltype(column)>::value_type);
  };
  return bytes(times_) + bytes(causes_) + bytes(operations_) + bytes(details_) + bytes(threads_) +
         bytes(kinds_) + bytes(marks_) + bytes(words_);
}

}  // namespace proactor_lab
