#include "traces/import/asio/asio_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace proactor_lab {
namespace {

constexpr std::int64_t result_other = -5;  // -EIO: an error that is not a system error

/// Windows has other numbers for the same errors.
std::int64_t linux_error(std::int64_t value) {
  constexpr std::array<std::pair<int, int>, 9> of_windows{{{995, 125},      // operation aborted
                                                           {1236, 103},     // connection aborted
                                                           {10004, 4},      // interrupted
                                                           {10035, 11},     // would block
                                                           {10048, 98},     // address in use
                                                           {10053, 103},    // connection aborted
                                                           {10054, 104},    // connection reset
                                                           {10060, 110},    // timed out
                                                           {10061, 111}}};  // refused
  for (const auto& [theirs, ours] : of_windows) {
    if (value == theirs) return ours;
  }
  return value;
}

bool is_system(std::string_view category) {
  return category.ends_with("system") || category.ends_with("generic");
}

bool is_end_of_file(const AsioError& error) {
  return error.category == "asio.misc" && error.value == 2;
}

/// "execute(blk=never,rel=fork)" becomes "execute".
std::string_view base_name(std::string_view name) { return name.substr(0, name.find('(')); }

/// "async_receive_from" without "async_" and without arguments.
std::string_view bare_name(std::string_view name) {
  name = base_name(name);
  if (name.starts_with("async_")) name.remove_prefix(6);
  return name;
}

}  // namespace

bool is_strand(std::string_view type) { return type.starts_with("strand"); }

bool is_handle(std::string_view type) {
  return type == "socket" || type == "descriptor" || type == "handle" || type == "serial_port";
}

AsioVerb verb_of(const AsioLine& creation) {
  AsioVerb verb;
  const std::string_view name = bare_name(creation.name);
  verb.has_handle = is_handle(creation.type);
  verb.is_speculative = name != "connect";
  const bool reads = name.starts_with("receive") || name.starts_with("read");
  const bool writes = name.starts_with("send") || name.starts_with("write");
  verb.ready = writes || name == "connect" ? "write" : "read";
  if (name == "post" || name == "dispatch" || name == "defer" || name == "execute") {
    verb.is_job = true;
    verb.opcode = "no_op";
  } else if (verb.has_handle && (reads || writes)) {
    verb.moves_bytes = true;
    verb.opcode = name;
    // Variants of the same operation: with flags, at an offset, or of partial transfers.
    for (const std::string_view extra : {"_with_flags", "_at", "_some"}) {
      if (verb.opcode.ends_with(extra)) verb.opcode.resize(verb.opcode.size() - extra.size());
    }
  } else if (name == "wait") {
    verb.opcode = creation.type == "deadline_timer" ? "timer"
                  : creation.type == "signal_set"   ? "signal"
                                                    : "poll";
  } else if (verb.has_handle) {
    verb.opcode = name;
  } else {
    verb.opcode = creation.type == "resolver"
                      ? std::string(name)
                      : std::string(creation.type) + "_" + std::string(name);
  }
  return verb;
}

std::string_view handle_type_of(const AsioLine& creation) {
  const std::string_view name = bare_name(creation.name);
  if (name == "accept") return "listener";
  if (creation.type == "socket") {
    return name.ends_with("_from") || name.ends_with("_to") ? "datagram" : "stream";
  }
  return name.ends_with("_at") ? "file" : "";
}

AsioResult result_of(const AsioLine& line) {
  const std::int64_t count =
      line.bytes    ? static_cast<std::int64_t>(std::min<std::uint64_t>(*line.bytes, INT64_MAX))
      : line.signal ? std::max<std::int64_t>(*line.signal, 0)
                    : 0;
  if (!line.error || line.error->value == 0 || is_end_of_file(*line.error)) return {count, true};
  const std::int64_t error = linux_error(line.error->value);
  if (is_system(line.error->category) && error > 0 && error <= INT32_MAX) return {-error, true};
  return {result_other, false};
}

bool is_not_yet(const AsioLine& tried) {
  if (!is_system(tried.error->category)) return false;
  const std::int64_t error = linux_error(tried.error->value);
  // Asio ignores connections that failed before they were accepted.
  if (tried.name.ends_with("accept") && (error == 103 || error == 71)) return true;
  return error == 11 || error == 35;  // EAGAIN on Linux and BSD
}

std::string_view short_function(std::string_view function) {
  int depth = 0;
  std::size_t begin = 0;
  std::size_t end = function.size();
  for (std::size_t i = 0; i < function.size(); ++i) {
    if (function.substr(i).starts_with("operator")) break;  // any characters may follow
    if (function[i] == '<') ++depth;
    if (function[i] == '>') --depth;
    if (depth != 0) continue;
    if (function[i] == ' ' || function[i] == '*' || function[i] == '&') begin = i + 1;
    if (function[i] == '(') {
      end = i;
      break;
    }
  }
  return begin < end ? function.substr(begin, end - begin) : function;
}

bool is_asio_file(std::string_view file) {
  if (!file.ends_with(".hpp") && !file.ends_with(".ipp")) return false;
  return file.find("asio/impl/") != std::string_view::npos ||
         file.find("asio/detail/") != std::string_view::npos ||
         file.find("asio/experimental/") != std::string_view::npos ||
         file.find("asio/ssl/") != std::string_view::npos;
}

}  // namespace proactor_lab
