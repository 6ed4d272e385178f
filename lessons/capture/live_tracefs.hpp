// The kernel's tracing file system: an instance of our own in it, so that whoever else traces is
// not disturbed, and nothing of ours stays behind.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace proactor_lab {

/// Takes away what was made in the tracing file system when this program has ended, however it
/// ended: a process of its own, which sleeps until then.
class TracefsGuardian {
 public:
  /// No thread of this program runs yet. `mount_point`: to unmount and remove; empty: nothing is.
  TracefsGuardian(const std::string& instance, const std::string& mount_point);
  ~TracefsGuardian();
  TracefsGuardian(const TracefsGuardian&) = delete;
  TracefsGuardian& operator=(const TracefsGuardian&) = delete;

 private:
  int alive_ = -1;  // the guardian reads its other end, and gets no word but its end
  pid_t pid_ = -1;
};

class TracefsInstance {
 public:
  /// Where the system has not mounted it, it is mounted in a folder of our own: captures at the
  /// same time do not pull it away from each other. Throws InputError where something is missing,
  /// and says what: rights, the file system, io_uring's tracepoints.
  TracefsInstance();

  const std::string& path() const { return path_; }
  /// A file of the instance; throws InputError where that fails.
  void write(const std::string& file, std::string_view value) const;
  /// The same, where it does not matter.
  bool try_write(const std::string& file, std::string_view value) const;
  std::string read(const std::string& file) const;

 private:
  struct Place {
    std::string root;
    bool mounted = false;  ///< by us, in a folder of our own
  };
  explicit TracefsInstance(const Place& place);
  static Place find_or_mount();

  std::string path_;
  TracefsGuardian guardian_;
};

}  // namespace proactor_lab
