// A live server in a separate process, and clients that talk to it over loopback.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::testing {

/// A blocking client. Gives up after ten seconds without an answer.
class Client {
 public:
  explicit Client(int port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Client() { close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends `text` and returns an answer of the same length; shorter if less arrived.
  std::string exchange(const std::string& text) {
    if (!connected_ || send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) < 0) return "";
    std::string answer(text.size(), '\0');
    const auto got = recv(descriptor_, answer.data(), answer.size(), MSG_WAITALL);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
  }

 private:
  int descriptor_;
  bool connected_ = false;
};

/// Waits until the server listens. Returns its port.
inline int start(Command& server) {
  REQUIRE(server.prints("listening on 127.0.0.1:"));
  const std::string out = server.out();
  return std::stoi(out.substr(out.find("127.0.0.1:") + 10));
}

inline void check_kept(const Trace& trace) {
  // On a busy machine a handler may lose its core for a long time.
  for (const Violation& violation : check_rules(trace, {.handler_ns = 60'000'000'000})) {
    FAIL_CHECK("#" << violation.event << " " << violation.rule << ": " << violation.sentence);
  }
}

}  // namespace proactor_lab::testing
