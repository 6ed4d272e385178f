#include "tests/fuzz/generator.hpp"

#include <algorithm>
#include <random>
#include <sstream>
#include <string_view>

#include "tests/fuzz/coverage.hpp"

namespace proactor_lab::fuzz {
namespace {

class Generator {
 public:
  Generator(std::uint64_t seed, const GeneratorConfig& config) : config_(config), random_(seed) {
    // The engine's first numbers are similar for neighbouring seeds.
    random_.discard(8);
    const std::size_t count = cells().size();
    // A step of the right size visits every cell before it visits one again.
    cell_ = cells()[seed % count * cell_stride(count) % count];
  }

  Program program() {
    choose_handles();
    const std::size_t phases = 1 + (cell_.later ? 1 : 0) + below(config_.phases_max);
    program_.phases.resize(std::min(phases, config_.phases_max));
    const std::size_t count = 2 + below(config_.steps_max - 1);
    const std::size_t first = below(2) == 0 ? 0 : below(count);
    const auto phase_count = program_.phases.size();
    const std::size_t cell_phase = cell_.later && phase_count > 1 ? 1 + below(phase_count - 1) : 0;
    bool done = false;
    for (std::size_t phase = 0; phase < phase_count; ++phase) {
      phase_ = static_cast<int>(phase);
      std::size_t here = count / phase_count + below(2);
      if (below(10) == 0) here = 0;  // only the world acts
      const std::size_t place = std::min(first, here);
      for (std::size_t i = 0; i <= here; ++i) {
        if (!done && phase == cell_phase && i == place) {
          add_cell();
          done = true;
        }
        if (i < here) add_random_step();
      }
      add_acts();
    }
    if (program_.steps.empty()) program_.steps.emplace_back();
    mend(program_);
    return program_;
  }

 private:
  static std::size_t cell_stride(std::size_t count) {
    std::size_t stride = count / 3;
    const auto divides = [](std::size_t a, std::size_t b) {
      while (b != 0) std::swap(a %= b, b);
      return a > 1;
    };
    while (divides(stride, count)) ++stride;
    return stride;
  }

  // Not a standard distribution, because these differ between libraries.
  std::size_t below(std::size_t n) { return random_() % n; }
  template <class T>
  T one_of(std::initializer_list<T> all) {
    return all.begin()[below(all.size())];
  }

  /// A program uses few handles, so that its steps affect each other.
  void choose_handles() {
    constexpr std::string_view some[] = {"ab", "ab", "s",  "s", "st",  "l",   "lu",
                                         "rw", "rw", "gh", "f", "fio", "abcd"};
    handles_ = some[below(std::size(some))];
    if (below(2) == 0) handles_ += some[below(std::size(some))];
    if (takes_handle(forms()[cell_.form].step.opcode)) {
      const std::string_view letters = handles_of(cell_.handle);
      handles_ += letters;
      cell_letter_ = letters[below(letters.size())];
    }
  }

  std::uint32_t length() { return one_of<std::uint32_t>({0, 1, 1, 2, 4, 4, 10, 16, 16, 40, 1000}); }

  /// Sets the fields that the form leaves open.
  void fill(Step& step) {
    step.phase = phase_;
    if (is_timeout(step.opcode)) step.absolute = below(6) == 0;
    if (moves_bytes(step.opcode)) {
      step.length = length();
      const bool file = class_of(step.handle) == HandleClass::file;
      if (file && step.opcode == Opcode::write) step.length = std::min(step.length, 10u);
      if (file) step.offset = one_of<std::uint32_t>({0, 0, 20, 20, 20, 30});
      const bool pipe = step.handle == 'r' || step.handle == 'w';
      if (pipe && below(8) == 0) step.length = one_of<std::uint32_t>({4096, 40'000, 65'536});
      if (!file && below(30) == 0 && step.opcode != Opcode::receive) step.offset = 20;
    }
    if (step.opcode == Opcode::cancel && !program_.steps.empty()) {
      step.target = static_cast<int>(below(program_.steps.size()));
    }
    if (step.opcode == Opcode::cancel && below(8) == 0) {
      step.target = static_cast<int>(program_.steps.size() + 1 + below(3));
    }
  }

  bool is_excluded(const std::string& text) const {
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      if (std::find(config_.without.begin(), config_.without.end(), word) !=
          config_.without.end()) {
        return true;
      }
    }
    return false;
  }

  void add(Step step) {
    if (program_.steps.size() >= steps_max) return;
    if (is_excluded(to_text(step))) return;
    program_.steps.push_back(step);
  }

  /// Adds steps, one of which covers the wanted cell.
  void add_cell() {
    Step step = forms()[cell_.form].step;
    step.handle = cell_letter_;
    fill(step);
    const bool behind = cell_.extra == Extra::behind_link;
    const bool after = cell_.extra == Extra::after;
    if ((behind || after) && (program_.steps.empty() || program_.steps.back().phase != phase_ ||
                              program_.steps.back().now)) {
      add_random_step(false);
    }
    if (!program_.steps.empty() && program_.steps.back().phase == phase_) {
      Step& before = program_.steps.back();
      const bool linked = before.link != Link::none;
      if (behind && !linked) before.link = below(3) > 0 ? Link::soft : Link::hard;
      if (behind || linked) step.after = before.after;
      if (after && !linked) step.after = static_cast<int>(program_.steps.size()) - 1;
    }
    if (cell_.extra == Extra::drain) step.flags = step.flags | OperationFlags::drain;
    if (cell_.extra == Extra::skip_success) step.flags = step.flags | OperationFlags::skip_success;
    if (cell_.extra == Extra::soft_link || cell_.extra == Extra::bounded) step.link = Link::soft;
    if (cell_.extra == Extra::hard_link) step.link = Link::hard;
    add(step);
    if (cell_.extra == Extra::bounded) add_timeout_of_the_last();
    if (step.link != Link::none && cell_.extra != Extra::bounded) add_random_step();
  }

  void add_timeout_of_the_last() {
    if (program_.steps.empty()) return;
    Step step{.opcode = Opcode::link_timeout,
              .timing = one_of({Timing::brief, Timing::brief, Timing::lasting, Timing::lasting,
                                Timing::at_once})};
    step.phase = phase_;
    step.after = program_.steps.back().after;
    add(step);
  }

  /// A call that is no operation is never part of a chain and has no handler.
  void add_random_step(bool may_be_call = true) {
    const bool linked = !program_.steps.empty() && program_.steps.back().phase == phase_ &&
                        program_.steps.back().link != Link::none;
    if (linked && below(3) == 0) return add_timeout_of_the_last();
    Step step = random_form();
    if (linked || !may_be_call) step.now = false;
    fill(step);
    if (below(4) == 0) step.link = below(3) > 0 ? Link::soft : Link::hard;
    if (below(8) == 0) {
      step.flags = step.flags | OperationFlags::drain;
    } else if (below(8) == 0) {
      step.flags = step.flags | OperationFlags::skip_success;
    }
    // Chains stay together: a step that the previous one is linked to is started with it.
    if (linked) {
      step.after = program_.steps.back().after;
    } else if (!program_.steps.empty() && below(4) == 0) {
      step.after = static_cast<int>(below(program_.steps.size()));
    }
    add(step);
  }

  /// Mostly a form that suits the handle, sometimes any form.
  Step random_form() {
    if (below(6) == 0) {
      Step step = forms()[below(forms().size())].step;
      step.handle = handles_[below(handles_.size())];
      if (!takes_handle(step.opcode)) step.handle = no_handle;
      return step;
    }
    if (below(3) == 0) return without_handle();
    return on(handles_[below(handles_.size())]);
  }

  Step without_handle() {
    switch (below(10)) {
      case 0:
      case 1:
        return {};
      case 2:
      case 3:
        return {.opcode = Opcode::timer, .timing = one_of({Timing::brief, Timing::lasting})};
      case 4:
      case 5:
      case 6:
        return {.opcode = Opcode::cancel};
      case 7:
        return {.opcode = Opcode::cancel, .now = true};
      case 8:
        return {.opcode = Opcode::cancel_all};
      default:
        return {.opcode = Opcode::cancel_handle, .handle = handles_[below(handles_.size())]};
    }
  }

  Step on(char handle) {
    Step step{.opcode = verb_on(class_of(handle)), .handle = handle};
    if (step.opcode == Opcode::receive) {
      const std::size_t kind = below(6);
      step.many = kind == 0;
      step.provided = kind <= 1;
      if (kind == 2) step.flags = OperationFlags::wait_all;
    }
    if (step.opcode == Opcode::read) step.provided = below(5) == 0;
    if (step.opcode == Opcode::accept) step.many = below(3) == 0;
    if (step.opcode == Opcode::connect) step.missing = below(8) == 0;
    if (step.opcode == Opcode::poll && below(3) == 0) step.readiness = Readiness::writable;
    if (step.opcode == Opcode::shutdown) step.side = static_cast<ShutdownSide>(below(3));
    return step;
  }

  Opcode verb_on(HandleClass handle) {
    using enum Opcode;
    if (below(10) == 0) return one_of({poll, cancel_handle, shutdown, close});
    switch (handle) {
      case HandleClass::listener:
        return one_of({accept, accept, accept, poll, shutdown, close});
      case HandleClass::unconnected:
        return one_of({connect, connect, connect, send, receive, poll, shutdown, close});
      case HandleClass::reader:
        return one_of({read, read, read, poll, close});
      case HandleClass::writer:
        return one_of({write, write, write, poll, close});
      case HandleClass::datagram:
        return one_of({receive_from, receive_from, send_to, send_to, receive, poll, close});
      case HandleClass::file:
        return one_of({read, read, write, write, fsync, poll, close});
      case HandleClass::closed:
      case HandleClass::none:
        return one_of({read, write, accept, connect, receive, send, poll, shutdown, close, fsync,
                       cancel_handle});
      default:
        return one_of({receive, receive, receive, receive, send, send, send, poll, shutdown, close,
                       read, write});
    }
  }

  void add_acts() {
    Phase& phase = program_.phases[static_cast<std::size_t>(phase_)];
    phase.keeps_buffers = below(2) == 0;
    phase.hurries = below(8) == 0;
    for (std::size_t count = below(3); count > 0; --count) {
      Act act;
      const char handle = handles_[below(handles_.size())];
      if (handle == 's' || handle == 't') {
        act = {one_of({ActKind::sends, ActKind::sends, ActKind::sends, ActKind::finishes,
                       ActKind::resets, ActKind::closes}),
               handle};
      } else if (handle == 'l') {
        act = {one_of({ActKind::connects, ActKind::connects, ActKind::connects, ActKind::connects,
                       ActKind::run_out, ActKind::come_back})};
      } else if (handle == 'g' || handle == 'h') {
        act = {ActKind::datagram, handle};
      } else if (below(3) == 0) {
        act = {one_of({ActKind::wakes, ActKind::run_out, ActKind::come_back})};
      } else {
        continue;
      }
      if (act.kind == ActKind::sends) act.length = one_of<std::uint32_t>({1, 2, 4, 10, 16, 40});
      if (act.kind == ActKind::datagram) act.length = one_of<std::uint32_t>({0, 1, 4, 10, 40});
      if (!is_excluded(to_text(act))) phase.acts.push_back(act);
    }
  }

  const GeneratorConfig& config_;
  std::mt19937_64 random_;
  Cell cell_;
  char cell_letter_ = no_handle;
  std::string handles_;
  Program program_;
  int phase_ = 0;
};

}  // namespace

Program random_program(std::uint64_t seed, const GeneratorConfig& config) {
  return Generator(seed, config).program();
}

}  // namespace proactor_lab::fuzz
