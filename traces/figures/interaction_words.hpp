// Short texts and colours that the diagrams share for operations, handles and outcomes.
#pragma once

#include <string>

#include "traces/figures/ink.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

/// The connection's colour; grey for listeners and for anything without a connection.
Ink ink_of_handle(const Model& model, std::uint32_t handle);
Ink ink_of_outcome(Outcome outcome);

/// The call that initiates the operation, with what is known by event `seq`: "async_receive(A)",
/// "async_wait()", "cancel(#3)".
std::string call_words(const Model& model, const OperationRecord& operation, std::uint32_t seq);
/// The meaning of `result`, a result of this operation: "5 bytes", "ok", "end of stream", "error
/// 104".
std::string result_words(const Model& model, const OperationRecord& operation, std::int64_t result);
/// Describes its last result; empty until it is completed.
std::string result_words(const Model& model, const OperationRecord& operation);
std::string bytes_words(std::int64_t count);
/// A time on an axis, precise enough to distinguish neighbours late in a run: "19.932 ms".
std::string format_moment(std::int64_t ns);

/// What a client does: "A connects", "A: 5 bytes", "A closes".
std::string client_words(const Model& model, const Event& event);

}  // namespace proactor_lab::figures
