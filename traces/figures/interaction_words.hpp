// The short words and the colours that the diagrams share for operations, handles and outcomes.
#pragma once

#include <string>

#include "traces/figures/ink.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

/// The connection's colour; grey for listeners and for what belongs to no connection.
Ink ink_of_handle(const Model& model, std::uint32_t handle);
Ink ink_of_outcome(Outcome outcome);

/// "async_receive(A)", "async_wait()", "cancel(#3)": the call that initiates it, as far as it is
/// known by event `seq`.
std::string call_words(const Model& model, const OperationRecord& operation, std::uint32_t seq);
/// "5 bytes", "ok", "end of stream", "error 104": what `result`, one of its results, means.
std::string result_words(const Model& model, const OperationRecord& operation, std::int64_t result);
/// Of its last result; empty until it is completed.
std::string result_words(const Model& model, const OperationRecord& operation);
std::string bytes_words(std::int64_t count);
/// A time on an axis: precise enough to tell neighbours apart late in a run, "19.932 ms".
std::string format_moment(std::int64_t ns);

/// "A connects", "A: 5 bytes", "A closes": what a client does.
std::string client_words(const Model& model, const Event& event);

}  // namespace proactor_lab::figures
