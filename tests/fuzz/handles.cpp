#include "tests/fuzz/handles.hpp"

#include <string>
#include <system_error>

namespace proactor_lab::fuzz {
namespace {

void check(std::error_code error, const char* what) {
  if (error) throw std::system_error(error, what);
}

Handle handle_from(std::int32_t result, const char* what) {
  if (result < 0) throw std::system_error(-result, std::system_category(), what);
  return Handle{result};
}

}  // namespace

Handles::Handles(const Program& program, Stage& stage) : stage_(stage) {
  handles_.fill(Handle::none);
  std::error_code error;
  if (program.uses("ab")) open_pair('a', 'b');
  if (program.uses("cd")) open_pair('c', 'd');
  if (program.uses("s")) open_stream('s', peers_[0]);
  if (program.uses("t")) open_stream('t', peers_[1]);
  if (program.uses("lu") || program.uses(Opcode::connect)) {
    at('l') = listen();
    listening_ = {loopback_address, stage_.os().local_endpoint(at('l')).port};
    at('u') = stage_.os().open_stream_socket("u", error);
    check(error, "socket");
  }
  if (program.uses("rw")) {
    const OperatingSystem::Pipe pipe = stage_.os().open_pipe("pipe", error);
    check(error, "pipe");
    at('r') = pipe.reader;
    at('w') = pipe.writer;
  }
  if (program.uses("gh") || program.uses(Opcode::send_to)) {
    for (const char name : {'g', 'h'}) {
      at(name) = stage_.os().open_datagram_socket({loopback_address, 0}, "datagrams", error);
      check(error, "datagram socket");
      ports_[name == 'g' ? 0 : 1] = {loopback_address, stage_.os().local_endpoint(at(name)).port};
    }
  }
  if (program.uses("f")) open_file('f', OpenMode::read | OpenMode::write);
  if (program.uses("i")) open_file('i', static_cast<std::uint32_t>(OpenMode::read));
  if (program.uses("o")) open_file('o', static_cast<std::uint32_t>(OpenMode::write));
  if (program.uses("x")) {
    at('x') = stage_.os().open_stream_socket("x", error);
    check(error, "socket");
    stage_.os().close(at('x'));
  }
}

std::string Handles::name_of_sender(Endpoint sender) const {
  if (sender.port == 0) return "nowhere";
  if (sender.port == ports_[0].port) return "g";
  return sender.port == ports_[1].port ? "h" : "world";
}

Handle Handles::listen() {
  std::error_code error;
  const Handle listener = stage_.os().listen({loopback_address, 0}, "listener", error);
  check(error, "listen");
  return listener;
}

void Handles::start(AsyncOperation& operation, const OperationRequest& request) {
  copy_request(request, operation);
  operation.id = OperationId{UINT32_MAX};
  stage_.start(operation);
}

/// Only one operation at a time is pending here.
std::int32_t Handles::completed() {
  while (queue_.empty()) {
    if (!stage_.wait(queue_, true)) {
      check(std::make_error_code(std::errc::timed_out), "what a program needs beforehand");
    }
  }
  return queue_.pop().result;
}

Handle Handles::accept(Handle listener) {
  AsyncOperation accept;
  start(accept, {.opcode = Opcode::accept, .handle = listener});
  const Handle accepted = handle_from(completed(), "accept");
  stage_.os().close(listener);
  return accepted;
}

void Handles::open_pair(char near, char far) {
  std::error_code error;
  const Handle listener = listen();
  at(near) = stage_.os().open_stream_socket("near", error);
  check(error, "socket");
  AsyncOperation connect;
  const std::uint16_t port = stage_.os().local_endpoint(listener).port;
  start(connect,
        {.opcode = Opcode::connect, .handle = at(near), .endpoint = {loopback_address, port}});
  const std::int32_t connected = completed();
  if (connected < 0) throw std::system_error(-connected, std::system_category(), "connect");
  at(far) = accept(listener);
}

void Handles::open_stream(char name, PeerId& peer) {
  const Handle listener = listen();
  peer = stage_.world().connect({loopback_address, stage_.os().local_endpoint(listener).port});
  at(name) = accept(listener);
}

void Handles::open_file(char name, std::uint32_t mode) {
  AsyncOperation open;
  start(open, {.opcode = Opcode::open, .path = stage_.file, .open_flags = mode});
  at(name) = handle_from(completed(), "open");
}

}  // namespace proactor_lab::fuzz
