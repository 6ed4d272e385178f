#include "traces/format/event_line.hpp"

#include <cstring>
#include <limits>

#include "traces/format/event_fields.hpp"

namespace proactor_lab {
namespace {

constexpr std::int64_t id_max = std::numeric_limits<std::uint32_t>::max();
constexpr int digits_max = 18;  // the largest such number is below 2^63

/// Matches expected text and moves forward. No accepted byte is a newline, so the cursor stays
/// within the line.
class Cursor {
 public:
  explicit Cursor(const char* at) : at_(at) {}
  const char* at() const { return at_; }

  bool skip(std::string_view expected) {
    if (std::memcmp(at_, expected.data(), expected.size()) != 0) return false;
    at_ += expected.size();
    return true;
  }

  bool number(std::int64_t& number, std::int64_t least, std::int64_t most) {
    const bool negative = *at_ == '-';
    if (negative) ++at_;
    const char* first = at_;
    std::int64_t magnitude = 0;
    while (*at_ >= '0' && *at_ <= '9') {
      if (at_ - first == digits_max) return false;
      magnitude = magnitude * 10 + (*at_++ - '0');
    }
    if (at_ == first || (*first == '0' && (at_ - first > 1 || negative))) return false;
    number = negative ? -magnitude : magnitude;
    return number >= least && number <= most;
  }

  template <class Id>
  bool id(Id& id) {
    std::int64_t number_read = 0;
    if (!number(number_read, 0, std::numeric_limits<Id>::max())) return false;
    id = static_cast<Id>(number_read);
    return true;
  }

  bool text(std::string_view& text) {
    if (*at_ != '"') return false;
    const char* first = ++at_;
    while (*at_ != '"') {
      const auto byte = static_cast<unsigned char>(*at_);
      if (byte < 0x20 || byte >= 0x7F || byte == '\\') return false;  // also all non-ASCII
      ++at_;
    }
    text = {first, static_cast<std::size_t>(at_ - first)};
    ++at_;
    return true;
  }

  bool text(StringPool& strings, StringId& id) {
    std::string_view found;
    if (!text(found)) return false;
    id = strings.keep(found);
    return true;
  }

 private:
  const char* at_;
};

bool read_source(Cursor& cursor, StringPool& strings, Event& event) {
  std::string_view source;
  if (!cursor.text(source)) return false;
  const std::size_t colon = source.rfind(':');
  if (colon == std::string_view::npos) return false;
  Cursor line(source.data() + colon + 1);
  std::int64_t number = 0;
  if (!line.number(number, 0, id_max) || line.at() != source.data() + source.size()) return false;
  event.line = static_cast<std::uint32_t>(number);
  event.file = strings.keep(source.substr(0, colon));
  return true;
}

bool read_member(Field field, Cursor& cursor, StringPool& strings, Event& event) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  switch (field) {
    case Field::value:
      return cursor.number(event.value, -most, most);
    case Field::bytes:
      return cursor.number(event.bytes, 0, most);
    case Field::options:
      return cursor.id(event.options);
    case Field::target:
      return cursor.id(event.target);
    case Field::handle:
      return cursor.id(event.handle);
    case Field::buffer:
      return cursor.id(event.buffer);
    case Field::opcode:
      return cursor.text(strings, event.opcode);
    case Field::label:
      return cursor.text(strings, event.label);
    case Field::text:
      return cursor.text(strings, event.text);
    case Field::source:
      return read_source(cursor, strings, event);
    case Field::more:
      event.more = cursor.skip("true");
      return event.more;
    case Field::role:
      if (cursor.skip(R"("processor")")) {
        event.role = Role::processor;
      } else if (cursor.skip(R"("application")")) {
        event.role = Role::application;
      }
      return event.role != Role::none;
  }
  return false;
}

}  // namespace

const char* read_event_line(const char* text, StringPool& strings, Event& event) {
  Cursor cursor(text);
  std::string_view kind;
  if (!cursor.skip(R"({"seq":)") || !cursor.id(event.seq) || event.seq == 0) return nullptr;
  if (!cursor.skip(R"(,"time_ns":)") || !cursor.number(event.time_ns, 0, time_ns_max)) {
    return nullptr;
  }
  if (!cursor.skip(R"(,"kind":)") || !cursor.text(kind)) return nullptr;
  const auto known = event_kind_named(kind);
  if (!known) return nullptr;
  event.kind = *known;
  if (cursor.skip(R"(,"thread":)") && !cursor.id(event.thread)) return nullptr;
  if (cursor.skip(R"(,"cause":)") && !cursor.id(event.cause)) return nullptr;
  if (cursor.skip(R"(,"operation":)") && !cursor.id(event.operation)) return nullptr;
  if (cursor.skip(R"(,"parent":)") && !cursor.id(event.parent)) return nullptr;
  if (cursor.skip(R"(,"certainty":"inferred","earliest_ns":)")) {
    event.certainty = Certainty::inferred;
    if (!cursor.number(event.earliest_ns, 0, time_ns_max)) return nullptr;
  }
  for (const Wording::Member& member : wording_of(event.kind).members) {
    if (cursor.skip(member.key) && !read_member(member.field, cursor, strings, event)) {
      return nullptr;
    }
  }
  return cursor.skip("}") ? cursor.at() : nullptr;
}

}  // namespace proactor_lab
