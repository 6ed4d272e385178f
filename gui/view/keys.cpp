#include "gui/view/keys.hpp"

#include <cctype>

namespace proactor_lab::gui {
namespace {

constexpr Key letter(char c) { return static_cast<Key>(c); }

const KeyBinding bindings[] = {
    {Key::space, {Action::toggle_play}, "Space", "Play or pause"},
    {Key::right, {Action::step_forward}, "→", "One event forward"},
    {Key::left, {Action::step_back}, "←", "One event back"},
    {Key::home, {Action::go_start}, "Home", "To the start"},
    {Key::end, {Action::go_end}, "End", "To the end"},
    {Key::up, {Action::faster}, "↑", "Faster"},
    {Key::down, {Action::slower}, "↓", "Slower"},
    {letter('1'), {Action::show_stage, 0}, "1", "Interaction: who hands what to whom"},
    {letter('2'), {Action::show_stage, 1}, "2", "Activity: what each thread does"},
    {letter('Z'), {Action::toggle_zoom}, "Z", "Zoom: roles or participants"},
    {letter('X'), {Action::toggle_axis}, "X", "Axis: order or true time"},
    {letter('T'), {Action::next_theme}, "T", "Dark, light, high contrast"},
    {letter('S'), {Action::toggle_states}, "S", "States: where each operation stands"},
    {letter('I'), {Action::toggle_inspector}, "I", "Inspector: what it is, and why now"},
    {letter('C'), {Action::toggle_code}, "C", "Code of the program"},
    {letter('E'), {Action::toggle_events}, "E", "Events, one a line"},
    {Key::enter, {Action::continue_on}, "Enter", "Go on: reveal, next step"},
    {Key::back_word, {Action::lesson_back}, "Page Up", "The lesson's previous step"},
    {Key::next_word, {Action::lesson_next}, "Page Down", "The lesson's next step"},
    {letter('?'), {Action::toggle_help}, "?", "These keys"},
    {Key::escape, {Action::close}, "Esc", "Close, deselect"},
};

}  // namespace

std::span<const KeyBinding> key_bindings() { return bindings; }

Requests requests_of(Key key) {
  const int code = static_cast<int>(key);
  if (code < 128) key = static_cast<Key>(std::toupper(code));
  for (const KeyBinding& binding : bindings) {
    if (binding.key == key) return {binding.request};
  }
  return {};
}

}  // namespace proactor_lab::gui
