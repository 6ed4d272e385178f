#include "traces/figures/interaction_words.hpp"

#include "traces/model/verbs.hpp"

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
  const Verb& verb = verb_named(opcode);
  if (verb.opcode == Opcode::cancel) {
    const OperationRecord* target = model.operation(operation.target);
    bool known =
        target != nullptr && target->cancel_requested != 0 && target->cancel_requested <= seq;
    if (known) object = "#" + std::to_string(target->id);
  }
  std::string call(verb.call);
  if (call.empty()) call = "async_" + (opcode.empty() ? "operation" : opcode);
  return call + "(" + object + ")";
}

std::string bytes_words(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

std::string result_words(const Model& model, const OperationRecord& operation,
                         std::int64_t result) {
  const std::string words = model.result_words(operation, result);
  return words == "success" ? "ok" : words;
}

std::string result_words(const Model& model, const OperationRecord& operation) {
  return operation.completed == 0 ? "" : result_words(model, operation, operation.result);
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
