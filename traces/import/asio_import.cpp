// Asio's handler tracking becomes a trace.
#include "traces/import/import.hpp"
#include "traces/input_error.hpp"

namespace proactor_lab {

bool is_asio_line(std::string_view line) { return line.find("@asio|") != std::string_view::npos; }

ImportReport import_asio(LogLines& lines, const ImportLimits&, Trace&) {
  throw InputError(lines.file(), "", "logs of Asio's handler tracking cannot be read yet");
}

}  // namespace proactor_lab
