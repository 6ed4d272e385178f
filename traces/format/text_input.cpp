#include "traces/format/text_input.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <zlib.h>

#include "traces/format/input_error.hpp"

namespace proactor_lab {

struct TextInput::Gunzip {
  Gunzip() {
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();  // +16: gzip format
  }
  ~Gunzip() { inflateEnd(&stream); }
  Gunzip(Gunzip&&) = delete;

  z_stream stream{};
  bool between_members = false;
  std::array<unsigned char, 64 * 1024> packed{};
};

TextInput::TextInput(std::istream& input, std::string file, std::uint64_t most)
    : input_(input), file_(std::move(file)), most_(most) {
  input_.read(begin_, sizeof begin_);
  begin_size_ = static_cast<std::size_t>(input_.gcount());
  if (begin_size_ == 2 && begin_[0] == '\x1f' && begin_[1] == '\x8b') {
    gunzip_ = std::make_unique<Gunzip>();
    std::copy(begin_, begin_ + 2, gunzip_->packed.begin());
    gunzip_->stream.next_in = gunzip_->packed.data();
    gunzip_->stream.avail_in = 2;
  }
}

TextInput::~TextInput() = default;

std::size_t TextInput::read(char* to, std::size_t size) {
  const std::size_t got = gunzip_ ? read_packed(to, size) : read_plain(to, size);
  given_ += got;
  if (given_ > most_) {
    throw InputError(file_, "",
                     std::string(gunzip_ ? "unpacks to" : "holds") + " more than " +
                         std::to_string(most_ >> 20) + " MiB",
                     "record less: set \"limits\" in the scenario");
  }
  return got;
}

std::size_t TextInput::read_plain(char* to, std::size_t size) {
  std::size_t got = 0;
  while (got < begin_size_ && got < size) {
    to[got] = begin_[got];
    ++got;
  }
  std::copy(begin_ + got, begin_ + begin_size_, begin_);
  begin_size_ -= got;
  input_.read(to + got, static_cast<std::streamsize>(size - got));
  return got + static_cast<std::size_t>(input_.gcount());
}

std::size_t TextInput::read_packed(char* to, std::size_t size) {
  z_stream& stream = gunzip_->stream;
  stream.next_out = reinterpret_cast<unsigned char*>(to);
  stream.avail_out = static_cast<unsigned>(size);
  while (stream.avail_out == size) {
    if (stream.avail_in == 0) {
      auto* packed = reinterpret_cast<char*>(gunzip_->packed.data());
      input_.read(packed, static_cast<std::streamsize>(gunzip_->packed.size()));
      stream.next_in = gunzip_->packed.data();
      stream.avail_in = static_cast<unsigned>(input_.gcount());
      if (stream.avail_in == 0) return 0;
    }
    // Concatenated gzip members form one text (RFC 1952, 2.2).
    if (std::exchange(gunzip_->between_members, false)) inflateReset(&stream);
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      gunzip_->between_members = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      throw InputError(
          file_,
          "byte " + std::to_string(given_ + size - stream.avail_out + 1) + " of what it unpacks to",
          "the gzip data are damaged", "unpack it with gunzip, or record it again");
    }
  }
  return size - stream.avail_out;
}

}  // namespace proactor_lab
