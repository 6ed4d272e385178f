#include "gui/view/view.hpp"

#include <algorithm>
#include <iterator>

#include <imgui.h>

namespace proactor_lab::gui {

using figures::Ink;

namespace {

Ink ink_of_handle(const Model& model, std::uint32_t id) {
  const HandleRecord* handle = model.handle(id);
  if (!handle || handle->listener) return Ink::text_dim;
  return figures::connection_ink(handle->order);
}

}  // namespace

Ink ink_of_operation(const Model& model, std::uint32_t id) {
  const OperationRecord* operation = model.operation(id);
  return operation ? ink_of_handle(model, operation->handle) : Ink::text_dim;
}

Ink ink_of_event(const Model& model, const Event& event) {
  if (event.operation != 0) return ink_of_operation(model, event.operation);
  return ink_of_handle(model, event.handle);
}

std::int64_t playhead_ns(const Snapshot& snapshot) {
  const Model& model = *snapshot.model;
  const figures::Moment at = snapshot.moment();
  if (model.event_count() == 0) return 0;
  const auto time_of = [&](std::uint32_t seq) {
    return seq == 0 ? model.start_ns() : model.event(seq).time_ns;
  };
  const std::int64_t here = time_of(at.seq);
  const std::int64_t next = time_of(std::min(at.seq + 1, snapshot.horizon()));
  const auto part =
      static_cast<std::int64_t>(static_cast<double>(std::max<std::int64_t>(0, next - here)) *
                                static_cast<double>(at.fraction));
  return here + part - model.start_ns();
}

figures::Point mouse_position() {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  return {mouse.x, mouse.y};
}

float mouse_wheel() { return ImGui::GetIO().MouseWheel; }

namespace {

const char* words_of_lifeline(figures::Lifeline lifeline) {
  using figures::Lifeline;
  switch (lifeline) {
    case Lifeline::none:
      break;
    case Lifeline::initiator:
      return "Initiator";
    case Lifeline::completion_handler:
      return "Completion Handler";
    case Lifeline::proactor:
      return "Proactor";
    case Lifeline::demultiplexer:
      return "Asynchronous Event Demultiplexer";
    case Lifeline::completion_event_queue:
      return "Completion Event Queue";
    case Lifeline::operating_system:
      return "Operating System";
    case Lifeline::world:
      return "World";
    case Lifeline::application:
      return "Application";
    case Lifeline::completion_dispatcher:
      return "Completion Dispatcher";
  }
  return "";
}

}  // namespace

std::string words_of(const Model& model, const figures::Target& target) {
  using Kind = figures::Target::Kind;
  switch (target.kind) {
    case Kind::event:
      return "event #" + std::to_string(target.id);
    case Kind::operation:
      return model.name_of_operation(target.id);
    case Kind::lifeline:
      return words_of_lifeline(static_cast<figures::Lifeline>(target.id));
    case Kind::thread:
      return "thread T" + std::to_string(target.id);
    case Kind::handle:
      return model.name_of_handle(target.id);
    default:
      return {};
  }
}

TimeParts time_parts(const Model& model, std::int64_t time_ns) {
  struct Unit {
    std::int64_t run_below_ns;  // used for runs up to this long
    std::int64_t ns;
    int decimals;
    const char* name;
  };
  constexpr Unit units[] = {{10'000, 1, 0, "ns"},
                            {10'000'000, 1'000, 1, "µs"},
                            {100'000'000'000, 1'000'000, 3, "ms"},
                            {INT64_MAX, 1'000'000'000, 3, "s"}};
  const std::int64_t length = model.end_ns() - model.start_ns();
  const Unit& unit = *std::find_if(std::begin(units), std::end(units) - 1,
                                   [&](const Unit& u) { return length < u.run_below_ns; });
  std::int64_t parts = 1;
  for (int i = 0; i < unit.decimals; ++i) parts *= 10;
  const std::int64_t step = std::max<std::int64_t>(1, unit.ns / parts);
  // Truncated, not rounded, like a clock.
  const std::int64_t steps = std::max<std::int64_t>(0, time_ns - model.start_ns()) / step;
  std::string text = std::to_string(steps / parts);
  if (unit.decimals > 0) text += "." + std::to_string(parts + steps % parts).substr(1);
  return {text, unit.name};
}

std::string time_text(const Model& model, std::int64_t time_ns) {
  const TimeParts parts = time_parts(model, time_ns);
  return parts.number + " " + parts.unit;
}

}  // namespace proactor_lab::gui
