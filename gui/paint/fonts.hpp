// The three faces of a figure, in the sizes that a frame needs. Looks for Inter and JetBrains Mono
// with fontconfig, then for any other outline font, and otherwise uses Dear ImGui's built-in font.
// So text always appears, and a missing font is not an error.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "traces/figures/scene.hpp"

struct ImDrawList;
struct ImFont;
struct ImFontAtlas;
struct ImVec2;

namespace proactor_lab::gui {

enum class FontSource { system, built_in };

class Fonts {
 public:
  explicit Fonts(FontSource source = FontSource::system);
  ~Fonts();
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;

  /// Fills `atlas` with every face in every size, for `scale` device pixels per logical pixel.
  /// Replaces the atlas's previous content.
  void build(ImFontAtlas& atlas, float scale);

  /// Draws one line of text. `at` is the top left corner of the first em square, in logical pixels.
  /// `colour` is packed in Dear ImGui's format. `slant` leans the letters: 0.2 looks like italics.
  void draw(ImDrawList& list, ImVec2 at, std::string_view text, float size, figures::Face face,
            unsigned colour, float slant = 0) const;

  /// The width that `draw` produces. Layout that must not depend on fonts uses figures::text_width.
  float width(std::string_view text, float size, figures::Face face) const;

  /// The name of the family found, for messages and tests.
  std::string family(figures::Face face) const;

 private:
  struct Outline;  // a font file in memory
  struct Baked {
    float em = 0;        // size of its em square in device pixels
    float baseline = 0;  // from the top of its line, in device pixels
    ImFont* font = nullptr;
  };
  static constexpr int face_count = 3;

  const Baked& nearest(figures::Face face, float device_size) const;
  template <typename Visit>
  void each_glyph(std::string_view text, float size, figures::Face face, Visit visit) const;

  std::array<std::unique_ptr<Outline>, face_count> outlines_;
  std::array<std::vector<Baked>, face_count> baked_;
  float scale_ = 1;
};

}  // namespace proactor_lab::gui
