#include "traces/model/verbs.hpp"

#include <algorithm>
#include <iterator>

namespace proactor_lab {
namespace {

constexpr std::string_view stream_end = "end of stream";
constexpr std::string_view file_end = "end of file";

constexpr Verb verbs[] = {
    {.opcode = Opcode::none},
    {.opcode = Opcode::no_op, .call = "post"},
    {.opcode = Opcode::accept, .counts = Counts::handle},
    {.opcode = Opcode::connect, .waits_for = WaitsFor::network},
    {.opcode = Opcode::receive,
     .counts = Counts::bytes,
     .direction = Direction::in,
     .in_order = true,
     .zero_ends = true,
     .end = stream_end},
    {.opcode = Opcode::send,
     .counts = Counts::bytes,
     .direction = Direction::out,
     .in_order = true,
     .falls_short = true},
    {.opcode = Opcode::receive_from, .counts = Counts::bytes, .direction = Direction::in},
    {.opcode = Opcode::send_to,
     .counts = Counts::bytes,
     .direction = Direction::out,
     .falls_short = true},
    {.opcode = Opcode::read,
     .counts = Counts::bytes,
     .direction = Direction::in,
     .in_order = true,
     .zero_ends = true,
     .end = file_end},
    {.opcode = Opcode::write,
     .counts = Counts::bytes,
     .direction = Direction::out,
     .in_order = true,
     .falls_short = true},
    {.opcode = Opcode::fsync},
    {.opcode = Opcode::open, .counts = Counts::handle, .waits_for = WaitsFor::disk},
    {.opcode = Opcode::timer, .expires = true, .waits_for = WaitsFor::clock, .call = "async_wait"},
    {.opcode = Opcode::poll},
    {.opcode = Opcode::shutdown, .call = "shutdown"},
    {.opcode = Opcode::close, .call = "close"},
    {.opcode = Opcode::cancel, .call = "cancel"},
    {.opcode = Opcode::cancel_handle, .counts = Counts::operations},
    {.opcode = Opcode::cancel_all, .counts = Counts::operations},
    {.opcode = Opcode::link_timeout, .waits_for = WaitsFor::clock},
};
static_assert(std::size(verbs) == opcode_count);
static_assert([] {
  for (int i = 0; i < opcode_count; ++i) {
    if (verbs[i].opcode != static_cast<Opcode>(i)) return false;
  }
  return true;
}());

}  // namespace

const Verb& verb_of(Opcode opcode) { return verbs[static_cast<std::size_t>(opcode)]; }

const Verb& verb_named(std::string_view name) {
  const auto* const found = std::find_if(std::begin(verbs), std::end(verbs), [&](const Verb& each) {
    return name_of(each.opcode) == name;
  });
  return found == std::end(verbs) ? verbs[0] : *found;
}

}  // namespace proactor_lab
