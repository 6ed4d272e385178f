// Any scene as an SVG document: self-contained, fonts by family name with fallbacks.
#pragma once

#include <string>

#include "traces/figures/scene.hpp"

namespace proactor_lab::figures {

std::string to_svg(const Scene& scene, Theme theme);

}  // namespace proactor_lab::figures
