// Which fields each kind of event carries, and their names in a file. The writer, the reader and
// SQL read this table. To add a kind, add its enumerator (event.hpp) and its row here, and describe
// it in FORMAT.md.
//
// Fields that every event may have are not listed: seq, time_ns, kind, thread, cause, operation,
// parent, certainty, earliest_ns.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "traces/format/event.hpp"

namespace proactor_lab {

/// A member of Event that a row can name.
enum class Field : std::uint8_t {
  value,   ///< number, always written
  bytes,   ///< number, always written
  target,  ///< id, written unless 0
  handle,
  buffer,
  opcode,  ///< text, written unless empty
  label,
  text,
  source,   ///< "file:line", written unless empty
  role,     ///< "application" or "processor"
  more,     ///< true or absent
  options,  ///< number, always written
};

struct FieldName {
  Field field;
  std::string_view name;
};

std::span<const FieldName> fields_of(EventKind kind);

/// The constant parts of every event of a kind, as written in a file: `,"kind":"note"`, `,"text":`.
struct Wording {
  struct Member {
    Field field;
    std::string key;
  };
  std::string kind;
  std::vector<Member> members;
};
const Wording& wording_of(EventKind kind);

/// Names of roles and certainties in a trace.
std::string_view name_of(Role role);
std::string_view name_of(Certainty certainty);

}  // namespace proactor_lab
