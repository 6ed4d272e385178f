#include "lessons/capture/live_tracefs.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

constexpr const char* root = "/sys/kernel/tracing";
constexpr const char* what_perf_does =
    "where perf may: perf record -e 'io_uring:*' -- PROGRAM; perf script >LOG; "
    "plab import io_uring LOG --out TRACE";

[[noreturn]] void fail(const std::string& place, const std::string& problem) {
  throw InputError("tracing", place, problem, what_perf_does);
}

bool is_tracefs(const char* path) {
  struct statfs found {};
  return statfs(path, &found) == 0 && found.f_type == TRACEFS_MAGIC;
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

/// True for lockdown mode "confidentiality", in which the kernel permits no tracing.
bool is_locked_down() {
  std::ifstream file("/sys/kernel/security/lockdown");
  std::string words;
  return std::getline(file, words) && words.find("[confidentiality]") != std::string::npos;
}

/// Also called in the guardian after a fork, so it uses system calls only.
bool write_file(const char* path, std::string_view value) {
  const int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (file < 0) return false;
  const bool written =
      ::write(file, value.data(), value.size()) == static_cast<ssize_t>(value.size());
  const int error = errno;
  close(file);
  errno = error;
  return written;
}

/// An instance can be removed only when no process reads it. A killed reader disappears soon, so
/// this retries for up to two seconds.
void remove_instance(const char* path, const char* enabled_events) {
  write_file(enabled_events, "0");
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (rmdir(path) == 0 || errno == ENOENT) return;
    usleep(10'000);
  }
}

}  // namespace

TracefsGuardian::TracefsGuardian(const std::string& instance, const std::string& mount_point) {
  const std::string events = instance + "/events/enable";
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("", std::string("no pipe: ") + std::strerror(errno));
  pid_ = fork();
  if (pid_ < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    fail("", std::string("no process: ") + std::strerror(error));
  }
  if (pid_ > 0) {
    close(ends[0]);
    alive_ = ends[1];
    return;
  }
  // Ctrl-C must not end the guardian. It keeps none of the caller's descriptors open, because one
  // may be the write end of a pipe whose reader waits for its end of file.
  setsid();
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  prctl(PR_SET_NAME, "plab-guardian");
  dup2(ends[0], 0);
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nowhere, 1);
  dup2(nowhere, 2);
  close_range(3, ~0u, 0);
  char nothing = 0;
  while (::read(0, &nothing, 1) < 0 && errno == EINTR) {
  }
  remove_instance(instance.c_str(), events.c_str());
  if (!mount_point.empty()) {
    umount2(mount_point.c_str(), MNT_DETACH);
    rmdir(mount_point.c_str());
  }
  _exit(0);
}

TracefsGuardian::~TracefsGuardian() {
  close(alive_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

TracefsInstance::Place TracefsInstance::find_or_mount() {
  if (geteuid() != 0) fail("", "needs root, as the kernel's tracing file system belongs to it");
  if (is_tracefs(root)) return {root, false};
  std::string folder = (std::filesystem::temp_directory_path() / "plab-tracing-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) fail(folder, "cannot be made");
  if (mount("nodev", folder.c_str(), "tracefs", 0, nullptr) == 0) return {folder, true};
  const int error = errno;
  rmdir(folder.c_str());
  // Checked last, because looking at this path makes the kernel mount tracefs.
  if (is_tracefs("/sys/kernel/debug/tracing")) return {"/sys/kernel/debug/tracing", false};
  if (!exists(root)) fail(root, "is not there: this kernel was built without tracing");
  fail(root, std::string("the tracing file system cannot be mounted: ") + std::strerror(error) +
                 (error == EPERM ? " (in a container without the right to mount?)" : ""));
}

TracefsInstance::TracefsInstance() : TracefsInstance(find_or_mount()) {}

TracefsInstance::TracefsInstance(const Place& place)
    : path_(place.root + "/instances/plab-" + std::to_string(getpid())),
      guardian_(path_, place.mounted ? place.root : "") {
  if (is_locked_down()) fail("", "is forbidden: the kernel is locked down (confidentiality)");
  if (!exists(place.root + "/events/io_uring")) {
    fail(place.root + "/events/io_uring", "is not there: this kernel has no io_uring tracepoints");
  }
  if (mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) {
    fail(path_, std::string("cannot be made: ") + std::strerror(errno));
  }
}

bool TracefsInstance::try_write(const std::string& file, std::string_view value) const {
  return write_file((path_ + "/" + file).c_str(), value);
}

void TracefsInstance::write(const std::string& file, std::string_view value) const {
  if (try_write(file, value)) return;
  fail(path_ + "/" + file, std::string("cannot be written: ") + std::strerror(errno));
}

std::string TracefsInstance::read(const std::string& file) const {
  std::ifstream input(path_ + "/" + file);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

}  // namespace proactor_lab
