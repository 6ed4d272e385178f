// A private instance in the kernel's tracing file system (tracefs). Other tracers are not
// disturbed, and the instance is removed afterwards.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace proactor_lab {

/// Removes the tracefs instance after this program has ended, even if it crashed or was killed. It
/// is a separate process that sleeps until then.
class TracefsGuardian {
 public:
  /// REQUIRES that the calling process has no other threads. `mount_point` is unmounted and
  /// removed, too, unless it is empty.
  TracefsGuardian(const std::string& instance, const std::string& mount_point);
  ~TracefsGuardian();
  TracefsGuardian(const TracefsGuardian&) = delete;
  TracefsGuardian& operator=(const TracefsGuardian&) = delete;

 private:
  int alive_ = -1;  // write end of a pipe; the guardian waits for its end of file
  pid_t pid_ = -1;
};

class TracefsInstance {
 public:
  /// If the system has not mounted tracefs, mounts it in a private folder, so that concurrent
  /// captures do not unmount each other's. Throws InputError saying what is missing: root rights,
  /// the file system, or io_uring's tracepoints.
  TracefsInstance();

  const std::string& path() const { return path_; }
  /// Writes a file of the instance. Throws InputError on failure.
  void write(const std::string& file, std::string_view value) const;
  /// As `write`, but returns false on failure.
  bool try_write(const std::string& file, std::string_view value) const;
  std::string read(const std::string& file) const;

 private:
  struct Place {
    std::string root;
    bool mounted = false;  ///< mounted by this program, in a private folder
  };
  explicit TracefsInstance(const Place& place);
  static Place find_or_mount();

  std::string path_;
  TracefsGuardian guardian_;
};

}  // namespace proactor_lab
