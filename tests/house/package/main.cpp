// An echo server and one client of it, in one program and on one thread, over the installed core.
// If the kernel refuses io_uring, epoll is used; the rest of the program is the same.
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <system_error>

#include "core/composed.hpp"
#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"

namespace lab = proactor_lab;

std::unique_ptr<lab::LiveBackend> open_system() {
  std::error_code error;
  if (auto io_uring = lab::IoUringBackend::open(nullptr, error)) return io_uring;
  std::fprintf(stderr, "no io_uring (%s), so on epoll\n", error.message().c_str());
  if (auto epoll = lab::EpollBackend::open(nullptr, error)) return epoll;
  throw std::system_error(error, "epoll");
}

/// One connection: sends back what it receives, until the client ends its side.
lab::Task echo(lab::StreamSocket socket) {
  std::array<std::byte, 1024> buffer;
  while (true) {
    const auto [error, bytes] = co_await socket.receive(buffer);
    if (error || bytes == 0) break;
    const auto sent = co_await lab::write(socket, std::span(buffer).first(bytes));
    if (sent.error) break;
  }
  co_await socket.close();
}

lab::Task serve(lab::Proactor& proactor, lab::Handle listener) {
  lab::Acceptor acceptor(proactor, listener);
  const auto [error, connection] = co_await acceptor.accept();
  if (error) throw std::system_error(error, "accept");
  lab::spawn(echo({proactor, connection}));
  co_await acceptor.close();  // one client is enough here
}

lab::Task ask(lab::StreamSocket socket, lab::Endpoint server) {
  if (std::error_code error = co_await socket.connect(server)) {
    throw std::system_error(error, "connect");
  }
  const std::string question = "Who is done?\n";
  const auto sent = co_await lab::write(socket, std::as_bytes(std::span(question)));
  if (sent.error) throw std::system_error(sent.error, "send");
  std::string answer;
  const auto received = co_await lab::read_until(socket, answer, '\n', 1024);
  if (received.error) throw std::system_error(received.error, "receive");
  std::printf("echoed: %s", answer.c_str());
  co_await socket.close();
}

int main() try {
  const auto system = open_system();
  lab::CompletionEventQueue queue;
  lab::Proactor proactor(*system, *system, queue);

  std::error_code error;
  const lab::Handle listener = system->listen({lab::loopback_address, 0}, "listener", error);
  if (error) throw std::system_error(error, "listen");
  const lab::Handle client = system->open_stream_socket("client", error);
  if (error) throw std::system_error(error, "socket");

  lab::spawn(serve(proactor, listener));
  lab::spawn(ask({proactor, client}, system->local_endpoint(listener)));
  const std::size_t completions = proactor.run();
  std::printf("%zu completions\n", completions);
} catch (const std::exception& failure) {
  std::fprintf(stderr, "echo_example: %s\n", failure.what());
  return 1;
}
