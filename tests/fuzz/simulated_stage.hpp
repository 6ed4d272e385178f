// The simulated system as a stage on which nothing takes time. All pending work competes, and which
// part comes first is a choice. So arrivals, timers and the kernel's own workers happen before,
// between and after any two operations of the program.
//
// A live kernel takes operations one by one while the world continues, and a program that has taken
// a completion may wait before it submits more. In the simulation, a batch is submitted in one
// piece and the world waits for the program. This stage removes the difference: it hands over one
// chain at a time, and before each it chooses how much of the pending work happens first. If the
// system takes buffers from a group, it also chooses before the program takes completions, because
// buffers are returned only then.
#pragma once

#include <deque>

#include "core/detail/operation_list.hpp"
#include "sim/system/simulated_os.hpp"
#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

/// `free`: as described above. `usual`: as scenarios run, with a latency and without these choices.
enum class Pace : std::uint8_t { free, usual };

class SimulatedWorld final : public World {
 public:
  SimulatedWorld(Network& network, Datagrams& datagrams)
      : network_(network), datagrams_(datagrams) {}
  PeerId connect(Endpoint listener) override;
  void send(PeerId peer, std::span<const std::byte> bytes) override;
  void finish(PeerId peer) override;
  void reset(PeerId peer) override;
  void close(PeerId peer) override;
  void send_datagram(Endpoint to, std::span<const std::byte> bytes) override;
  Received received(PeerId peer) override;

 private:
  /// A peer's data is examined only at the end of a play.
  struct Peer final : NetworkOwner {
    void readable(EndId, FactIndex) override {}
    void writable(EndId, FactIndex) override {}
    void acceptable(std::uint16_t, FactIndex) override {}
    EndId end = no_end;
  };

  Network& network_;
  Datagrams& datagrams_;
  std::deque<Peer> peers_;
};

class SimulatedStage final : public Stage, private EventTarget {
 public:
  SimulatedStage(ChoiceSource& choices, Pace pace);

  OperatingSystem& os() override { return os_; }
  World& world() override { return world_; }
  void begin() override;
  /// An abandoned world must not make further choices, because the search depends on their number.
  void end() override { choices_.asking = false; }
  Duration brief_delay() override;
  void start(AsyncOperation& operation) override {
    lends_buffers_ |= operation.buffers != nullptr;
    held_.push(operation);
  }
  void submit(CompletionEventQueue& queue) override;
  void let_some_happen(CompletionEventQueue& queue) override;
  bool wait(CompletionEventQueue& queue, bool expects) override;

 private:
  /// Makes no choices before the program begins: one way to open and connect is enough.
  class Choices final : public ChoiceSource {
   public:
    explicit Choices(ChoiceSource& source) : source_(source) {}
    std::uint32_t pick(std::uint32_t n, const Question& question) override {
      return asking ? source_.pick(n, question) : 0;
    }
    std::uint64_t draw(std::uint64_t, const Question&) override { return 0; }
    bool asking = false;

   private:
    ChoiceSource& source_;
  };

  void on_event(const ScheduledEvent& event) override;
  bool submits_in_pieces();
  void let_the_world_go_on(CompletionEventQueue& queue);

  Pace pace_;
  Choices choices_;
  Schedule schedule_{choices_};
  Network network_;
  Datagrams datagrams_;
  Files files_;
  SimulatedOs os_;
  SimulatedWorld world_;
  OperationList held_;
  std::uint32_t asked_ = 0;
  bool paused_ = false;
  bool lends_buffers_ = false;
};

/// Plays `program` in one simulated world. Throws `Abandoned` if the watcher lost interest, and
/// NotModelled if the simulation does not model what the kernel does.
Outcome play_simulated(const Program& program, ChoiceSource& choices, Pace pace = Pace::free,
                       Watcher* watcher = nullptr);

}  // namespace proactor_lab::fuzz
