// A memory cgroup for a process that a test starts, see cgroups(7), version 2 or 1. It is a child
// of the test's own group, so that no process gets more than that group allows. The destructor
// removes it.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace proactor_lab::testing {

/// At most one per process at a time.
class MemoryGroup {
 public:
  /// If it was created, `why_not` is empty.
  MemoryGroup() {
    find_own_group();
    if (!why_not_.empty()) return;
    path_ = own_ / ("proactor-lab-test-" + std::to_string(getpid()));
    if (mkdir(path_.c_str(), 0755) < 0) {
      why_not_ = path_.string() + " cannot be created";
      return;
    }
    std::snprintf(entry().data(), entry().size(), "%s", (path_ / "cgroup.procs").c_str());
    if (second_) set("memory.swap.max", 0);
  }
  /// REQUIRES: the process in the group was waited for.
  ~MemoryGroup() {
    if (!why_not_.empty()) return;
    for (int i = 0; i < 200 && rmdir(path_.c_str()) < 0 && errno == EBUSY; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  const std::string& why_not() const { return why_not_; }

  bool limit(std::uint64_t bytes) {
    return set(second_ ? "memory.max" : "memory.limit_in_bytes", bytes);
  }
  /// The peak memory use so far in bytes; 0 if this kernel does not report it.
  std::uint64_t peak() const {
    std::ifstream file(path_ / (second_ ? "memory.peak" : "memory.max_usage_in_bytes"));
    std::uint64_t bytes = 0;
    file >> bytes;
    return bytes;
  }

  /// For `Command`: moves the calling process into the group.
  static bool enter() {
    const int file = open(entry().data(), O_WRONLY | O_CLOEXEC);
    return file >= 0 && write(file, "0", 1) == 1 && close(file) == 0;
  }

 private:
  static std::array<char, 512>& entry() {
    static std::array<char, 512> path{};
    return path;
  }

  bool set(const char* file, std::uint64_t bytes) {
    std::ofstream out(path_ / file);
    out << bytes << std::flush;
    return out.good();
  }

  /// The mount point of the hierarchy with the memory controller.
  static std::filesystem::path mount_of(const std::string& type, const std::string& option) {
    std::ifstream mounts("/proc/self/mounts");
    std::string line;
    while (std::getline(mounts, line)) {
      std::istringstream words(line);
      std::string device, place, kind, options;
      words >> device >> place >> kind >> options;
      if (kind == type && ("," + options + ",").find(option) != std::string::npos) return place;
    }
    return {};
  }

  void find_own_group() {
    std::ifstream groups("/proc/self/cgroup");  // number:controllers:path
    std::string line;
    while (std::getline(groups, line)) {
      const auto first = line.find(':');
      const auto second = line.find(':', first + 1);
      if (second == std::string::npos) continue;
      const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
      const bool has_memory = controllers.find(",memory,") != std::string::npos;
      const bool is_second = line.starts_with("0::");
      if (!has_memory && !is_second) continue;
      const auto mount = is_second ? mount_of("cgroup2", ",") : mount_of("cgroup", ",memory,");
      if (mount.empty()) continue;
      const std::filesystem::path group = mount / line.substr(second + 2);
      // In version 2, a group must pass the controller on to its children.
      std::ifstream passed_on(group / "cgroup.subtree_control");
      std::ostringstream names;
      if (is_second) names << passed_on.rdbuf();
      if (is_second && names.str().find("memory") == std::string::npos) continue;
      if (access(group.c_str(), W_OK) < 0) continue;
      own_ = group;
      second_ = is_second;
      return;
    }
    why_not_ = "no memory cgroup is mounted that this process may divide";
  }

  std::filesystem::path own_;
  std::filesystem::path path_;
  bool second_ = false;
  std::string why_not_;
};

}  // namespace proactor_lab::testing
