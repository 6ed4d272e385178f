// libuv, with the echo server of its guide, but with the faster of its two ways to write.
#include <array>
#include <vector>

#include <uv.h>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {
namespace {

Meter* meter_of_libuv = nullptr;

/// libuv's write requests, for reuse.
std::vector<uv_write_t*> free_writes;

struct Connection {
  uv_tcp_t stream{};
  std::array<char, buffer_bytes> buffer;
};

void on_closed(uv_handle_t* handle) { delete static_cast<Connection*>(handle->data); }

void close_connection(Connection& connection) {
  auto* handle = reinterpret_cast<uv_handle_t*>(&connection.stream);
  if (uv_is_closing(handle) == 0) uv_close(handle, on_closed);
}

void lend_buffer(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
  auto& connection = *static_cast<Connection*>(handle->data);
  *buffer = uv_buf_init(connection.buffer.data(), buffer_bytes);
}

void on_written(uv_write_t* write, int status) {
  free_writes.push_back(write);
  if (status < 0) return close_connection(*static_cast<Connection*>(write->handle->data));
  meter_of_libuv->served();
}

void on_read(uv_stream_t* stream, ssize_t bytes, const uv_buf_t* buffer) {
  auto& connection = *static_cast<Connection*>(stream->data);
  if (bytes < 0) return close_connection(connection);
  if (bytes == 0) return;
  uv_buf_t answer = uv_buf_init(buffer->base, static_cast<unsigned>(bytes));
  // Needs no callback if the socket takes all bytes at once, which it nearly always does.
  const int sent = uv_try_write(stream, &answer, 1);
  if (sent == bytes) return meter_of_libuv->served();
  if (sent < 0 && sent != UV_EAGAIN) return close_connection(connection);
  if (sent > 0) answer = uv_buf_init(answer.base + sent, answer.len - static_cast<unsigned>(sent));
  if (free_writes.empty()) free_writes.push_back(new uv_write_t);
  uv_write_t* write = free_writes.back();
  free_writes.pop_back();
  uv_write(write, stream, &answer, 1, on_written);
}

void on_connection(uv_stream_t* listener, int status) {
  if (status < 0) give_up("listen", -status);
  auto* connection = new Connection;
  uv_tcp_init(listener->loop, &connection->stream);
  connection->stream.data = connection;
  auto* stream = reinterpret_cast<uv_stream_t*>(&connection->stream);
  const int result = uv_accept(listener, stream);
  if (result < 0) give_up("uv_accept", -result);
  uv_read_start(stream, lend_buffer, on_read);
}

}  // namespace

void serve_libuv(Meter& meter) {
  meter_of_libuv = &meter;
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t listener{};
  uv_tcp_init(loop, &listener);
  const int descriptor = listen_on_loopback();
  uv_tcp_open(&listener, descriptor);
  const int result = uv_listen(reinterpret_cast<uv_stream_t*>(&listener), SOMAXCONN, on_connection);
  if (result < 0) give_up("uv_listen", -result);
  meter.listens_on(port_of(descriptor));
  uv_run(loop, UV_RUN_DEFAULT);
}

}  // namespace proactor_lab::bench
