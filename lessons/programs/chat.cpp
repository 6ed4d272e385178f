#include "lessons/programs/chat.hpp"

#include <array>
#include <string>
#include <vector>

#include "core/socket.hpp"
#include "lessons/programs/accept_loop.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t line_bytes_max = 1000;

class Chat final : public AsyncProgram {
 public:
  Chat(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor),
        settings_(settings),
        accepting_(proactor, system, [this](Handle handle) { join(handle); }) {}

  std::error_code start() override { return accepting_.start(settings_.listen_on); }

  Endpoint endpoint() const override { return accepting_.endpoint(); }

 private:
  struct Client {
    Handle handle = Handle::none;
    std::string name;
    std::array<std::byte, 4096> buffer;  // lent to the receive
    std::string line;                    // the current line, received so far
    std::string sending;                 // lent to the send; empty if none is pending
    std::size_t sent = 0;                // bytes of `sending` sent so far
    std::string queue;                   // to be sent next, all in one send
    int under_way = 0;                   // pending receive and send
    bool leaving = false;
  };

  void join(Handle handle) {
    Client& client = *clients_.emplace_back(std::make_unique<Client>());
    client.handle = handle;
    // Lent bytes must not move, so reserve the space now.
    client.sending.reserve(settings_.queue_bytes);
    client.queue.reserve(settings_.queue_bytes);
    client.name = letters_of(++joined_);
    receive(client);
  }

  void receive(Client& client) {
    ++client.under_way;
    auto handler = [this, &client](std::error_code e, std::size_t n) { on_receive(client, e, n); };
    StreamSocket socket(proactor_, client.handle);
    socket.async_receive(client.buffer, named("on_receive", handler));
  }

  void on_receive(Client& client, std::error_code error, std::size_t bytes) {
    --client.under_way;
    if (error || bytes == 0) return leave(client);
    for (const std::byte byte : std::span(client.buffer).first(bytes)) {
      if (!client.leaving) hear(client, static_cast<char>(byte));
    }
    if (client.leaving) return leave(client);
    receive(client);
  }

  /// Takes one character. We drop control characters, because they could control other terminals.
  void hear(Client& client, char character) {
    if (character == '\n') {
      tell_others(client);
      client.line.clear();
    } else if (static_cast<unsigned char>(character) >= 0x20 && character != 0x7F) {
      client.line += character;
      if (client.line.size() > line_bytes_max) leave(client);
    }
  }

  void tell_others(const Client& speaker) {
    const std::string text = speaker.name + ": " + speaker.line + "\n";
    for (const auto& client : clients_) {
      if (client.get() != &speaker && !client->leaving) tell(*client, text);
    }
  }

  void tell(Client& client, const std::string& text) {
    if (client.queue.size() + text.size() > settings_.queue_bytes) return leave(client);
    client.queue += text;
    if (client.sending.empty()) send_queue(client);
  }

  void send_queue(Client& client) {
    client.sending.swap(client.queue);
    client.sent = 0;
    send(client);
  }

  void send(Client& client) {
    ++client.under_way;
    const auto rest = std::as_bytes(std::span(client.sending)).subspan(client.sent);
    auto handler = [this, &client](std::error_code e, std::size_t n) { on_send(client, e, n); };
    StreamSocket(proactor_, client.handle).async_send(rest, named("on_send", handler));
  }

  void on_send(Client& client, std::error_code error, std::size_t bytes) {
    --client.under_way;
    if (error || client.leaving) return leave(client);
    client.sent += bytes;
    if (client.sent < client.sending.size()) return send(client);  // a short send: send the rest
    client.sending.clear();
    if (!client.queue.empty()) send_queue(client);
  }

  /// The client left, or we disconnect it. Each pending operation calls this again when it
  /// completes. Only then are its buffers free, and only then may we close the connection.
  void leave(Client& client) {
    const bool first = !std::exchange(client.leaving, true);
    if (client.under_way == 0) return close(client);
    if (!first) return;
    proactor_.cancel_handle(client.handle, named("on_cancel", [](std::error_code) {}));
  }

  void close(Client& client) {
    const Handle handle = std::exchange(client.handle, Handle::none);
    if (handle == Handle::none) return;  // already closing
    auto handler = [this, &client](std::error_code) { on_close(client); };
    StreamSocket(proactor_, handle).async_close(named("on_close", handler));
  }

  void on_close(Client& client) {
    std::erase_if(clients_, [&client](const auto& each) { return each.get() == &client; });
    accepting_.connection_ended();
  }

  Proactor& proactor_;
  ProgramSettings settings_;
  AcceptLoop accepting_;
  std::vector<std::unique_ptr<Client>> clients_;  // operations point to them: never moved
  std::uint32_t joined_ = 0;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_chat(Proactor& proactor, OperatingSystem& system,
                                        const ProgramSettings& settings) {
  return std::make_unique<Chat>(proactor, system, settings);
}

}  // namespace proactor_lab
