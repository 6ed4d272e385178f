// Completion Handler (POSA2): what the program wants to happen when an operation is over. Any
// movable callable will do. What it is called with depends on the operation:
//
//   receive, send   void(std::error_code, std::size_t bytes)
//   receive from provided buffers
//                   void(std::error_code, std::span<std::byte> bytes), which are the handler's
//                   until it returns
//   accept, open    void(std::error_code, Handle)
//   all others      void(std::error_code)
//
// Its captures live in the operation's slot (at most `handler_capacity` bytes) and move out of it
// before the call, so a handler may start operations and destroy the object that started this one.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

#include "core/async_operation.hpp"

namespace proactor_lab {

/// The result as the system's error, or none. 0 bytes received is the end of the stream, not an
/// error.
inline std::error_code error_of(const Completion& completion) {
  if (completion.result >= 0) return {};
  return {-completion.result, std::system_category()};
}

/// Gives a handler the name that traces and pictures show.
template <class Function>
struct NamedHandler {
  const char* name;  ///< must outlive the run: a literal
  Function function;
};

template <class Function>
NamedHandler<std::decay_t<Function>> named(const char* name, Function&& function) {
  return {name, std::forward<Function>(function)};
}

/// Splits a handler into its name ("" where it has none) and the callable proper.
template <class Handler>
struct HandlerParts {
  using Function = std::decay_t<Handler>;
  static const char* name(const Handler&) { return ""; }
  static Function function(Handler&& handler) { return std::move(handler); }
};
template <class F>
struct HandlerParts<NamedHandler<F>> {
  using Function = F;
  static const char* name(const NamedHandler<F>& handler) { return handler.name; }
  static Function function(NamedHandler<F>&& handler) { return std::move(handler.function); }
};

/// Calls `function` with the arguments its signature asks for; `provided` are the bytes in a
/// provided buffer, if one was taken.
template <class Function>
void call_handler(Function& function, const Completion& completion, std::span<std::byte> provided) {
  const std::error_code error = error_of(completion);
  if constexpr (std::invocable<Function&, std::error_code, std::span<std::byte>>) {
    function(error, provided);
  } else if constexpr (std::invocable<Function&, std::error_code, Handle>) {
    function(error, error ? Handle::none : static_cast<Handle>(completion.result));
  } else if constexpr (std::invocable<Function&, std::error_code, std::size_t>) {
    function(error, error ? std::size_t{0} : static_cast<std::size_t>(completion.result));
  } else {
    static_assert(std::invocable<Function&, std::error_code>,
                  "a handler takes (std::error_code), and a Handle or a std::size_t where its "
                  "operation yields one");
    function(error);
  }
}

}  // namespace proactor_lab
