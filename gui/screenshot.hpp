// `--screenshot`: draws one frame of the window into a file, without opening a window.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gui/app.hpp"
#include "gui/screen/image.hpp"
#include "gui/screen/offscreen.hpp"

namespace proactor_lab::gui {

/// The `seq` for a moment given as "#SEQ", as nanoseconds since the run's start, or as an SQL query
/// whose first value is a `seq`. Throws InputError.
std::uint32_t moment_named(const Model& model, const std::string& text);

/// The picture that the window would show.
Image picture_of(App& app, Offscreen& offscreen, const FrameSize& size);

}  // namespace proactor_lab::gui
