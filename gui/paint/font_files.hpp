// Font files of this machine, by family name.
#pragma once

#include <string>
#include <vector>

namespace proactor_lab::gui {

struct FontFile {
  std::string family;
  std::string path;
  int index = 0;  ///< of the face within the file
  std::vector<unsigned char> bytes;
  float line_per_em = 1.2f;  ///< ascender to descender, in em
};

/// The outline font that fontconfig holds nearest to the first of `families` that is installed; any
/// font of the right kind where none of them is. Empty `bytes` where there is no usable font.
FontFile find_font(const std::vector<std::string>& families, bool bold, bool monospaced);

}  // namespace proactor_lab::gui
