// Back-pressure: limits the number of operations that the system holds at a time. Operations beyond
// the limit wait here, in order, and start when others complete. The program sees no error, only
// the delay. Placed between Proactor and system:
//
//   InFlightLimit limit(os, os, 1000);
//   Proactor proactor(limit, limit, queue, &recorder);
//
// Cancels always pass. Operations that wait here are cancelled here.
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
  bool in_chain_ = false;       // the last operation is linked to the next one
  bool chain_is_held_ = false;  // and that chain waits here
  std::vector<Completion> cancelled_here_;
};

}  // namespace proactor_lab
