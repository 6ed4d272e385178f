#include "tests/fuzz/play.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <system_error>
#include <vector>

#include "tests/fuzz/handles.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr Duration lasting{3'600'000'000'000};
/// The value of a byte identifies its source: from this value on an act of the world, below it a
/// step.
constexpr int first_act_byte = 100;
constexpr std::uint16_t unused_port = 1;

/// "1*10 w0*6": ten bytes of step 1, then six of the world's act 0.
std::string content_text(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t end = i;
    while (end < bytes.size() && bytes[end] == bytes[i]) ++end;
    const int value = std::to_integer<int>(bytes[i]);
    std::string from = std::to_string(value - 1);
    if (value >= first_act_byte) from = 'w' + std::to_string(value - first_act_byte);
    if (bytes[i] == file_byte) from = "file";
    if (value == 0) from = "none";
    text += (text.empty() ? "" : " ") + from + '*' + std::to_string(end - i);
    i = end;
  }
  return text.empty() ? text : " <" + text + '>';
}

bool reads(Opcode opcode) {
  return opcode == Opcode::receive || opcode == Opcode::read || opcode == Opcode::receive_from;
}

class Player {
 public:
  Player(const Program& program, Stage& stage, Watcher* watcher)
      : program_(program),
        stage_(stage),
        watcher_(watcher),
        handles_(program, stage),
        slots_(std::make_unique<AsyncOperation[]>(program.steps.size())),
        states_(program.steps.size()) {
    std::error_code error;
    stage_.os().register_buffers(buffers_, error);
    if (error) throw std::system_error(error, "buffers");
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const Step& step = program_.steps[i];
      // An operation of length 0 also needs a valid pointer.
      states_[i].memory.resize(std::max(step.length, 1u),
                               reads(step.opcode) ? std::byte{0} : std::byte(i + 1));
    }
  }
  ~Player() {
    stage_.end();
    stage_.os().release_all();
    stage_.os().unregister_buffers(buffers_);
  }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  Outcome play() {
    stage_.begin();
    for (; phase_ < static_cast<int>(program_.phases.size()); ++phase_) play_phase();
    --phase_;
    stage_.submit(queue_);  // nothing may come a second time
    take_completions();
    outcome_.ending = ending();
    outcome_.may_be_slow |= program_.uses("st");  // bytes that were sent may arrive later
    return std::move(outcome_);
  }

 private:
  struct State {
    std::vector<std::byte> memory;
    Endpoint sender;
    bool started = false;
    bool over = false;
  };

  void play_phase() {
    const Phase& phase = program_.phases[static_cast<std::size_t>(phase_)];
    if (!phase.keeps_buffers) give_back_buffers();
    if (start_steps_after(no_step)) {
      stage_.submit(queue_);
      stage_.let_some_happen(queue_);
      take_completions();
    }
    // The program takes no completions while the world acts.
    for (const Act& act : phase.acts) {
      stage_.let_some_happen(queue_);
      carry_out(act);
    }
    if (phase.hurries) return stage_.let_some_happen(queue_);
    while (stage_.wait(queue_, something_may_come())) take_completions();
    outcome_.may_be_slow |= something_may_come();
    if (watcher_ != nullptr && !watcher_->on_end_of_phase(phase_)) throw Abandoned();
  }

  bool something_may_come() const {
    return std::any_of(states_.begin(), states_.end(),
                       [](const State& each) { return each.started && !each.over; });
  }

  /// True if it started any.
  bool start_steps_after(int step) {
    bool any = false;
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      const Step& each = program_.steps[i];
      if (each.after != step || each.phase != phase_of(step)) continue;
      any = true;
      each.now ? cancel_now(i) : start(i);
    }
    return any;
  }
  int phase_of(int step) const {
    return step == no_step ? phase_ : program_.steps[static_cast<std::size_t>(step)].phase;
  }

  OperationToken token_of(int step) {
    if (step == no_step) return {};
    const auto index = static_cast<std::size_t>(step);
    return {&slots_[index], OperationId{static_cast<std::uint32_t>(step + 1)}};
  }

  void cancel_now(std::size_t index) {
    stage_.let_some_happen(queue_);  // pending work may happen before the call
    const std::int32_t result = stage_.os().cancel_now(token_of(program_.steps[index].target));
    note(index, result < 0 ? strerrorname_np(-result) : std::to_string(result));
  }

  void start(std::size_t index) {
    AsyncOperation& slot = slots_[index];
    copy_request(request_of(index), slot);
    slot.id = OperationId{static_cast<std::uint32_t>(index + 1)};
    states_[index].started = true;
    stage_.start(slot);
  }

  OperationRequest request_of(std::size_t index) {
    const Step& step = program_.steps[index];
    State& state = states_[index];
    OperationRequest request{
        .opcode = step.opcode,
        .handle = handles_[step.handle],
        .length = step.length,
        .data = state.memory.data(),
        .buffers = step.provided ? &buffers_ : nullptr,
        .readiness = step.readiness,
        .multishot = step.many,
        .link = step.link,
        .flags = step.flags,
        .sender = &state.sender,
        .offset = step.offset,
        .path = step.missing ? stage_.no_file : stage_.file,
        .open_flags = OpenMode::read | OpenMode::write,
        .deadline = (step.absolute ? stage_.os().now() : Instant{}) + delay_of(step),
        .relative = !step.absolute,
        .side = step.side,
        .target = token_of(step.target)};
    if (step.opcode == Opcode::connect) request.endpoint = handles_.listening();
    if (step.opcode == Opcode::send_to) {
      request.endpoint = handles_.datagrams_to(step.handle == 'g' ? 'h' : 'g');
    }
    if (step.missing) request.endpoint = {loopback_address, unused_port};
    return request;
  }

  Duration delay_of(const Step& step) {
    if (!is_timeout(step.opcode)) return {};
    switch (step.timing) {
      case Timing::brief:
        return stage_.brief_delay();
      case Timing::lasting:
        return lasting;
      case Timing::at_once:
        return Duration{0};
      case Timing::negative:
        return Duration{-1};
    }
    return {};
  }

  void carry_out(const Act& act) {
    const std::vector<std::byte> bytes(act.length, std::byte(first_act_byte + acts_++));
    World& world = stage_.world();
    switch (act.kind) {
      case ActKind::sends:
        return world.send(handles_.peer_of(act.handle), bytes);
      case ActKind::finishes:
        return world.finish(handles_.peer_of(act.handle));
      case ActKind::resets:
        return world.reset(handles_.peer_of(act.handle));
      case ActKind::closes:
        return world.close(handles_.peer_of(act.handle));
      case ActKind::connects:
        world.connect(handles_.listening());
        return;
      case ActKind::datagram:
        return world.send_datagram(handles_.datagrams_to(act.handle), bytes);
      case ActKind::wakes:
        return stage_.os().wake();
      case ActKind::run_out:
      case ActKind::come_back:
        return act.kind == ActKind::run_out ? take_all_descriptors() : give_descriptors_back();
    }
  }

  void take_all_descriptors() {
    std::error_code error;
    while (true) {
      const Handle taken = stage_.os().open_stream_socket("one of all", error);
      if (error) return;
      all_others_.push_back(taken);
      // The first may get a number that a step names.
      if (all_others_.size() == 1) stage_.let_some_happen(queue_);
    }
  }
  void give_descriptors_back() {
    for (const Handle each : all_others_) stage_.os().close(each);
    all_others_.clear();
  }

  void note(std::size_t index, std::string text) {
    outcome_.events.push_back({phase_, static_cast<int>(index), std::move(text)});
    if (watcher_ != nullptr && !watcher_->on_event(outcome_.events.back())) throw Abandoned();
  }

  void take_completions() {
    while (!queue_.empty()) {
      const Completion completion = queue_.pop();
      const auto index = static_cast<std::size_t>(completion.operation - slots_.get());
      take(index, completion);
    }
  }

  void take(std::size_t index, const Completion& completion) {
    State& state = states_[index];
    std::string text = state.over ? "again " : "";
    text += result_text(index, completion);
    if ((completion.flags & completion_buffer) != 0) {
      taken_.push_back(buffer_of(completion.flags));
      if (!program_.phases[static_cast<std::size_t>(phase_)].keeps_buffers) give_back_buffers();
    }
    const bool ends = (completion.flags & completion_more) == 0 && !state.over;
    if (ends) {
      state.over = true;
      slots_[index].id = OperationId::none;
    }
    note(index, std::move(text));
    if (ends) start_steps_after(static_cast<int>(index));
  }

  std::string result_text(std::size_t index, const Completion& completion) {
    const Step& step = program_.steps[index];
    const std::int32_t result = completion.result;
    std::string text = std::to_string(result);
    if (result < 0) text = strerrorname_np(-result);
    if (result >= 0 && (step.opcode == Opcode::accept || step.opcode == Opcode::open)) {
      text = "handle";
    }
    const bool buffer = (completion.flags & completion_buffer) != 0;
    if ((completion.flags & completion_more) != 0) text += '+';
    if (buffer) text += 'b';
    if (result > 0 && reads(step.opcode)) {
      const auto count = static_cast<std::size_t>(result);
      std::span<const std::byte> bytes = states_[index].memory;
      if (buffer) bytes = buffers_.buffer(buffer_of(completion.flags));
      text += content_text(bytes.first(std::min(count, bytes.size())));
    }
    if (result >= 0 && step.opcode == Opcode::receive_from) {
      text += " from " + handles_.name_of_sender(states_[index].sender);
    }
    return text;
  }

  void give_back_buffers() {
    for (const std::uint16_t id : taken_) stage_.os().give_back(buffers_, id);
    taken_.clear();
  }

  /// The pending operations, and what the peers have received.
  std::string ending() {
    std::string text;
    const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!states_[i].started || states_[i].over) continue;
      const std::span<const std::byte> bytes = states_[i].memory;
      const bool touched =
          reads(program_.steps[i].opcode) &&
          std::any_of(bytes.begin(), bytes.end(), [](std::byte b) { return b != std::byte{0}; });
      add(std::to_string(i) + " pending" + (touched ? content_text(bytes) : ""));
    }
    for (const char stream : {'s', 't'}) {
      if (!program_.uses({&stream, 1}) || is_gone(stream)) continue;
      const World::Received received = stage_.world().received(handles_.peer_of(stream));
      std::string heard = content_text(received.bytes);
      if (received.ended) heard += " end";
      if (received.broken) heard += " reset";
      if (!heard.empty()) add(std::string("peer of ") + stream + " got" + heard);
    }
    return text;
  }

  bool is_gone(char stream) const {
    return std::any_of(program_.phases.begin(), program_.phases.end(), [&](const Phase& phase) {
      return std::any_of(phase.acts.begin(), phase.acts.end(), [&](const Act& act) {
        return act.handle == stream && (act.kind == ActKind::resets || act.kind == ActKind::closes);
      });
    });
  }

  const Program& program_;
  Stage& stage_;
  Watcher* watcher_;
  Handles handles_;
  std::unique_ptr<AsyncOperation[]> slots_;
  std::vector<State> states_;
  BufferGroup buffers_{buffer_count, buffer_size};
  std::vector<std::uint16_t> taken_;  // provided buffers that were not given back yet
  std::vector<Handle> all_others_;    // opened so that no descriptors are left
  CompletionEventQueue queue_;
  Outcome outcome_;
  int phase_ = 0;
  int acts_ = 0;
};

}  // namespace

Outcome play(const Program& program, Stage& stage, Watcher* watcher) {
  Player player(program, stage, watcher);
  return player.play();
}

}  // namespace proactor_lab::fuzz
