// Back-pressure: at most so many operations at a time are with the system; what is initiated past
// that waits here, in its order, and starts when another completes. It is no error, and the program
// notices nothing but the time it takes. It stands between Proactor and system:
//
//   InFlightLimit limit(os, os, 1000);
//   Proactor proactor(limit, limit, queue, &recorder);
//
// Cancels always pass. An operation that waits here is cancelled here.
#pragma once

#include <cstddef>
#include <vector>

#include "core/async_event_demultiplexer.hpp"
#include "core/async_operation_processor.hpp"
#include "core/detail/operation_list.hpp"
#include "core/recording/recorder.hpp"

namespace proactor_lab {

class InFlightLimit final : public AsyncOperationProcessor, public AsyncEventDemultiplexer {
 public:
  InFlightLimit(AsyncOperationProcessor& processor, AsyncEventDemultiplexer& demultiplexer,
                std::size_t in_flight_max, Recorder* recorder = nullptr);

  void start(AsyncOperation& operation) override;
  void give_back(BufferGroup& group, std::uint16_t buffer) override;
  void release_all() override;
  bool wait(CompletionEventQueue& queue, Instant deadline) override;
  void wake() override { demultiplexer_.wake(); }

  std::size_t in_flight() const { return in_flight_; }
  std::size_t held() const { return held_count_; }

 private:
  void pass_on(AsyncOperation& operation);
  void start_held();
  void cancel_held(AsyncOperation& cancel);
  void complete_cancelled(AsyncOperation& operation);
  void settle(Completion& completion);

  AsyncOperationProcessor& processor_;
  AsyncEventDemultiplexer& demultiplexer_;
  std::size_t in_flight_max_;
  Recorder* recorder_;
  std::size_t in_flight_ = 0;
  std::size_t held_count_ = 0;
  OperationList held_;
  bool in_chain_ = false;       // the last operation is linked to the one that comes
  bool chain_is_held_ = false;  // and waits here
  std::vector<Completion> cancelled_here_;
};

}  // namespace proactor_lab
