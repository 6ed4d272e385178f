// A picture as pixels, and how to write it to a file.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace proactor_lab::gui {

/// Rows from top to bottom, four bytes per pixel, opaque.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;

  friend bool operator==(const Image&, const Image&) = default;
};

class CannotWrite : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes a complete PNG file or none: a temporary file beside `path` is renamed when it is
/// complete. Throws CannotWrite with a sentence that names the path.
void write_png(const Image& image, const std::string& path);

}  // namespace proactor_lab::gui
