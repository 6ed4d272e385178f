#include "lessons/programs/file_copy.hpp"

#include <cerrno>
#include <vector>

#include "core/socket.hpp"

namespace proactor_lab {
namespace {

class FileCopy final : public AsyncProgram {
 public:
  FileCopy(Proactor& proactor, OperatingSystem&, const ProgramSettings& settings)
      : proactor_(proactor),
        settings_(settings),
        source_path_(settings.root + "/" + settings.source),
        target_path_(settings.root + "/" + settings.target),
        blocks_(settings.buffers) {}

  std::error_code start() override {
    if (settings_.source.empty()) {
      failure_ = "there is nothing to copy: give \"copy\" in the scenario";
      return {};
    }
    for (Block& block : blocks_) block.buffer.resize(settings_.block_bytes);
    open_source();
    return {};
  }

  std::string failure() const override { return failure_; }

 private:
  /// A buffer, and the part of the file that it copies now.
  struct Block {
    std::vector<std::byte> buffer;
    std::uint64_t offset = 0;  // in the file, of the next read or write
    std::size_t left = 0;      // bytes of the part, from `offset` on
    std::size_t filled = 0;    // bytes in the buffer
    std::size_t written = 0;   // bytes already written of these
  };

  // Open the source first. If it does not exist, no empty target is left behind.
  void open_source() {
    const auto mode = static_cast<std::uint32_t>(OpenMode::read);
    auto handler = [this](std::error_code e, Handle handle) { on_source_open(e, handle); };
    File::async_open(proactor_, source_path_.c_str(), mode, named("on_source_open", handler));
  }

  void on_source_open(std::error_code error, Handle handle) {
    source_ = handle;
    if (error) return fail(settings_.source + " cannot be opened", error);
    const auto mode = OpenMode::write | OpenMode::create | OpenMode::truncate;
    auto handler = [this](std::error_code e, Handle opened) { on_target_open(e, opened); };
    File::async_open(proactor_, target_path_.c_str(), mode, named("on_target_open", handler));
  }

  void on_target_open(std::error_code error, Handle handle) {
    target_ = handle;
    if (error) {
      fail(settings_.target + " cannot be opened", error);
      return close_files();
    }
    busy_ = blocks_.size();
    for (Block& block : blocks_) take_next_part(block);
  }

  void take_next_part(Block& block) {
    if (at_end_ || !failure_.empty()) return put_away();
    block.offset = next_offset_;
    block.left = block.buffer.size();
    next_offset_ += block.left;
    read(block);
  }

  void read(Block& block) {
    const auto room = std::span(block.buffer).first(block.left);
    auto handler = [this, &block](std::error_code e, std::size_t n) { on_read(block, e, n); };
    File(proactor_, source_).async_read_at(block.offset, room, named("on_read", handler));
  }

  void on_read(Block& block, std::error_code error, std::size_t bytes) {
    if (error) fail(settings_.source + " cannot be read", error);
    if (bytes == 0) {
      at_end_ = true;  // later parts are at the end of the file, too
      return put_away();
    }
    block.filled = bytes;
    block.written = 0;
    write(block);
  }

  void write(Block& block) {
    const auto rest = std::span(block.buffer).first(block.filled).subspan(block.written);
    auto handler = [this, &block](std::error_code e, std::size_t n) { on_write(block, e, n); };
    File(proactor_, target_).async_write_at(block.offset, rest, named("on_write", handler));
  }

  void on_write(Block& block, std::error_code error, std::size_t bytes) {
    if (!error && bytes == 0) error = std::make_error_code(std::errc::io_error);
    if (error) {
      fail(settings_.target + " cannot be written", error);
      return put_away();
    }
    block.offset += bytes;
    block.left -= bytes;
    block.written += bytes;
    if (block.written < block.filled) return write(block);  // a short write: write the rest
    if (block.left > 0) return read(block);  // a short read: read on, or find the end
    take_next_part(block);
  }

  /// One buffer has finished. The last one makes sure that the copy is on the disk.
  void put_away() {
    if (--busy_ > 0) return;
    if (!failure_.empty()) return close_files();
    auto handler = [this](std::error_code error) {
      if (error) fail(settings_.target + " cannot be written to the disk", error);
      close_files();
    };
    File(proactor_, target_).async_sync(named("on_sync", handler));
  }

  void close_files() {
    close(source_);
    if (target_ != Handle::none) close(target_);
  }

  void close(Handle handle) {
    auto handler = [this](std::error_code error) {
      if (error) fail("closing failed", error);
    };
    File(proactor_, handle).async_close(named("on_close", handler));
  }

  /// Only the first failure is reported.
  void fail(const std::string& what, std::error_code error) {
    if (failure_.empty()) failure_ = what + ": " + error.message();
  }

  Proactor& proactor_;
  ProgramSettings settings_;
  std::string source_path_;  // lent to the open operations
  std::string target_path_;
  std::vector<Block> blocks_;  // operations point to them: never resized
  Handle source_ = Handle::none;
  Handle target_ = Handle::none;
  std::uint64_t next_offset_ = 0;
  std::size_t busy_ = 0;
  bool at_end_ = false;
  std::string failure_;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_file_copy(Proactor& proactor, OperatingSystem& system,
                                             const ProgramSettings& settings) {
  return std::make_unique<FileCopy>(proactor, system, settings);
}

}  // namespace proactor_lab
