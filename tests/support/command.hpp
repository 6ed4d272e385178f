// Runs a command as a user would, and keeps its output.
#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace proactor_lab::testing {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A child process; its output goes to files in `folder`. The destructor kills it if it still runs.
class Command {
 public:
  /// `before_exec` runs in the child and may only make system calls. If it returns false, the exit
  /// code is 126.
  Command(const TemporaryFolder& folder, std::vector<std::string> words,
          bool (*before_exec)() = nullptr)
      : out_(folder.file("stdout")), err_(folder.file("stderr")) {
    pid_ = fork();
    if (pid_ != 0) return;
    const int out = open(out_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    const int err = open(err_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    const int in = open("/dev/null", O_RDONLY);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (before_exec != nullptr && !before_exec()) _exit(126);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  ~Command() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      wait();
    }
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  void signal(int number) { kill(pid_, number); }
  pid_t pid() const { return pid_; }

  /// Waits for the end. Returns the exit code, or 128 + signal if a signal ended it. `used`
  /// receives the child's resource usage.
  int wait(rusage* used = nullptr) {
    if (pid_ > 0) {
      int status = 0;
      wait4(pid_, &status, 0, used);
      pid_ = -1;
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return code_;
  }

  std::string out() const { return read_file(out_); }
  std::string err() const { return read_file(err_); }

  /// Waits until standard output contains `text`; false after ten seconds.
  bool prints(const std::string& text) const {
    for (int i = 0; i < 1000; ++i) {
      if (out().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  std::string out_;
  std::string err_;
  pid_t pid_ = -1;
  int code_ = -1;
};

}  // namespace proactor_lab::testing
