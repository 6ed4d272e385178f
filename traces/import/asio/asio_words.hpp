// What Asio calls things, and what the trace calls them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traces/import/asio/asio_line.hpp"

namespace proactor_lab {

/// An operation's verb, and what follows from it.
struct AsioVerb {
  std::string opcode;       ///< of core/values/opcode.hpp where there is one, else Asio's own
  bool is_job = false;      ///< post and its like: nothing that a system does
  bool has_handle = false;  ///< its object is a socket or a descriptor
  bool moves_bytes = false;
  bool is_speculative = true;  ///< may be tried by the call that initiates it
  std::string_view ready;      ///< "read" or "write"
};
AsioVerb verb_of(const AsioLine& creation);

/// Whether handlers of such an object are run inside others: a strand's.
bool is_strand(std::string_view type);

/// Whether such an object is a handle in the trace: it can be read, written, closed.
bool is_handle(std::string_view type);

/// `type` of a handle; empty where the log does not tell.
std::string_view handle_type_of(const AsioLine& creation);

struct AsioResult {
  std::int64_t value = 0;
  bool is_told = true;  ///< false: there is no such number in a trace, and `value` stands for it
};
AsioResult result_of(const AsioLine& line);

/// The try found nothing to do yet, and will be made again.
bool is_not_yet(const AsioLine& tried);

/// "asio::awaitable<void> echo(asio::ip::tcp::socket)" is known as "echo".
std::string_view short_function(std::string_view function);

/// A place in Asio itself.
bool is_asio_file(std::string_view file);

}  // namespace proactor_lab
