// A text file being written: as it is, or packed as gzip does (RFC 1952) where its name says so.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace proactor_lab {

/// "a.json.gz" is packed.
bool has_packed_name(std::string_view path);

class TextOutput {
 public:
  TextOutput();  ///< not open
  ~TextOutput();
  TextOutput(TextOutput&&) = delete;

  /// An existing file is emptied. False where that cannot be.
  bool open(const std::string& path, bool packed);
  void write(std::string_view text);
  /// Whoever opens the file now reads all that was written.
  void flush();
  /// False where not all could be written.
  bool close();

 private:
  struct Gzip;
  void pack(std::string_view text, int flush);

  std::ofstream file_;
  std::unique_ptr<Gzip> gzip_;
};

}  // namespace proactor_lab
