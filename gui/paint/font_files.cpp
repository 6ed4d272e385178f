#include "gui/paint/font_files.hpp"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

namespace proactor_lab::gui {
namespace {

struct PatternDelete {
  void operator()(FcPattern* pattern) const { FcPatternDestroy(pattern); }
};
using PatternPointer = std::unique_ptr<FcPattern, PatternDelete>;

const FcChar8* as_fc(const char* text) { return reinterpret_cast<const FcChar8*>(text); }

std::optional<std::string> text_of(const FcPattern* pattern, const char* object) {
  FcChar8* text = nullptr;
  if (FcPatternGetString(pattern, object, 0, &text) != FcResultMatch) return std::nullopt;
  return std::string{reinterpret_cast<const char*>(text)};
}

/// fontconfig always returns a font, so check whether it belongs to the family.
bool has_family(const FcPattern* pattern, const std::string& family) {
  FcChar8* name = nullptr;
  for (int i = 0; FcPatternGetString(pattern, FC_FAMILY, i, &name) == FcResultMatch; ++i) {
    if (FcStrCmpIgnoreCase(name, as_fc(family.c_str())) == 0) return true;
  }
  return false;
}

PatternPointer match(const char* family, bool bold, bool monospaced) {
  PatternPointer wanted{FcPatternCreate()};
  if (family) FcPatternAddString(wanted.get(), FC_FAMILY, as_fc(family));
  FcPatternAddString(wanted.get(), FC_FAMILY, as_fc(monospaced ? "monospace" : "sans-serif"));
  FcPatternAddInteger(wanted.get(), FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
  FcPatternAddInteger(wanted.get(), FC_SLANT, FC_SLANT_ROMAN);
  FcPatternAddBool(wanted.get(), FC_SCALABLE, FcTrue);
  FcPatternAddBool(wanted.get(), FC_VARIABLE, FcFalse);
  FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult result = FcResultNoMatch;
  return PatternPointer{FcFontMatch(nullptr, wanted.get(), &result)};
}

/// Validates the font with FreeType first, because Dear ImGui's reader does not check its data.
bool measure(FontFile& file) {
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0) return false;
  FT_Face face = nullptr;
  bool usable = FT_New_Memory_Face(library, file.bytes.data(),
                                   static_cast<FT_Long>(file.bytes.size()), file.index, &face) == 0;
  if (usable) {
    usable = FT_IS_SFNT(face) && FT_IS_SCALABLE(face) && face->units_per_EM > 0 &&
             face->ascender > face->descender && FT_Get_Char_Index(face, 'A') != 0;
    if (usable) {
      file.line_per_em = static_cast<float>(face->ascender - face->descender) / face->units_per_EM;
    }
    FT_Done_Face(face);
  }
  FT_Done_FreeType(library);
  return usable;
}

std::optional<FontFile> load(const FcPattern* pattern) {
  const auto path = text_of(pattern, FC_FILE);
  if (!path) return std::nullopt;
  FontFile file;
  file.path = *path;
  file.family = text_of(pattern, FC_FAMILY).value_or("unnamed");
  int index = 0;
  FcPatternGetInteger(pattern, FC_INDEX, 0, &index);
  file.index = index & 0xFFFF;  // the upper half names an instance of a variable font
  std::ifstream stream{*path, std::ios::binary};
  file.bytes.assign(std::istreambuf_iterator<char>{stream}, {});
  if (file.bytes.empty() || !measure(file)) return std::nullopt;
  return file;
}

}  // namespace

FontFile find_font(const std::vector<std::string>& families, bool bold, bool monospaced) {
  if (!FcInit()) return {};
  for (const std::string& family : families) {
    const PatternPointer found = match(family.c_str(), bold, monospaced);
    if (!found || !has_family(found.get(), family)) continue;
    if (auto file = load(found.get())) return std::move(*file);
  }
  if (const PatternPointer any = match(nullptr, bold, monospaced)) {
    if (auto file = load(any.get())) return std::move(*file);
  }
  return {};
}

}  // namespace proactor_lab::gui
