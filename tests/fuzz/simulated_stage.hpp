// The simulated system as a stage on which nothing takes time: whatever is under way competes with
// everything else that is, and which comes first is a question. So arrivals, timers and the
// kernel's own workers fall before, between and after any two operations of the program.
//
// Live, a kernel takes operations one by one while the world continues, and a program that has
// taken a completion is in no hurry to ask for more. Simulated, a batch is submitted in one piece
// and the world waits for the program. So this stage stands between: it hands chains over one at a
// time, and before each it asks how much of what is under way happens first. If the system takes
// buffers from a group it also asks before the program takes completions: only then do the buffers
// come back.
#pragma once

#include <deque>

#include "core/detail/operation_list.hpp"
#include "sim/system/simulated_os.hpp"
#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

/// `free`: as said above. `usual`: as scenarios have it, with a latency and without such questions.
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
  /// Peers look only at the end of a play.
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
  /// An abandoned world must not ask more than it did up to there: the search goes by that.
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
  /// Before the program begins nothing is asked: one way to open and connect is enough.
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

/// Plays `program` in one simulated world. Throws `Abandoned` where the watcher lost interest, and
/// NotModelled where the simulation does not know what the kernel does.
Outcome play_simulated(const Program& program, ChoiceSource& choices, Pace pace = Pace::free,
                       Watcher* watcher = nullptr);

}  // namespace proactor_lab::fuzz
