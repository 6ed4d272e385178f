// Clients in a separate process, which waits for orders. With many servers at the same time, one
// process would run out of descriptors.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace proactor_lab::bench {

/// Like Load. The process runs on the core of the thread that creates it. The destructor ends it.
class LoadProcess {
 public:
  LoadProcess(std::uint16_t port, std::size_t connections);
  ~LoadProcess();
  LoadProcess(const LoadProcess&) = delete;
  LoadProcess& operator=(const LoadProcess&) = delete;

  /// Waits for the connections; false if one failed.
  bool connected();
  /// Like Load::run.
  bool run(std::uint64_t count, std::chrono::seconds limit);

 private:
  struct Order {
    std::uint64_t count = 0;
    std::chrono::seconds limit{};
  };
  [[noreturn]] static void serve(std::uint16_t port, std::size_t connections, int channel);
  bool hear();

  pid_t process_ = -1;
  int channel_ = -1;
};

}  // namespace proactor_lab::bench
