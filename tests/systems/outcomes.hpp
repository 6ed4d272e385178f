// How operations ended, each under a name, in words that a test can compare: "ok", a number of
// bytes, "handle", or the name of the error. If the system may choose, tests compare with a set.
#pragma once

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tests/systems/both_systems.hpp"

namespace proactor_lab::testing {

class Outcomes {
 public:
  // Handlers, by the results of their operations.
  auto done(std::string name) {
    return [this, name = std::move(name)](std::error_code error) { note(name, error, "ok"); };
  }
  auto bytes(std::string name) {
    return [this, name = std::move(name)](std::error_code error, std::size_t count) {
      note(name, error, std::to_string(count));
    };
  }
  auto handle(std::string name) {
    return [this, name = std::move(name)](std::error_code error, Handle handle) {
      note(name, error, "handle");
      if (!error) handles.push_back(handle);
    };
  }
  auto provided(std::string name) {
    return [this, name = std::move(name)](std::error_code error, std::span<std::byte> arrived) {
      note(name, error, std::to_string(arrived.size()));
    };
  }

  void note(const std::string& name, std::error_code error, std::string well) {
    const std::string text = error ? strerrorname_np(error.value()) : std::move(well);
    std::string& all = heard_[name];
    all += all.empty() ? text : " " + text;
    ++count_;
  }

  /// All results in order, separated by spaces; "" if there are none yet.
  std::string of(const std::string& name) const {
    const auto found = heard_.find(name);
    return found == heard_.end() ? "" : found->second;
  }
  bool one_of(const std::string& name, std::initializer_list<std::string_view> legal) const {
    return std::find(legal.begin(), legal.end(), of(name)) != legal.end();
  }
  std::size_t count() const { return count_; }
  void forget() { heard_.clear(); }

  std::vector<Handle> handles;  ///< handles that were accepted or opened

 private:
  std::map<std::string, std::string> heard_;
  std::size_t count_ = 0;
};

/// Runs the proactor for this long, also if operations remain pending.
inline void pass(System& system, Duration duration = Duration{2'000'000}) {
  Timer(system.proactor()).async_wait(duration, [&system](std::error_code) {
    system.proactor().stop();
  });
  system.run();
  system.proactor().restart();
}

/// A listener, and its address.
struct Listening {
  explicit Listening(System& system)
      : handle(system.os().listen({loopback_address, 0}, "listener", error)),
        endpoint{loopback_address, system.os().local_endpoint(handle).port} {}
  std::error_code error;
  Handle handle;
  Endpoint endpoint;
};

/// A stream with a pending connect to `endpoint`. It is connected after the proactor has run.
inline Handle connecting(System& system, Endpoint endpoint, Outcomes& heard, std::string name) {
  std::error_code error;
  const Handle stream = system.os().open_stream_socket("stream", error);
  StreamSocket(system.proactor(), stream).async_connect(endpoint, heard.done(std::move(name)));
  return stream;
}

/// Provided buffers, registered while this lives. The destructor destroys the proactor first.
struct Provided {
  Provided(System& in, std::uint16_t count, std::uint32_t size) : system(in), buffers(count, size) {
    std::error_code error;
    system.os().register_buffers(buffers, error);
    REQUIRE(!error);
  }
  ~Provided() {
    system.destroy_proactor();
    system.os().unregister_buffers(buffers);
  }
  System& system;
  BufferGroup buffers;
};

/// Closes `closing` while it has unread bytes, so that the connection is reset.
inline void reset_by(System& system, Handle closing, Handle other) {
  StreamSocket(system.proactor(), other)
      .async_send(bytes_of("unread"), [](std::error_code, std::size_t) {});
  StreamSocket(system.proactor(), closing)
      .async_wait(Readiness::readable,
                  [&system, closing](std::error_code) { system.os().close(closing); });
}

}  // namespace proactor_lab::testing
