// Composed operations: as many receives or sends as the task takes. Each has two forms: a function
// with a handler, void(std::error_code, std::size_t total), and a task to await.
//
// A composed operation issues one operation at a time. Between two of them, other operations
// initiated on the stream may run, so use at most one composed operation per direction at a time.
// To cancel one, cancel the operations on the handle (`Proactor::cancel_handle`); the handler
// receives ECANCELED and the number of bytes moved until then.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/socket.hpp"

namespace proactor_lab {

namespace composed {

/// The states of composed operations. `done` adds `moved` bytes and returns true if nothing is left
/// to do; `next` is the next request.
class WriteAll {
 public:
  using Bytes = std::span<const std::byte>;
  explicit WriteAll(Bytes bytes) : bytes_(bytes) {}
  bool done(std::size_t moved) {
    moved_ += moved;
    return moved_ == bytes_.size();
  }
  OperationRequest next(const StreamSocket& socket) const {
    return socket.send_request(bytes_.subspan(moved_));
  }
  std::size_t total() const { return moved_; }

 private:
  Bytes bytes_;
  std::size_t moved_ = 0;
};

class ReadAll {
 public:
  explicit ReadAll(std::span<std::byte> bytes) : bytes_(bytes) {}
  bool done(std::size_t moved) {
    moved_ += moved;
    return moved == 0 || moved_ == bytes_.size();  // 0 bytes: end of stream
  }
  OperationRequest next(const StreamSocket& socket) const {
    return socket.receive_request(bytes_.subspan(moved_));
  }
  std::size_t total() const { return moved_; }

 private:
  std::span<std::byte> bytes_;
  std::size_t moved_ = 0;
};

class ReadUntil {
 public:
  ReadUntil(std::string& text, char delimiter, std::size_t size_max)
      : text_(&text), size_max_(size_max), delimiter_(delimiter) {}
  bool done(std::size_t moved) {
    const std::size_t before = text_->size() - room_;
    text_->resize(before + moved);
    room_ = 0;
    const std::size_t found = text_->find(delimiter_, before);
    if (found != std::string::npos) total_ = found + 1;
    return moved == 0 || found != std::string::npos || text_->size() >= size_max_;
  }
  OperationRequest next(const StreamSocket& socket) {
    const std::size_t size = text_->size();
    if (size >= size_max_) return {.opcode = Opcode::no_op};  // its 0 bytes end it
    room_ = std::min<std::size_t>(1024, size_max_ - size);
    text_->resize(size + room_);
    return socket.receive_request(std::as_writable_bytes(std::span(*text_)).subspan(size));
  }
  std::size_t total() const { return total_; }

 private:
  std::string* text_;
  std::size_t size_max_;
  std::size_t total_ = 0;
  std::size_t room_ = 0;  // bytes at the end of `text_` that are lent to the system
  char delimiter_;
};

/// The handler of each single operation.
template <class State, class Function>
struct Step {
  StreamSocket socket;
  State state;
  const char* name;
  std::uint32_t strand;
  CallSite site;
  OperationId parent;
  Function function;

  void operator()(std::error_code error, std::size_t moved) {
    if (state.done(error ? 0 : moved) || error) return function(error, state.total());
    go_on(std::move(*this));
  }

  static void go_on(Step&& step) {
    OperationRequest request = step.state.next(step.socket);
    request.parent = step.parent;
    Proactor& proactor = step.socket.proactor();
    // Later operations name the first one as their parent, so its id is reserved before it starts.
    if (step.parent == OperationId::none) {
      step.parent = request.reserved = proactor.reserve_operation();
    }
    const CallSite site = step.site;
    const char* name = step.name;
    const std::uint32_t strand = step.strand;
    using Bound = StrandHandler<NamedHandler<Step>>;
    proactor.initiate(request, Bound{strand, {name, std::move(step)}}, site);
  }
};

template <class State, class Handler>
void start(StreamSocket socket, State state, Handler&& handler, CallSite site) {
  using Parts = HandlerParts<std::decay_t<Handler>>;
  using Function = typename Parts::Function;
  std::decay_t<Handler> owned(std::forward<Handler>(handler));
  refuse_null(owned, "a composed operation");
  const char* name = Parts::name(owned);
  const std::uint32_t strand = Parts::strand(owned);
  Step<State, Function>::go_on(
      {socket, state, name, strand, site, OperationId::none, Parts::function(std::move(owned))});
}

template <class State>
TaskOf<Result<std::size_t>> run(StreamSocket socket, State state, const char* name, CallSite site) {
  OperationId parent{};
  while (true) {
    OperationRequest request = state.next(socket);
    request.parent = parent;
    if (parent == OperationId::none) {
      parent = request.reserved = socket.proactor().reserve_operation();
    }
    Awaitable<std::size_t> operation(socket.proactor(), request, site);
    const auto [error, moved] = co_await operation.named(name);
    if (state.done(error ? 0 : moved) || error) {
      co_return Result<std::size_t>{error, state.total()};
    }
  }
}

}  // namespace composed

/// Sends all of `buffer`, which is lent until the handler is entered. Errors: as `async_send`.
template <class Handler>
void async_write(StreamSocket socket, std::span<const std::byte> buffer, Handler&& handler,
                 CallSite site = CallSite::here()) {
  composed::start(socket, composed::WriteAll(buffer), std::forward<Handler>(handler), site);
}
inline TaskOf<Result<std::size_t>> write(StreamSocket socket, std::span<const std::byte> buffer,
                                         const char* name = "", CallSite site = CallSite::here()) {
  return composed::run(socket, composed::WriteAll(buffer), name, site);
}

/// Fills `buffer`, or the part of it that arrives before the end of the stream. A total smaller
/// than the buffer, without an error, means end of stream. `buffer` is lent until the handler is
/// entered.
template <class Handler>
void async_read(StreamSocket socket, std::span<std::byte> buffer, Handler&& handler,
                CallSite site = CallSite::here()) {
  composed::start(socket, composed::ReadAll(buffer), std::forward<Handler>(handler), site);
}
inline TaskOf<Result<std::size_t>> read(StreamSocket socket, std::span<std::byte> buffer,
                                        const char* name = "", CallSite site = CallSite::here()) {
  return composed::run(socket, composed::ReadAll(buffer), name, site);
}

/// Appends to `text` until the appended bytes contain `delimiter`. The total is the position after
/// the delimiter. Bytes that arrived after it stay in `text`: remove the message from the front of
/// `text` before the next call. 0 without an error: the stream ended, or `text` has reached
/// `size_max` characters without a delimiter. `text` is lent until the handler is entered.
template <class Handler>
void async_read_until(StreamSocket socket, std::string& text, char delimiter, std::size_t size_max,
                      Handler&& handler, CallSite site = CallSite::here()) {
  composed::start(socket, composed::ReadUntil(text, delimiter, size_max),
                  std::forward<Handler>(handler), site);
}
inline TaskOf<Result<std::size_t>> read_until(StreamSocket socket, std::string& text,
                                              char delimiter, std::size_t size_max,
                                              const char* name = "",
                                              CallSite site = CallSite::here()) {
  return composed::run(socket, composed::ReadUntil(text, delimiter, size_max), name, site);
}

}  // namespace proactor_lab
