#include "lessons/programs/http_file_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "core/composed.hpp"
#include "lessons/programs/accept_loop.hpp"
#include "lessons/programs/deadline.hpp"
#include "lessons/programs/http_request.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t head_bytes_max = 8192;
constexpr std::size_t block_bytes = 4096;
constexpr std::size_t unread_bytes_max = 65536;
constexpr std::size_t answer_bytes_max =
    512;  // of a head, and of a body that only names the status

class HttpFileServer final : public AsyncProgram {
 public:
  HttpFileServer(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor),
        system_(system),
        settings_(settings),
        accepting_(proactor, system, [this](Handle handle) { spawn(serve(handle)); }) {}

  std::error_code start() override {
    // Without a root, the server would offer the whole disk.
    if (settings_.root.empty()) return std::make_error_code(std::errc::invalid_argument);
    return accepting_.start(settings_.listen_on);
  }

  Endpoint endpoint() const override { return accepting_.endpoint(); }

 private:
  /// Lives in the coroutine frame of `serve` until the connection is closed.
  struct Connection {
    Connection(Proactor& proactor, OperatingSystem& system, Handle handle, Duration timeout)
        : socket(proactor, handle), deadline(proactor, system, handle, timeout) {
      text.reserve(head_bytes_max);
      answer.reserve(answer_bytes_max);
    }
    StreamSocket socket;
    Deadline deadline;
    std::string text;             // received, but not yet answered
    std::size_t head_length = 0;  // of the first request in `text`
    std::string answer;           // the answer's head, while it is sent
    std::array<std::byte, block_bytes> block;
  };

  Task serve(Handle handle) {
    Connection connection(proactor_, system_, handle, settings_.timeout);
    // We never write a co_await in a condition: GCC 12 compiles some of them wrongly.
    for (bool goes_on = true; goes_on;) goes_on = co_await serve_request(connection);
    connection.deadline.stop();
    co_await connection.socket.close().named("on_close");
    accepting_.connection_ended();
  }

  /// Returns true if another request may follow.
  TaskOf<bool> serve_request(Connection& connection) {
    const std::optional<HttpStatus> head = co_await read_head(connection);
    if (!head) co_return false;
    HttpRequest request;
    request.status = *head;
    if (request.status == HttpStatus::ok) {
      const std::string_view text = connection.text;
      request = parse_http_head(text.substr(0, connection.head_length));
      connection.text.erase(0, connection.head_length);
    }
    if (request.status == HttpStatus::ok) co_return co_await send_file(connection, request);
    co_await refuse(connection, request.status);
    co_return false;
  }

  /// Receives until `text` holds a whole head. Returns none if no client is left to answer.
  TaskOf<std::optional<HttpStatus>> read_head(Connection& connection) {
    std::string& text = connection.text;
    connection.deadline.arm();
    while (true) {
      const HttpHeadEnd end = find_head_end(text);
      connection.head_length = end.length;
      std::optional<HttpStatus> status;
      if (end.length > 0) status = HttpStatus::ok;
      if (end.malformed) status = HttpStatus::bad_request;
      if (!status && text.size() >= head_bytes_max) status = HttpStatus::header_too_large;
      if (status) {
        connection.deadline.disarm();
        co_return status;
      }
      const auto [error, found] =
          co_await read_until(connection.socket, text, '\n', head_bytes_max, "on_request");
      if (error || (found == 0 && text.size() < head_bytes_max)) break;
    }
    const bool too_slow = connection.deadline.disarm();
    if (too_slow && !text.empty()) co_return HttpStatus::request_timeout;
    co_return std::nullopt;
  }

  TaskOf<bool> send_file(Connection& connection, const HttpRequest& request) {
    const std::string path = settings_.root + "/" + request.path;
    const auto mode = static_cast<std::uint32_t>(OpenMode::read);
    const auto [failed, handle] =
        co_await File::open(proactor_, path.c_str(), mode).named("on_open");
    std::error_code error = failed;
    const std::uint64_t size = error ? 0 : system_.file_size(handle, error);
    bool sent = false;
    if (error) {
      sent = co_await send_status(connection, status_of(error), request);
    } else {
      write_head(connection.answer, HttpStatus::ok, size, content_type_of(path),
                 request.keep_alive);
      sent = co_await send_all(connection, std::as_bytes(std::span(connection.answer)));
    }
    if (sent && !error && !request.head_only) {
      sent = co_await send_content(connection, File(proactor_, handle), size);
    }
    if (!failed) co_await File(proactor_, handle).close().named("on_close");
    co_return (sent && request.keep_alive);
  }

  /// For clients, a file that is missing or that we may not read does not exist: 404.
  static HttpStatus status_of(std::error_code error) {
    const int out_of[] = {EMFILE, ENFILE, ENOMEM, EIO};
    const bool ours =
        std::find(std::begin(out_of), std::end(out_of), error.value()) != std::end(out_of);
    return ours ? HttpStatus::unavailable : HttpStatus::not_found;
  }

  /// Sends the whole file. If it has become shorter than we promised, closes the connection.
  TaskOf<bool> send_content(Connection& connection, File file, std::uint64_t size) {
    for (std::uint64_t done = 0; done < size;) {
      const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(block_bytes, size - done));
      const std::span<std::byte> block = std::span(connection.block).first(most);
      const auto [error, bytes] = co_await file.read_at(done, block).named("on_read");
      if (error || bytes == 0) co_return false;
      const bool sent = co_await send_all(connection, block.first(bytes));
      if (!sent) co_return false;
      done += bytes;
    }
    co_return true;
  }

  static void write_head(std::string& head, HttpStatus status, std::uint64_t length,
                         std::string_view type, bool keep_alive) {
    head = "HTTP/1.1 " + std::to_string(static_cast<int>(status)) + " ";
    head += reason_of(status);
    head += "\r\nContent-Length: " + std::to_string(length) + "\r\nContent-Type: ";
    head += type;
    if (status == HttpStatus::method_not_allowed) head += "\r\nAllow: GET, HEAD";
    if (!keep_alive) head += "\r\nConnection: close";
    head += "\r\n\r\n";
  }

  TaskOf<bool> send_status(Connection& connection, HttpStatus status, const HttpRequest& request) {
    std::string body = std::to_string(static_cast<int>(status)) + " ";
    body += reason_of(status);
    body += "\n";
    write_head(connection.answer, status, body.size(), content_type_of(".txt"), request.keep_alive);
    if (!request.head_only) connection.answer += body;
    co_return co_await send_all(connection, std::as_bytes(std::span(connection.answer)));
  }

  TaskOf<bool> send_all(Connection& connection, std::span<const std::byte> bytes) {
    connection.deadline.arm();
    const auto [error, total] = co_await write(connection.socket, bytes, "on_sent");
    connection.deadline.disarm();
    co_return !error && total == bytes.size();
  }

  /// If we closed with unread bytes, the connection would be reset, and the client might never see
  /// the reason. So we stop sending, then read and discard what still arrives, up to a limit.
  Task refuse(Connection& connection, HttpStatus status) {
    HttpRequest refused;
    refused.keep_alive = false;
    const bool sent = co_await send_status(connection, status, refused);
    if (!sent) co_return;
    co_await connection.socket.shutdown(ShutdownSide::send).named("on_shutdown");
    connection.deadline.arm();
    for (std::size_t unread = 0; unread < unread_bytes_max;) {
      const auto [error, bytes] =
          co_await connection.socket.receive(connection.block).named("on_unread");
      if (error || bytes == 0) break;
      unread += bytes;
    }
    connection.deadline.disarm();
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  AcceptLoop accepting_;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_http_file_server(Proactor& proactor, OperatingSystem& system,
                                                    const ProgramSettings& settings) {
  return std::make_unique<HttpFileServer>(proactor, system, settings);
}

}  // namespace proactor_lab
