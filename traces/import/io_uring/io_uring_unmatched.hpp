// Reasons why a line of io_uring's tracepoints could not be matched.
#pragma once

#include <string_view>

namespace proactor_lab::io_uring_unmatched {

inline constexpr std::string_view strange_fields =
    "tracepoints that lack a field or have a strange one";
inline constexpr std::string_view unknown_tracepoints = "tracepoints of an unknown name";
inline constexpr std::string_view unknown_requests =
    "steps of operations whose submission the log does not show";
inline constexpr std::string_view unknown_completions =
    "completions of operations whose submission the log does not show";
inline constexpr std::string_view unseen_ends =
    "operations whose completion the log does not show: their request was used again";
inline constexpr std::string_view too_many_alive =
    "tracepoints of more operations, rings or threads than may be alive at once";
inline constexpr std::string_view unreadable_lines = "lines that are none of a recorder's";
inline constexpr std::string_view late_lines =
    "lines far out of the order of time: they are told later than they happened";

}  // namespace proactor_lab::io_uring_unmatched
