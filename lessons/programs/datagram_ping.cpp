#include "lessons/programs/datagram_ping.hpp"

#include <array>
#include <cstdio>
#include <string>

#include "core/socket.hpp"

namespace proactor_lab {
namespace {

using Datagram = std::array<std::byte, 64>;

/// Sends each question back to its sender, and stops after the given number of questions.
class Responder {
 public:
  Responder(Proactor& proactor, Handle handle, std::uint32_t questions)
      : socket_(proactor, handle), left_(questions) {}

  void receive() {
    auto handler = [this](std::error_code error, std::size_t bytes) { on_question(error, bytes); };
    socket_.async_receive_from(question_, sender_, named("on_question", handler));
  }

 private:
  void on_question(std::error_code error, std::size_t bytes) {
    if (error) return close();
    auto handler = [this](std::error_code, std::size_t) { on_answered(); };
    socket_.async_send_to(std::span(question_).first(bytes), sender_,
                          named("on_answered", handler));
  }

  void on_answered() { --left_ > 0 ? receive() : close(); }

  void close() {
    socket_.async_close(named("on_close", [](std::error_code) {}));
  }

  DatagramSocket socket_;
  std::uint32_t left_;
  Datagram question_{};  // lent to the receive, then to the send
  Endpoint sender_{};    // lent together with it
};

/// Asks one question after the other, and compares each answer with its question.
class DatagramPing final : public AsyncProgram {
 public:
  DatagramPing(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor), system_(system), left_(settings.tasks) {}

  std::error_code start() override {
    std::error_code error;
    const Endpoint anywhere{loopback_address, 0};
    const Handle asks = system_.open_datagram_socket(anywhere, "pinger", error);
    if (error) return error;
    const Handle answers = system_.open_datagram_socket(anywhere, "responder", error);
    if (error) {
      system_.close(asks);
      return error;
    }
    peer_ = system_.local_endpoint(answers);
    socket_ = std::make_unique<DatagramSocket>(proactor_, asks);
    responder_ = std::make_unique<Responder>(proactor_, answers, left_);
    responder_->receive();
    ask();
    return {};
  }

  std::string failure() const override { return failure_; }

 private:
  void ask() {
    length_ = static_cast<std::size_t>(
        std::snprintf(question_.data(), question_.size(), "ping %u", left_));
    auto on_answer = [this](std::error_code error, std::size_t bytes) { check(error, bytes); };
    socket_->async_receive_from(answer_, sender_, named("on_answer", on_answer));
    // Sent does not mean received: UDP does not report whether the datagram arrived.
    auto on_sent = [this](std::error_code error, std::size_t) { note(error); };
    socket_->async_send_to(std::as_bytes(std::span(question_)).first(length_), peer_,
                           named("on_sent", on_sent));
  }

  void check(std::error_code error, std::size_t bytes) {
    note(error);
    const std::string_view answer(reinterpret_cast<const char*>(answer_.data()), bytes);
    if (!error && answer != std::string_view(question_.data(), length_)) {
      failure_ = "an answer differs from its question";
    }
    if (failure_.empty() && --left_ > 0) return ask();
    socket_->async_close(named("on_close", [](std::error_code) {}));
  }

  void note(std::error_code error) {
    if (error) failure_ = error.message();
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  std::uint32_t left_;
  std::unique_ptr<DatagramSocket> socket_;
  std::unique_ptr<Responder> responder_;
  Endpoint peer_{};
  std::array<char, 32> question_{};  // lent to the send
  std::size_t length_ = 0;
  Datagram answer_{};  // lent to the receive, with `sender_`
  Endpoint sender_{};
  std::string failure_;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_datagram_ping(Proactor& proactor, OperatingSystem& system,
                                                 const ProgramSettings& settings) {
  return std::make_unique<DatagramPing>(proactor, system, settings);
}

}  // namespace proactor_lab
