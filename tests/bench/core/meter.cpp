#include "tests/bench/core/meter.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/bench/core/lockstep_clients.hpp"

namespace proactor_lab::bench {

Usage Usage::of_this_process() {
  timespec cpu{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);  // all threads, also io_uring's in the kernel
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return {cpu.tv_sec * 1'000'000'000 + cpu.tv_nsec, used.ru_nvcsw, used.ru_nivcsw};
}

Meter::Meter(const MeterPlan& plan)
    : next_mark_(plan.warm_up == 0 ? plan.requests : plan.warm_up),
      plan_(plan),
      measuring_(plan.warm_up == 0) {
  if (plan.lockstep_clients == 0) return;
  clients_ = std::make_unique<LockstepClients>(plan.lockstep_clients);
  next_mark_ = plan.lockstep_clients;
}

Meter::~Meter() = default;

void Meter::listens_on(std::uint16_t port) {
  std::printf("port %u\n", static_cast<unsigned>(port));
  std::fflush(stdout);
  if (clients_ != nullptr) clients_->connect(port);
}

void Meter::mark() {
  if (clients_ != nullptr) return take_turn();
  if (measuring_) finish();
  start_measuring();
}

void Meter::start_measuring() {
  measuring_ = true;
  start_ = Usage::of_this_process();
  next_mark_ += plan_.requests;
}

void Meter::take_turn() {
  if (before_each_turn_) before_each_turn_();
  if (served_ == plan_.warm_up) start_measuring();
  if (served_ == plan_.warm_up + plan_.requests) finish();
  clients_->take_turn();
  next_mark_ = served_ + clients_->count();
}

void Meter::finish() {
  const Usage end = Usage::of_this_process();
  std::printf("used %lld %lld %lld\n", static_cast<long long>(end.cpu_ns - start_.cpu_ns),
              static_cast<long long>(end.switches_voluntary - start_.switches_voluntary),
              static_cast<long long>(end.switches_involuntary - start_.switches_involuntary));
  // Memory at the end, while every connection is still open.
  std::FILE* status = std::fopen("/proc/self/status", "r");
  for (char line[256]; status != nullptr && std::fgets(line, sizeof(line), status) != nullptr;) {
    long kilobytes = 0;
    if (std::sscanf(line, "VmSize: %ld", &kilobytes) == 1) std::printf("virtual %ld\n", kilobytes);
    if (std::sscanf(line, "VmRSS: %ld", &kilobytes) == 1) std::printf("resident %ld\n", kilobytes);
  }
  std::fflush(stdout);
  std::_Exit(0);
}

/// The other threads are blocked meanwhile. With thousands of threads, one that does not wait for
/// bytes as they do may not be scheduled for seconds, and all requests would be answered by then.
void Meter::mark_among_many() {
  const std::lock_guard lock(marking_);
  if (served_by_many_ >= next_mark_) mark();
}

int listen_on_loopback() {
  const int listener = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "bind");
  checked(listen(listener, SOMAXCONN), "listen");
  return listener;
}

std::uint16_t port_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  checked(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

void give_up(const char* call, int error) {
  std::fprintf(stderr, "bench_core: %s: %s\n", call, std::strerror(error));
  std::_Exit(3);
}

int checked(int returned, const char* call) {
  if (returned < 0) give_up(call, errno);
  return returned;
}

}  // namespace proactor_lab::bench
