// Overlays that cover the panes temporarily: the list of keys, and important messages.
#include <algorithm>

#include "gui/panes/panes.hpp"
#include "gui/view/keys.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Rect;

void draw_help(const Canvas& canvas, Rect window, Requests& requests) {
  const Press behind = canvas.press("behind help", window);
  canvas.fill(window, Ink::background, 0, 0.72f);
  constexpr float row_height = 28;
  constexpr float column = 400;
  const auto count = key_bindings().size();
  const std::size_t rows = (count + 1) / 2;
  const float width = 2 * column + 40;
  const float height = static_cast<float>(rows) * row_height + 96;
  const Rect box{window.middle_x() - width / 2, window.middle_y() - height / 2, width, height};
  canvas.fill(box, Ink::panel, 12);
  canvas.outline(box, Ink::grid, 12);
  canvas.text({box.x + 32, box.y + 28}, "Keys", {Ink::text, 20, Face::bold});
  canvas.text({box.right() - 32, box.y + 34}, "Esc closes",
              {Ink::text_faint, 12, Face::regular, Anchor::right});
  for (std::size_t i = 0; i < count; ++i) {
    const KeyBinding& binding = key_bindings()[i];
    const float x = box.x + 32 + (i < rows ? 0 : column);
    const float y = box.y + 70 + static_cast<float>(i % rows) * row_height;
    const float key_width = canvas.width(binding.name, {Ink::text, 12, Face::bold}) + 18;
    const Rect cap{x, y, std::max(key_width, 28.f), 21};
    canvas.fill(cap, Ink::panel_raised, 5);
    canvas.outline(cap, Ink::grid, 5);
    canvas.text({cap.middle_x(), cap.middle_y() - 6}, binding.name,
                {Ink::text, 12, Face::bold, Anchor::middle});
    canvas.text({x + 100, cap.middle_y() - 7}, binding.words, {Ink::text_dim, 14});
  }
  if (behind.clicked) requests.push_back({Action::toggle_help});
}

void draw_notice(const Canvas& canvas, Rect stage, const Snapshot& snapshot, Requests& requests) {
  constexpr float pad = 14;
  constexpr float line_height = 19;
  const float width = std::min(620.f, stage.width - 40);
  const figures::TextStyle style{Ink::text, 14};
  const float words = width - 2 * pad - 40;
  const float height =
      canvas.paragraph({0, 0}, words, snapshot.notice, style, line_height, false) + 2 * pad;
  const Rect box{stage.middle_x() - width / 2, stage.y + 16, width, height};
  canvas.fill(box, Ink::panel_raised, 8);
  canvas.outline(box, Ink::warning, 8, 1.2f);
  canvas.fill({box.x, box.y + 8, 3, box.height - 16}, Ink::warning, 1.5f);
  canvas.paragraph({box.x + pad + 6, box.y + pad + 2}, words, snapshot.notice, style, line_height);
  const Rect close{box.right() - 36, box.y + 8, 26, 26};
  const Press press = canvas.press("close notice", close);
  canvas.text({close.middle_x(), close.middle_y() - 8}, "×",
              {press.hovered ? Ink::text : Ink::text_dim, 16, Face::regular, Anchor::middle});
  if (press.clicked) requests.push_back({Action::close});
}

}  // namespace proactor_lab::gui
