// The alternative design: one thread per connection, which blocks in read(2) and write(2).
#include <array>
#include <cerrno>
#include <cstdint>

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {
namespace {

Meter* meter_of_threads = nullptr;  // of the one server in this process

void* serve_connection(void* argument) {
  const int descriptor = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
  std::array<char, buffer_bytes> buffer;
  ssize_t bytes = 0;
  while ((bytes = read(descriptor, buffer.data(), buffer.size())) > 0) {
    ssize_t sent = 0;
    while (sent < bytes) {
      const ssize_t now =
          write(descriptor, buffer.data() + sent, static_cast<std::size_t>(bytes - sent));
      if (now <= 0) break;
      sent += now;
    }
    if (sent < bytes) break;
    meter_of_threads->served_by_one_of_many();
  }
  close(descriptor);
  return nullptr;
}

}  // namespace

void serve_threads(Meter& meter) {
  meter_of_threads = &meter;
  const int listener = listen_on_loopback();
  meter.listens_on(port_of(listener));
  while (true) {
    const int descriptor = checked(accept(listener, nullptr, nullptr), "accept");
    pthread_t thread{};
    const int error = pthread_create(&thread, nullptr, serve_connection,
                                     reinterpret_cast<void*>(std::intptr_t{descriptor}));
    if (error != 0) give_up("pthread_create", error);
    pthread_detach(thread);
  }
}

}  // namespace proactor_lab::bench
