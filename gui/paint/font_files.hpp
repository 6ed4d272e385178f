// Finds this machine's font files by family name.
#pragma once

#include <string>
#include <vector>

namespace proactor_lab::gui {

struct FontFile {
  std::string family;
  std::string path;
  int index = 0;  ///< index of the face in the file
  std::vector<unsigned char> bytes;
  float line_per_em = 1.2f;  ///< ascender to descender, in em
};

/// The font that fontconfig finds for the first of `families` that is installed. If none is, any
/// outline font of the right kind. If there is no usable font, `bytes` is empty.
FontFile find_font(const std::vector<std::string>& families, bool bold, bool monospaced);

}  // namespace proactor_lab::gui
