// How results are worded, verb by verb.
#include "traces/model/verbs.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/model/model.hpp"

namespace {

using namespace proactor_lab;

/// The words for `result` of a verb that asked for `asked` bytes.
std::string words(const std::string& verb, std::int64_t asked, std::int64_t result) {
  Trace trace;
  Event event;
  event.seq = 1;
  event.kind = EventKind::operation_initiated;
  event.operation = 1;
  event.opcode = trace.strings.keep(verb);
  event.bytes = asked;
  trace.events.push_back(event);
  const Model model(trace);
  return model.result_words(model.operations().front(), result);
}

}  // namespace

TEST_CASE("a result is worded by what its verb counts") {
  CHECK(words("receive", 16, 5) == "5 bytes");
  CHECK(words("receive", 16, 0) == "end of stream");
  CHECK(words("receive", 0, 0) == "0 bytes");
  CHECK(words("receive_from", 16, 0) == "0 bytes");  // a datagram may be empty
  CHECK(words("read", 64, 64) == "64 bytes");
  CHECK(words("read", 64, 0) == "end of file");
  CHECK(words("write", 64, 1) == "1 of 64 bytes");
  CHECK(words("send", 10, 3) == "3 of 10 bytes");
  CHECK(words("accept", 0, 7) == "success");
  CHECK(words("cancel_all", 0, 2) == "2 operations");
  CHECK(words("cancel", 0, 0) == "success");
  CHECK(words("timer", 0, -62) == "success");
  CHECK(words("link_timeout", 0, -125) == "cancelled");
  CHECK(words("receive", 16, -104) == "error 104");
  CHECK(words("splice", 0, 3) == "success");  // an unknown verb: its result has no known meaning
}

TEST_CASE("every verb has its row, and is found by its name") {
  for (int i = 0; i < opcode_count; ++i) {
    const auto opcode = static_cast<Opcode>(i);
    INFO(name_of(opcode));
    CHECK(verb_of(opcode).opcode == opcode);
    CHECK(verb_named(name_of(opcode)).opcode == opcode);
    CHECK((verb_of(opcode).counts == Counts::bytes) == moves_bytes(opcode));
  }
  CHECK(verb_named("async_receive").opcode == Opcode::none);
}
