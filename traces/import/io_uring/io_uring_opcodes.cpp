#include "traces/import/io_uring/io_uring_opcodes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/values/opcode.hpp"

namespace proactor_lab {
namespace {

// enum io_uring_op of <linux/io_uring.h>, whose numbers never change.
constexpr std::array<std::string_view, 63> kernel_names = {"NOP",
                                                           "READV",
                                                           "WRITEV",
                                                           "FSYNC",
                                                           "READ_FIXED",
                                                           "WRITE_FIXED",
                                                           "POLL_ADD",
                                                           "POLL_REMOVE",
                                                           "SYNC_FILE_RANGE",
                                                           "SENDMSG",
                                                           "RECVMSG",
                                                           "TIMEOUT",
                                                           "TIMEOUT_REMOVE",
                                                           "ACCEPT",
                                                           "ASYNC_CANCEL",
                                                           "LINK_TIMEOUT",
                                                           "CONNECT",
                                                           "FALLOCATE",
                                                           "OPENAT",
                                                           "CLOSE",
                                                           "FILES_UPDATE",
                                                           "STATX",
                                                           "READ",
                                                           "WRITE",
                                                           "FADVISE",
                                                           "MADVISE",
                                                           "SEND",
                                                           "RECV",
                                                           "OPENAT2",
                                                           "EPOLL_CTL",
                                                           "SPLICE",
                                                           "PROVIDE_BUFFERS",
                                                           "REMOVE_BUFFERS",
                                                           "TEE",
                                                           "SHUTDOWN",
                                                           "RENAMEAT",
                                                           "UNLINKAT",
                                                           "MKDIRAT",
                                                           "SYMLINKAT",
                                                           "LINKAT",
                                                           "MSG_RING",
                                                           "FSETXATTR",
                                                           "SETXATTR",
                                                           "FGETXATTR",
                                                           "GETXATTR",
                                                           "SOCKET",
                                                           "URING_CMD",
                                                           "SEND_ZC",
                                                           "SENDMSG_ZC",
                                                           "READ_MULTISHOT",
                                                           "WAITID",
                                                           "FUTEX_WAIT",
                                                           "FUTEX_WAKE",
                                                           "FUTEX_WAITV",
                                                           "FIXED_FD_INSTALL",
                                                           "FTRUNCATE",
                                                           "BIND",
                                                           "LISTEN",
                                                           "RECV_ZC",
                                                           "EPOLL_WAIT",
                                                           "READV_FIXED",
                                                           "WRITEV_FIXED",
                                                           "PIPE"};

struct Verb {
  std::string_view kernel;
  Opcode ours;
};

constexpr Verb verbs[] = {{"NOP", Opcode::no_op},           {"READ", Opcode::read},
                          {"READV", Opcode::read},          {"READ_FIXED", Opcode::read},
                          {"READV_FIXED", Opcode::read},    {"READ_MULTISHOT", Opcode::read},
                          {"WRITE", Opcode::write},         {"WRITEV", Opcode::write},
                          {"WRITE_FIXED", Opcode::write},   {"WRITEV_FIXED", Opcode::write},
                          {"FSYNC", Opcode::fsync},         {"POLL_ADD", Opcode::poll},
                          {"RECV", Opcode::receive},        {"RECVMSG", Opcode::receive},
                          {"RECV_ZC", Opcode::receive},     {"SEND", Opcode::send},
                          {"SENDMSG", Opcode::send},        {"SEND_ZC", Opcode::send},
                          {"SENDMSG_ZC", Opcode::send},     {"ACCEPT", Opcode::accept},
                          {"CONNECT", Opcode::connect},     {"OPENAT", Opcode::open},
                          {"OPENAT2", Opcode::open},        {"CLOSE", Opcode::close},
                          {"SHUTDOWN", Opcode::shutdown},   {"TIMEOUT", Opcode::timer},
                          {"ASYNC_CANCEL", Opcode::cancel}, {"LINK_TIMEOUT", Opcode::link_timeout}};

bool is_kernel_name(std::string_view name) {
  constexpr std::size_t length_max = 32;
  return !name.empty() && name.size() <= length_max &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

std::string verb_of_kernel_opcode(std::string_view name) {
  std::size_t number = 0;
  const char* const end = name.data() + name.size();
  if (const auto [at, error] = std::from_chars(name.data(), end, number);
      error == std::errc{} && at == end) {
    if (number >= kernel_names.size()) return "opcode_" + std::to_string(number);
    name = kernel_names[number];
  }
  const auto* const verb = std::find_if(std::begin(verbs), std::end(verbs),
                                        [name](const Verb& each) { return each.kernel == name; });
  if (verb != std::end(verbs)) return std::string(name_of(verb->ours));
  if (!is_kernel_name(name)) return "unknown";
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool kernel_opcode_moves_bytes(std::string_view verb) {
  for (const Opcode ours : {Opcode::read, Opcode::write, Opcode::receive, Opcode::send}) {
    if (name_of(ours) == verb) return true;
  }
  return false;
}

}  // namespace proactor_lab
