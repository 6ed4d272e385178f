// Maps Asio's names to those of traces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traces/import/asio/asio_line.hpp"

namespace proactor_lab {

/// An operation's verb and its properties.
struct AsioVerb {
  std::string opcode;       ///< from core/values/opcode.hpp if possible, else Asio's name
  bool is_job = false;      ///< post and similar: no operation of the system
  bool has_handle = false;  ///< its object is a socket or a descriptor
  bool moves_bytes = false;
  bool is_speculative = true;  ///< the initiating call may try it at once
  std::string_view ready;      ///< "read" or "write"
};
AsioVerb verb_of(const AsioLine& creation);

/// True for a strand, whose handlers run inside others.
bool is_strand(std::string_view type);

/// True if such an object is a handle in the trace: it can be read, written and closed.
bool is_handle(std::string_view type);

/// `type` of a handle; empty if the log does not show it.
std::string_view handle_type_of(const AsioLine& creation);

struct AsioResult {
  std::int64_t value = 0;
  bool is_told = true;  ///< false: traces have no such number, and `value` is a substitute
};
AsioResult result_of(const AsioLine& line);

/// True if the attempt found nothing to do yet and will be repeated.
bool is_not_yet(const AsioLine& tried);

/// "asio::awaitable<void> echo(asio::ip::tcp::socket)" becomes "echo".
std::string_view short_function(std::string_view function);

/// True if the file belongs to Asio itself.
bool is_asio_file(std::string_view file);

}  // namespace proactor_lab
