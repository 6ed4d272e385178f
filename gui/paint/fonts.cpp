#include "gui/paint/fonts.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <imgui.h>
#include <imgui_internal.h>

#include "gui/paint/font_files.hpp"
#include "traces/figures/shape_geometry.hpp"
#include "traces/format/utf8.hpp"

namespace proactor_lab::gui {

struct Fonts::Outline {
  FontFile file;
};

namespace {

using figures::Face;

constexpr float logical_sizes[] = {10, 11, 12, 13, 14, 16, 18, 22, 30, 44};
constexpr float largest_full_size = 18;    // larger sizes: only titles and figures
constexpr float largest_device_size = 96;  // larger text is scaled up from this
constexpr float built_in_size = 13;        // ProggyClean's design size

// Pairs of first and last code point, terminated by 0, as Dear ImGui requires.
constexpr ImWchar full_ranges[] = {
    0x0020, 0x007E, 0x00A0, 0x017F, 0x0391, 0x03C9, 0x2009, 0x200A, 0x2010, 0x2026, 0x2030, 0x203A,
    0x2070, 0x209C, 0x2150, 0x215E, 0x2190, 0x2199, 0x21A9, 0x21B5, 0x2200, 0x2265, 0x23CE, 0x23CE,
    0x2500, 0x257F, 0x25A0, 0x25CF, 0x2605, 0x2606, 0x2713, 0x2717, 0x27F5, 0x27F6, 0};
constexpr ImWchar title_ranges[] = {0x0020, 0x007E, 0x00A0, 0x00FF, 0x2010, 0x2026,
                                    0x2190, 0x2193, 0x2212, 0x2212, 0};

/// The replacement for a character without a glyph in any face. It is one ASCII character, so that
/// a missing font changes the layout only a little.
char ascii_for(char32_t c) {
  switch (c) {
    case 0x00A0:
    case 0x2009:
    case 0x200A:
      return ' ';
    case 0x00B5:
    case 0x03BC:
      return 'u';
    case 0x00B7:
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
    case 0x2500:
      return '-';
    case 0x2018:
    case 0x2019:
    case 0x2032:
      return '\'';
    case 0x201C:
    case 0x201D:
    case 0x2033:
      return '"';
    case 0x2022:
    case 0x25CF:
    case 0x25CB:
      return 'o';
    case 0x2026:
      return '.';
    case 0x2039:
    case 0x2190:
    case 0x25C0:
    case 0x2264:
    case 0x25C2:
      return '<';
    case 0x203A:
    case 0x2192:
    case 0x25B6:
    case 0x2265:
    case 0x25B8:
      return '>';
    case 0x2191:
    case 0x25B2:
      return '^';
    case 0x2193:
    case 0x25BC:
      return 'v';
    case 0x21B5:
    case 0x23CE:
      return '<';
    case 0x00D7:
    case 0x2717:
    case 0x2715:
      return 'x';
    case 0x2713:
      return '+';
    case 0x2502:
      return '|';
    default:
      return '?';
  }
}

bool is_built_in(const FontFile& file) { return file.bytes.empty(); }

}  // namespace

Fonts::Fonts(FontSource source) {
  for (auto& outline : outlines_) outline = std::make_unique<Outline>();
  if (source == FontSource::built_in) return;
  const std::vector<std::string> sans{"Inter", "DejaVu Sans", "Noto Sans", "Liberation Sans"};
  const std::vector<std::string> mono{"JetBrains Mono", "DejaVu Sans Mono", "Noto Sans Mono",
                                      "Liberation Mono"};
  outlines_[static_cast<int>(Face::regular)]->file = find_font(sans, false, false);
  outlines_[static_cast<int>(Face::bold)]->file = find_font(sans, true, false);
  outlines_[static_cast<int>(Face::mono)]->file = find_font(mono, false, true);
}

Fonts::~Fonts() = default;

std::string Fonts::family(Face face) const {
  const FontFile& file = outlines_[static_cast<int>(face)]->file;
  return is_built_in(file) ? "built-in" : file.family;
}

void Fonts::build(ImFontAtlas& atlas, float scale) {
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  // This rasteriser keeps advances exact, so that text is as wide as figures::text_width computes.
  atlas.FontBuilderIO = ImFontAtlasGetBuilderForStbTruetype();
  scale_ = scale;
  for (int face = 0; face < face_count; ++face) {
    baked_[face].clear();
    FontFile& file = outlines_[face]->file;
    for (const float logical : logical_sizes) {
      const float em = logical * scale;
      if (em > largest_device_size && !baked_[face].empty()) break;
      ImFontConfig config;
      config.FontDataOwnedByAtlas = false;
      config.FontNo = file.index;
      config.OversampleH = em <= 24 ? 3 : 1;
      config.OversampleV = 1;
      config.PixelSnapH = false;
      ImFont* font = nullptr;
      if (is_built_in(file)) {
        if (logical != built_in_size) continue;
        config.SizePixels = built_in_size * std::max(1.f, std::round(scale));
        font = atlas.AddFontDefault(&config);
        baked_[face].push_back({config.SizePixels, 0, font});
      } else {
        config.GlyphRanges = logical <= largest_full_size ? full_ranges : title_ranges;
        // Dear ImGui scales by ascender to descender; designers use the em square.
        font = atlas.AddFontFromMemoryTTF(file.bytes.data(), static_cast<int>(file.bytes.size()),
                                          em * file.line_per_em, &config);
        baked_[face].push_back({em, 0, font});
      }
    }
  }
  atlas.Build();
  for (auto& sizes : baked_) {
    for (Baked& baked : sizes) baked.baseline = std::round(baked.font->Ascent);
  }
}

const Fonts::Baked& Fonts::nearest(Face face, float device_size) const {
  const auto& sizes = baked_[static_cast<int>(face)];
  return *std::min_element(sizes.begin(), sizes.end(), [&](const Baked& a, const Baked& b) {
    return std::abs(std::log(a.em / device_size)) < std::abs(std::log(b.em / device_size));
  });
}

/// Calls `visit` with each glyph, its baked font, the ratio of drawn to baked size, and its left
/// edge. If a face lacks a glyph, tries regular and mono, then ASCII.
template <typename Visit>
void Fonts::each_glyph(std::string_view text, float size, Face face, Visit visit) const {
  const Baked* faces[] = {&nearest(face, size * scale_), &nearest(Face::regular, size * scale_),
                          &nearest(Face::mono, size * scale_)};
  float x = 0;
  while (!text.empty()) {
    const char32_t c = next_code_point(text);
    if (c < 0x20) continue;
    const Baked* baked = faces[0];
    const ImFontGlyph* glyph = nullptr;
    for (const Baked* candidate : faces) {
      if (c > IM_UNICODE_CODEPOINT_MAX) break;
      glyph = candidate->font->FindGlyphNoFallback(static_cast<ImWchar>(c));
      if (glyph) {
        baked = candidate;
        break;
      }
    }
    if (!glyph) glyph = baked->font->FindGlyph(static_cast<ImWchar>(ascii_for(c)));
    if (!glyph) continue;
    const float ratio = size / baked->em;
    visit(*glyph, *baked, ratio, x);
    x += glyph->AdvanceX * ratio;
  }
  visit(ImFontGlyph{}, *faces[0], 0.f, x);  // the end: an invisible glyph of width 0
}

float Fonts::width(std::string_view text, float size, Face face) const {
  float width = 0;
  each_glyph(text, size, face,
             [&](const ImFontGlyph&, const Baked&, float, float x) { width = x; });
  return width;
}

void Fonts::draw(ImDrawList& list, ImVec2 at, std::string_view text, float size, Face face,
                 unsigned colour, float slant) const {
  if ((colour & IM_COL32_A_MASK) == 0) return;
  // The baseline and the first glyph are placed on whole device pixels; the rest follows exactly.
  const auto snap = [&](float value) { return std::round(value * scale_) / scale_; };
  const float left = snap(at.x);
  const float baseline = snap(at.y + figures::baseline_offset(size));
  const ImVec2 clip_min = list.GetClipRectMin();
  const ImVec2 clip_max = list.GetClipRectMax();
  each_glyph(text, size, face,
             [&](const ImFontGlyph& glyph, const Baked& baked, float ratio, float x) {
               if (!glyph.Visible) return;
               const ImVec2 min{left + x + glyph.X0 * ratio,
                                baseline + (glyph.Y0 - baked.baseline) * ratio};
               const ImVec2 max{left + x + glyph.X1 * ratio,
                                baseline + (glyph.Y1 - baked.baseline) * ratio};
               if (max.x <= clip_min.x || min.x >= clip_max.x || max.y <= clip_min.y ||
                   min.y >= clip_max.y) {
                 return;
               }
               const float top = (baseline - min.y) * slant;
               const float foot = (baseline - max.y) * slant;
               list.PrimReserve(6, 4);
               list.PrimQuadUV({min.x + top, min.y}, {max.x + top, min.y}, {max.x + foot, max.y},
                               {min.x + foot, max.y}, {glyph.U0, glyph.V0}, {glyph.U1, glyph.V0},
                               {glyph.U1, glyph.V1}, {glyph.U0, glyph.V1}, colour);
             });
}

}  // namespace proactor_lab::gui
