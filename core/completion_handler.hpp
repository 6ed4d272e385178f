// Completion Handler (POSA2): what the program does when an operation is done. Any movable callable
// is accepted. Its arguments depend on the operation:
//
//   receive, send   void(std::error_code, std::size_t bytes)
//   receive from provided buffers
//                   void(std::error_code, std::span<std::byte> bytes); the bytes are valid until
//                   the handler returns
//   accept, open    void(std::error_code, Handle)
//   all others      void(std::error_code)
//
// The captures are stored in the operation's slot (at most `handler_capacity` bytes) and are moved
// out of it before the call, so a handler may start operations and may destroy the object that
// started this one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "core/async_operation.hpp"
#include "core/values/buffer_group.hpp"

namespace proactor_lab {

/// The result as a system error, or no error. 0 bytes received means end of stream, not an error.
inline std::error_code error_of(const Completion& completion) {
  if (completion.result >= 0) return {};
  return {-completion.result, std::system_category()};
}

/// Gives a handler the name that is shown in traces and pictures.
template <class Function>
struct NamedHandler {
  const char* name;  ///< not copied; must outlive the run: use a literal
  Function function;
};

template <class Function>
NamedHandler<std::decay_t<Function>> named(const char* name, Function&& function) {
  return {name, std::forward<Function>(function)};
}

/// Binds a handler to a strand (core/strand.hpp).
template <class Handler>
struct StrandHandler {
  std::uint32_t strand;
  Handler handler;
};

/// Splits a handler into its name ("" if it has none), its strand (0 if it has none) and the
/// callable itself.
template <class Handler>
struct HandlerParts {
  using Function = std::decay_t<Handler>;
  static const char* name(const Handler&) { return ""; }
  static std::uint32_t strand(const Handler&) { return 0; }
  static Function function(Handler&& handler) { return std::move(handler); }
};
template <class Inner>
struct HandlerParts<NamedHandler<Inner>> {
  using Parts = HandlerParts<Inner>;
  using Function = typename Parts::Function;
  static const char* name(const NamedHandler<Inner>& handler) { return handler.name; }
  static std::uint32_t strand(const NamedHandler<Inner>& handler) {
    return Parts::strand(handler.function);
  }
  static Function function(NamedHandler<Inner>&& handler) {
    return Parts::function(std::move(handler.function));
  }
};
template <class Inner>
struct HandlerParts<StrandHandler<Inner>> {
  using Parts = HandlerParts<Inner>;
  using Function = typename Parts::Function;
  static const char* name(const StrandHandler<Inner>& handler) {
    return Parts::name(handler.handler);
  }
  static std::uint32_t strand(const StrandHandler<Inner>& handler) { return handler.strand; }
  static Function function(StrandHandler<Inner>&& handler) {
    return Parts::function(std::move(handler.handler));
  }
};

/// The bytes in the provided buffer; empty if the completion has none.
inline std::span<std::byte> provided_bytes(const AsyncOperation& operation,
                                           const Completion& completion) {
  if ((completion.flags & completion_buffer) == 0 || completion.result <= 0) return {};
  const std::span<std::byte> buffer = operation.buffers->buffer(buffer_of(completion.flags));
  return buffer.first(static_cast<std::size_t>(completion.result));
}

/// A handler that cannot be called (an empty `std::function`, a null function pointer) is a bug of
/// the program. Throws `std::invalid_argument` at the initiation, before anything is initiated,
/// instead of failing much later in `run`.
template <class Function>
void refuse_null(const Function& function, std::string_view operation) {
  static_assert(!std::is_null_pointer_v<Function>,
                "nullptr is no handler: to ignore an outcome pass an empty lambda, [](auto...) {}");
  // A lambda without captures is convertible to a pointer, and never null.
  constexpr bool may_be_null = !std::is_empty_v<Function> && requires { function == nullptr; };
  if constexpr (may_be_null) {
    if (function == nullptr) {
      throw std::invalid_argument(std::string(operation) +
                                  ": the handler is null; to ignore the outcome pass an empty "
                                  "lambda, [](auto...) {}");
    }
  }
}
template <class Inner>
void refuse_null(const NamedHandler<Inner>& handler, std::string_view operation) {
  refuse_null(handler.function, operation);
}
template <class Inner>
void refuse_null(const StrandHandler<Inner>& handler, std::string_view operation) {
  refuse_null(handler.handler, operation);
}

template <class Function>
inline constexpr bool takes_bytes =
    std::invocable<Function&, std::error_code, std::span<std::byte>>;

/// Calls `function` with the arguments that its signature accepts; `provided` is the content of the
/// provided buffer, if one was taken. Always inline: saving the extra call saves a tenth of the
/// cost of a dispatch.
template <class Function>
[[gnu::always_inline]] inline void call_handler(Function& function, const Completion& completion,
                                                std::span<std::byte> provided) {
  const std::error_code error = error_of(completion);
  if constexpr (takes_bytes<Function>) {
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
