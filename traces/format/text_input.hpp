// Reads an untrusted text file. A file that begins with gzip's magic bytes (RFC 1952) is
// decompressed. The amount of decompressed text is bounded, so that a small file cannot exhaust
// memory or time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <string>

namespace proactor_lab {

class TextInput {
 public:
  /// `file` is used in error messages. At most `most` bytes of text are returned.
  TextInput(std::istream& input, std::string file, std::uint64_t most);
  ~TextInput();
  TextInput(TextInput&&) = delete;

  /// Fills `to` with up to `size` bytes and returns their number; 0 at the end. A gzip file that
  /// ends early is no error: its writer was killed. Throws InputError if the data is damaged or
  /// decompresses to more than the limit.
  std::size_t read(char* to, std::size_t size);

 private:
  struct Gunzip;
  std::size_t read_packed(char* to, std::size_t size);
  std::size_t read_plain(char* to, std::size_t size);

  std::istream& input_;
  std::string file_;
  std::uint64_t most_;
  std::uint64_t given_ = 0;
  char begin_[2] = {};  // read from the input, not returned yet
  std::size_t begin_size_ = 0;
  std::unique_ptr<Gunzip> gunzip_;
};

}  // namespace proactor_lab
