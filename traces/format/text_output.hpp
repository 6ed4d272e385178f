// Writes a text file, compressed with gzip (RFC 1952) on request.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace proactor_lab {

/// True if the name asks for compression: "a.json.gz".
bool has_packed_name(std::string_view path);

class TextOutput {
 public:
  TextOutput();  ///< not open
  ~TextOutput();
  TextOutput(TextOutput&&) = delete;

  /// Truncates an existing file. Returns false if the file cannot be opened.
  bool open(const std::string& path, bool packed);
  void write(std::string_view text);
  /// After this, a reader that opens the file sees everything that was written.
  void flush();
  /// Returns false if not everything could be written.
  bool close();

 private:
  struct Gzip;
  void pack(std::string_view text, int flush);

  std::ofstream file_;
  std::unique_ptr<Gzip> gzip_;
};

}  // namespace proactor_lab
