#include "tests/bench/core/load_process.hpp"

#include <array>
#include <cstdlib>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/core/load.hpp"
#include "tests/bench/core/meter.hpp"

namespace proactor_lab::bench {

LoadProcess::LoadProcess(std::uint16_t port, std::size_t connections) {
  std::array<int, 2> ends{};
  checked(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  process_ = checked(fork(), "fork");  // this process has one thread
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // ends with the bench, however that ends
    // Closes all other inherited descriptors. Otherwise this process would keep the ends of other
    // channels open, and their closing would not be seen.
    const int channel = dup2(ends[1], STDERR_FILENO + 1);
    close_range(STDERR_FILENO + 2, ~0U, 0);
    serve(port, connections, channel);
  }
  close(ends[1]);
  channel_ = ends[0];
}

LoadProcess::~LoadProcess() {
  close(channel_);  // the process ends when it reads this
  waitpid(process_, nullptr, 0);
}

void LoadProcess::serve(std::uint16_t port, std::size_t connections, int channel) {
  Load load(port);
  bool well = load.connect(connections);
  for (Order order; send(channel, &well, sizeof(well), MSG_NOSIGNAL) == sizeof(well) &&
                    recv(channel, &order, sizeof(order), 0) == sizeof(order);) {
    well = load.run(order.count, order.limit);
  }
  std::_Exit(0);
}

bool LoadProcess::hear() {
  bool well = false;
  return recv(channel_, &well, sizeof(well), 0) == sizeof(well) && well;
}

bool LoadProcess::connected() { return hear(); }

bool LoadProcess::run(std::uint64_t count, std::chrono::seconds limit) {
  const Order order{count, limit};
  return send(channel_, &order, sizeof(order), MSG_NOSIGNAL) == sizeof(order) && hear();
}

}  // namespace proactor_lab::bench
