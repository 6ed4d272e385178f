#include "gui/screen/image.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <png.h>
#include <unistd.h>

namespace proactor_lab::gui {
namespace {

std::vector<std::uint8_t> encoded(const Image& image, const std::string& path) {
  png_image description{};
  description.version = PNG_IMAGE_VERSION;
  description.width = static_cast<png_uint_32>(image.width);
  description.height = static_cast<png_uint_32>(image.height);
  description.format = PNG_FORMAT_RGBA;
  const auto fail = [&] {
    throw CannotWrite(path + ": the picture cannot be encoded: " + description.message);
  };
  png_alloc_size_t size = 0;
  if (!png_image_write_to_memory(&description, nullptr, &size, 0, image.rgba.data(), 0, nullptr)) {
    fail();
  }
  std::vector<std::uint8_t> bytes(size);
  if (!png_image_write_to_memory(&description, bytes.data(), &size, 0, image.rgba.data(), 0,
                                 nullptr)) {
    fail();
  }
  bytes.resize(size);
  return bytes;
}

/// Removes the temporary file in its destructor unless the file was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& beside)
      : name_(beside + ".part-" + std::to_string(getpid())),
        descriptor_(open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {}
  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    if (!renamed_) unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }

  bool write(const std::vector<std::uint8_t>& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count = ::write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      done += static_cast<std::size_t>(count);
    }
    return fsync(descriptor_) == 0;
  }

  bool rename_to(const std::string& path) {
    renamed_ = std::rename(name_.c_str(), path.c_str()) == 0;
    return renamed_;
  }

 private:
  std::string name_;
  int descriptor_;
  bool renamed_ = false;
};

}  // namespace

void write_png(const Image& image, const std::string& path) {
  const std::vector<std::uint8_t> bytes = encoded(image, path);
  const auto fail = [&](const char* what) {
    throw CannotWrite(path + ": " + what + ": " + std::strerror(errno));
  };
  // A device such as /dev/full or /dev/stdout can be written to, but not replaced.
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    throw CannotWrite(path + ": not a regular file; name a file that may be replaced");
  }
  TemporaryFile file{path};
  if (!file.is_open()) fail("the picture cannot be written");
  if (!file.write(bytes)) fail("the picture cannot be written");
  if (!file.rename_to(path)) fail("the picture cannot be put in place");
}

}  // namespace proactor_lab::gui
