// The text of a file that somebody else wrote: as it is, or unpacked where it begins as gzip's data
// do (RFC 1952). How much is unpacked is bounded, so that a small file cannot fill memory or time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <string>

namespace proactor_lab {

class TextInput {
 public:
  /// `file` is for messages. At most `most` bytes of text are given.
  TextInput(std::istream& input, std::string file, std::uint64_t most);
  ~TextInput();
  TextInput(TextInput&&) = delete;

  /// Fills `to` with up to `size` bytes; 0 at the end. A gzip file that ends early just ends: its
  /// writer was killed. Throws InputError where the data are damaged, or unpack to too much.
  std::size_t read(char* to, std::size_t size);

 private:
  struct Gunzip;
  std::size_t read_packed(char* to, std::size_t size);
  std::size_t read_plain(char* to, std::size_t size);

  std::istream& input_;
  std::string file_;
  std::uint64_t most_;
  std::uint64_t given_ = 0;
  char begin_[2] = {};  // looked at, and not given yet
  std::size_t begin_size_ = 0;
  std::unique_ptr<Gunzip> gunzip_;
};

}  // namespace proactor_lab
