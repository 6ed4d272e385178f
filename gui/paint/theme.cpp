#include "gui/paint/theme.hpp"

#include <algorithm>
#include <cmath>

#include <imgui.h>

namespace proactor_lab::gui {

using figures::Ink;
using figures::Theme;

unsigned packed(Ink ink, Theme theme, float alpha) {
  if (ink == Ink::none) return 0;
  const figures::Colour colour = figures::colour_of(ink, theme);
  const auto opacity = static_cast<int>(std::lround(std::clamp(alpha, 0.f, 1.f) * 255));
  return IM_COL32(colour.red, colour.green, colour.blue, opacity);
}

unsigned blended(Ink under, Ink over, float share, Theme theme) {
  const figures::Colour a = figures::colour_of(under, theme);
  const figures::Colour b = figures::colour_of(over, theme);
  const auto mix = [&](int from, int to) {
    return static_cast<int>(
        std::lround(static_cast<float>(from) + static_cast<float>(to - from) * share));
  };
  return IM_COL32(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue), 255);
}

void apply_theme(Theme theme) {
  ImGuiStyle style;  // reset: no value of an earlier theme remains
  if (theme == Theme::light) {
    ImGui::StyleColorsLight(&style);
  } else {
    ImGui::StyleColorsDark(&style);
  }
  style.WindowPadding = {0, 0};
  style.WindowBorderSize = 0;
  style.ChildBorderSize = 0;
  style.PopupBorderSize = 0;
  style.WindowRounding = 0;
  style.WindowMinSize = {1, 1};
  style.ItemSpacing = {0, 0};
  style.ScrollbarSize = 8;
  style.ScrollbarRounding = 4;
  const auto set = [&](ImGuiCol index, Ink ink, float alpha) {
    style.Colors[index] = ImGui::ColorConvertU32ToFloat4(packed(ink, theme, alpha));
  };
  set(ImGuiCol_WindowBg, Ink::panel, 1);
  set(ImGuiCol_ChildBg, Ink::none, 0);
  set(ImGuiCol_ScrollbarBg, Ink::none, 0);
  set(ImGuiCol_ScrollbarGrab, Ink::waiting, 0.45f);
  set(ImGuiCol_ScrollbarGrabHovered, Ink::waiting, 0.8f);
  set(ImGuiCol_ScrollbarGrabActive, Ink::accent, 1);
  set(ImGuiCol_NavHighlight, Ink::accent, 1);
  set(ImGuiCol_Text, Ink::text, 1);
  ImGui::GetStyle() = style;
}

Theme next(Theme theme) {
  switch (theme) {
    case Theme::dark:
      return Theme::light;
    case Theme::light:
      return Theme::contrast;
    case Theme::contrast:
      return Theme::dark;
  }
  return Theme::dark;
}

std::string_view name_of(Theme theme) {
  switch (theme) {
    case Theme::dark:
      return "dark";
    case Theme::light:
      return "light";
    case Theme::contrast:
      return "contrast";
  }
  return "dark";
}

}  // namespace proactor_lab::gui
