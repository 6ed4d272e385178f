#include "lessons/player/lesson_lifelines.hpp"

#include <utility>

namespace proactor_lab {
namespace {

using figures::Lifeline;

constexpr std::pair<std::string_view, Lifeline> ids[] = {
    {"initiator", Lifeline::initiator},
    {"handler", Lifeline::completion_handler},
    {"proactor", Lifeline::proactor},
    {"demultiplexer", Lifeline::demultiplexer},
    {"queue", Lifeline::completion_event_queue},
    {"processor", Lifeline::operating_system},
    {"world", Lifeline::world},
    {"application", Lifeline::application},
    {"dispatcher", Lifeline::completion_dispatcher},
};

}  // namespace

Lifeline lifeline_called(std::string_view id) {
  for (const auto& [name, lifeline] : ids) {
    if (name == id) return lifeline;
  }
  return Lifeline::none;
}

std::string_view id_of_lifeline(Lifeline wanted) {
  for (const auto& [name, lifeline] : ids) {
    if (lifeline == wanted) return name;
  }
  return {};
}

}  // namespace proactor_lab
