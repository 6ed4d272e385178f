// A strand: handlers bound to it never run at the same time, and run in the order in which their
// completions were dequeued. State that they share needs no lock. Without a WorkerPool all handlers
// run on one thread and thus form one strand anyway; binding then costs nothing.
//
//   Strand strand(proactor);
//   socket.async_receive(buffer, on(strand, handler));
//   co_await socket.receive(buffer).on(strand);
//
// A handler that is bound to no strand may run at the same time as any other. The handlers of one
// multishot operation never overlap.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/completion_handler.hpp"
#include "core/proactor.hpp"

namespace proactor_lab {

/// A number: copy it freely. Operations store it, so the Strand may be destroyed before their
/// handlers run.
class Strand {
 public:
  explicit Strand(Proactor& proactor) : number_(proactor.next_strand()) {}
  std::uint32_t number() const { return number_; }

 private:
  std::uint32_t number_;
};

/// Binds a handler to `strand`.
template <class Handler>
StrandHandler<std::decay_t<Handler>> on(const Strand& strand, Handler&& handler) {
  return {strand.number(), std::forward<Handler>(handler)};
}

}  // namespace proactor_lab
