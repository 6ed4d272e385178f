// Tracepoints of io_uring become a trace.
#include "traces/import/import.hpp"
#include "traces/input_error.hpp"

namespace proactor_lab {

bool is_io_uring_line(std::string_view line) {
  return line.find(": io_uring_") != std::string_view::npos ||
         line.find(" io_uring:io_uring_") != std::string_view::npos;
}

ImportReport import_io_uring(LogLines& lines, const ImportLimits&, Trace&) {
  throw InputError(lines.file(), "", "logs of io_uring's tracepoints cannot be read yet");
}

}  // namespace proactor_lab
