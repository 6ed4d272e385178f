#include "traces/figures/interaction_words.hpp"

namespace proactor_lab::figures {

Ink ink_of_handle(const Model& model, std::uint32_t handle) {
  const HandleRecord* record = model.handle(handle);
  if (record == nullptr || record->listener) return Ink::waiting;
  return connection_ink(record->order);
}

Ink ink_of_outcome(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return Ink::text_dim;
    case Outcome::ok:
      return Ink::good;
    case Outcome::short_transfer:
      return Ink::warning;
    case Outcome::end_of_stream:
      return Ink::world;
    case Outcome::error:
      return Ink::bad;
    case Outcome::cancelled:
      return Ink::cancelled;
  }
  return Ink::text_dim;
}

std::string call_words(const Model& model, const OperationRecord& operation, std::uint32_t seq) {
  std::string opcode(model.trace().text(operation.opcode));
  std::string object = operation.handle == 0 ? "" : model.name_of_handle(operation.handle);
  if (opcode == "cancel") {
    const OperationRecord* target = model.operation(operation.target);
    bool known =
        target != nullptr && target->cancel_requested != 0 && target->cancel_requested <= seq;
    return "cancel(" + (known ? "#" + std::to_string(target->id) : object) + ")";
  }
  if (opcode == "timer") return "async_wait(" + object + ")";
  if (opcode == "close" || opcode == "shutdown") return opcode + "(" + object + ")";
  if (opcode == "no_op") return "post()";  // as programs call it
  return "async_" + (opcode.empty() ? "operation" : opcode) + "(" + object + ")";
}

std::string bytes_words(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

std::string result_words(const Model& model, const OperationRecord& operation) {
  std::string_view opcode = model.trace().text(operation.opcode);
  bool moves_bytes = opcode == "receive" || opcode == "send";
  switch (model.outcome(operation)) {
    case Outcome::none:
      return "";
    case Outcome::cancelled:
      return "cancelled";
    case Outcome::end_of_stream:
      return "end of stream";
    case Outcome::error:
      return "error " + std::to_string(-operation.result);
    case Outcome::short_transfer:
      return std::to_string(operation.result) + " of " + bytes_words(operation.asked_bytes);
    case Outcome::ok:
      break;
  }
  return moves_bytes ? bytes_words(operation.result) : "ok";
}

std::string format_moment(std::int64_t ns) {
  auto with = [ns](std::int64_t unit, std::int64_t step, const char* name) {
    std::string text = std::to_string(ns / unit);
    std::int64_t rest = ns % unit / step;
    if (rest == 0) return text + name;
    std::string digits = std::to_string(unit / step + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    return text + "." + digits + name;
  };
  if (ns == 0) return "0";
  if (ns < 0) return format_duration(ns);
  if (ns < 1'000) return with(1, 1, " ns");
  if (ns < 1'000'000) return with(1'000, 100, " µs");
  if (ns < 1'000'000'000) return with(1'000'000, 1'000, " ms");
  return with(1'000'000'000, 100'000, " s");
}

std::string client_words(const Model& model, const Event& event) {
  std::string who(model.trace().text(event.label));
  std::string lead = who.empty() ? "" : who + " ";
  switch (event.kind) {
    case EventKind::client_connected:
      return lead + "connects";
    case EventKind::client_closed:
      return lead + "closes";
    default:
      break;
  }
  if (event.bytes <= 0)
    return lead + (event.kind == EventKind::client_sent ? "ends" : "sees the end");
  return (who.empty() ? "" : who + ": ") + bytes_words(event.bytes);
}

}  // namespace proactor_lab::figures
