#include "tests/fuzz/generator.hpp"

#include <algorithm>
#include <random>
#include <string_view>

namespace proactor_lab::fuzz {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Program program() {
    const std::size_t count = 2 + below(7);
    streams_ = below(3) > 0 ? "ab" : "abcd";
    for (std::size_t i = 0; i < count; ++i) {
      Step step = random_step(static_cast<int>(i));
      if (below(4) == 0) step.link = below(3) > 0 ? Link::soft : Link::hard;
      // Chains stay together: who is linked to the step before it is initiated with it.
      const bool linked = i > 0 && program_.steps.back().link != Link::none;
      if (linked) {
        step.after = program_.steps.back().after;
      } else if (i > 0 && below(2) == 0) {
        step.after = static_cast<int>(below(i));
      }
      program_.steps.push_back(step);
    }
    mend(program_);
    return program_;
  }

 private:
  // Of our own: the standard's distributions differ between libraries.
  std::size_t below(std::size_t n) { return random_() % n; }
  char stream() { return streams_[below(streams_.size())]; }
  std::uint32_t length() {
    constexpr std::uint32_t lengths[] = {1, 4, 10, 16, 16, 40, 1000};
    return lengths[below(std::size(lengths))];
  }

  Step random_step(int index) {
    switch (below(24)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return {.opcode = Opcode::receive, .handle = stream(), .length = length()};
      case 4:
      case 5:
      case 6:
      case 7:
        return {.opcode = Opcode::send, .handle = stream(), .length = length()};
      case 8:
        return {.opcode = Opcode::receive, .handle = stream(), .many = true};
      case 9:
        return {.opcode = Opcode::poll,
                .handle = stream(),
                .readiness = below(4) > 0 ? Readiness::readable : Readiness::writable};
      case 10:
        return {.opcode = Opcode::timer, .lasting = below(3) == 0};
      case 11:
      case 12:
        return timeout_of_the_last();
      case 13:
        return {.opcode = Opcode::shutdown,
                .handle = stream(),
                .side = static_cast<ShutdownSide>(below(3))};
      case 14:
        return {.opcode = Opcode::close, .handle = stream()};
      case 15:
      case 16:
      case 17:
        if (index == 0) return {};
        return {.opcode = Opcode::cancel,
                .target = static_cast<int>(below(static_cast<std::size_t>(index)))};
      case 18:
        if (below(3) == 0) return {.opcode = Opcode::cancel_all};
        return {.opcode = Opcode::cancel_handle, .handle = stream()};
      case 19:
        return file_step();
      case 20:
        return listener_step();
      case 21:
        return odd_step();
      case 22:
        return {.opcode = below(2) == 0 ? Opcode::read : Opcode::write,
                .handle = stream(),
                .length = length()};
      default:
        return {};
    }
  }

  /// A link timeout belongs behind what it bounds.
  Step timeout_of_the_last() {
    if (!program_.steps.empty()) program_.steps.back().link = Link::soft;
    return {.opcode = Opcode::link_timeout, .lasting = below(2) == 0};
  }

  Step file_step() {
    const std::uint32_t offset = below(2) == 0 ? 0 : 20;
    switch (below(5)) {
      case 0:
        return {.opcode = Opcode::fsync, .handle = 'f'};
      case 1:
      case 2:
        // Not past the end: the file grows only after the bytes are there, and who reads meanwhile
        // may see one without the other. The simulator writes in one piece.
        return {.opcode = Opcode::write,
                .handle = 'f',
                .length = std::min(length(), 10u),
                .offset = offset};
      default:
        return {.opcode = Opcode::read, .handle = 'f', .length = length(), .offset = offset};
    }
  }

  Step listener_step() {
    switch (below(5)) {
      case 0:
      case 1:
        return {.opcode = Opcode::connect, .handle = 'u'};
      case 2:
        return {.opcode = Opcode::accept, .handle = 'l', .many = true};
      case 3:
        return {.opcode = Opcode::shutdown, .handle = 'l', .side = ShutdownSide::both};
      default:
        return {.opcode = Opcode::accept, .handle = 'l'};
    }
  }

  /// What is asked of a handle that cannot do it.
  Step odd_step() {
    constexpr Opcode verbs[] = {Opcode::receive, Opcode::send,     Opcode::accept, Opcode::connect,
                                Opcode::read,    Opcode::shutdown, Opcode::poll};
    constexpr std::string_view all = "aluf";
    const Opcode verb = verbs[below(std::size(verbs))];
    const bool moves = verb == Opcode::receive || verb == Opcode::send || verb == Opcode::read;
    // A listener that was shut down can be connected, even to itself: not simulated.
    if (verb == Opcode::connect) return {.opcode = verb, .handle = "af"[below(2)]};
    // One that was shut down twice reads as ended: not simulated either.
    if (moves) return {.opcode = verb, .handle = "auf"[below(3)], .length = length()};
    return {.opcode = verb, .handle = all[below(all.size())]};
  }

  std::mt19937_64 random_;
  std::string_view streams_;
  Program program_;
};

}  // namespace

Program random_program(std::uint64_t seed) { return Generator(seed).program(); }

}  // namespace proactor_lab::fuzz
