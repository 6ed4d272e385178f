// Asio's echo server (its example "async_tcp_echo_server"), for both of Asio's back ends. The
// including file selects the back end by macros and renames Asio's namespace: the classes of the
// two back ends have different members, and both are linked into one program.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include <asio.hpp>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {
namespace {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::ip::tcp::socket socket, Meter& meter) : socket_(std::move(socket)), meter_(meter) {}

  void read() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [this, self = shared_from_this()](auto error, std::size_t bytes) {
                              if (!error) write(bytes);
                            });
  }

 private:
  void write(std::size_t bytes) {
    asio::async_write(socket_, asio::buffer(buffer_, bytes),
                      [this, self = shared_from_this()](auto error, std::size_t) {
                        if (error) return;
                        // Asio tries a read immediately. It must not find the request that a
                        // lockstep client sends as soon as this answer is counted as served.
                        read();
                        meter_.served();
                      });
  }

  asio::ip::tcp::socket socket_;
  Meter& meter_;
  std::array<char, buffer_bytes> buffer_;
};

void accept(asio::ip::tcp::acceptor& acceptor, Meter& meter) {
  acceptor.async_accept([&](auto error, asio::ip::tcp::socket socket) {
    if (error) give_up("accept", error.value());
    std::make_shared<Session>(std::move(socket), meter)->read();
    accept(acceptor, meter);
  });
}

void serve_with_asio(Meter& meter) {
  asio::io_context context(1);  // one thread: Asio leaves out what locks it can
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  meter.listens_on(acceptor.local_endpoint().port());
  accept(acceptor, meter);
  context.run();
}

}  // namespace
}  // namespace proactor_lab::bench
