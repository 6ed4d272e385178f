#include "traces/format/text_output.hpp"

#include <array>
#include <new>

#include <zlib.h>

namespace proactor_lab {

struct TextOutput::Gzip {
  Gzip() {
    constexpr int gzip_frame = 16;
    constexpr int memory_level = 8;
    // Traces are repetitive: a higher level compresses them only a little better.
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + gzip_frame, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() { deflateEnd(&stream); }
  Gzip(Gzip&&) = delete;

  z_stream stream{};
  std::array<unsigned char, 64 * 1024> packed{};
};

bool has_packed_name(std::string_view path) { return path.ends_with(".gz"); }

TextOutput::TextOutput() = default;
TextOutput::~TextOutput() = default;

bool TextOutput::open(const std::string& path, bool packed) {
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (packed) gzip_ = std::make_unique<Gzip>();
  return static_cast<bool>(file_);
}

void TextOutput::write(std::string_view text) {
  if (gzip_) return pack(text, Z_NO_FLUSH);
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void TextOutput::flush() {
  if (gzip_) pack({}, Z_SYNC_FLUSH);
  file_.flush();
}

bool TextOutput::close() {
  if (gzip_) pack({}, Z_FINISH);
  file_.close();
  return !file_.fail();
}

void TextOutput::pack(std::string_view text, int flush) {
  z_stream& stream = gzip_->stream;
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<unsigned>(text.size());
  do {
    stream.next_out = gzip_->packed.data();
    stream.avail_out = static_cast<unsigned>(gzip_->packed.size());
    deflate(&stream, flush);
    const std::size_t made = gzip_->packed.size() - stream.avail_out;
    file_.write(reinterpret_cast<const char*>(gzip_->packed.data()),
                static_cast<std::streamsize>(made));
  } while (stream.avail_out == 0);
}

}  // namespace proactor_lab
