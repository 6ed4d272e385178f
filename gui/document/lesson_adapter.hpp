// Adapts the lessons' player to the window.
#pragma once

#include <memory>

#include "gui/document/lesson_view.hpp"
#include "lessons/player/lesson_player.hpp"

namespace proactor_lab::gui {

std::unique_ptr<LessonSession> session_of(std::unique_ptr<LessonPlayer> player);

}  // namespace proactor_lab::gui
