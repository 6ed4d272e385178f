#include "tests/fuzz/program.hpp"

#include <algorithm>

namespace proactor_lab::fuzz {
namespace {

bool matters_to(Opcode opcode, OperationFlags flag) {
  if (flag == OperationFlags::wait_all) return opcode == Opcode::receive;
  return opcode == Opcode::timer;  // expiry_is_success
}

/// Resets fields that the verb does not use to their default values.
void clear_unused(Step& step) {
  const Opcode verb = step.opcode;
  if (!takes_handle(verb)) step.handle = no_handle;
  if (!moves_bytes(verb)) step.length = 0;
  if (verb != Opcode::read && verb != Opcode::write) step.offset = 0;
  if (verb != Opcode::receive && verb != Opcode::accept) step.many = false;
  if (verb != Opcode::receive && verb != Opcode::read) step.provided = false;
  if (verb == Opcode::receive && step.many) step.provided = true;
  const bool names_other =
      verb == Opcode::connect || verb == Opcode::send_to || verb == Opcode::open;
  if (!names_other) step.missing = false;
  if (!is_timeout(verb)) {
    step.timing = Timing::brief;
    step.absolute = false;
  }
  // An absolute deadline in the past has expired and is no error.
  if (step.timing == Timing::negative) step.absolute = false;
  const bool pipe = step.handle == 'r' || step.handle == 'w';
  step.length = std::min(step.length, pipe ? pipe_length_max : length_max);
  if (verb != Opcode::shutdown) step.side = ShutdownSide::both;
  if (verb != Opcode::poll) step.readiness = Readiness::readable;
  if (verb != Opcode::cancel) {
    step.now = false;
    step.target = no_step;
  }
  auto flags = static_cast<std::uint8_t>(step.flags);
  for (const OperationFlags each : {OperationFlags::wait_all, OperationFlags::expiry_is_success}) {
    if (!matters_to(verb, each)) flags &= static_cast<std::uint8_t>(~static_cast<unsigned>(each));
  }
  step.flags = step.now ? OperationFlags::none : static_cast<OperationFlags>(flags);
  if (step.now) step.link = Link::none;
}

bool is_stream_act(ActKind kind) { return kind <= ActKind::closes; }

void mend_acts(Program& program) {
  std::string gone;  // peers that have reset or closed do not act any more
  for (Phase& phase : program.phases) {
    std::erase_if(phase.acts, [&](const Act& act) {
      if (!is_stream_act(act.kind)) return false;
      const bool is_gone = gone.find(act.handle) != std::string::npos;
      if (act.kind == ActKind::resets || act.kind == ActKind::closes) gone += act.handle;
      return is_gone;
    });
  }
}

/// Removes phases in which no step starts and no act happens.
void drop_empty_phases(Program& program) {
  for (std::size_t i = program.phases.size(); i-- > 0 && program.phases.size() > 1;) {
    const bool starts = std::any_of(program.steps.begin(), program.steps.end(),
                                    [&](const Step& s) { return s.phase == static_cast<int>(i); });
    if (starts || !program.phases[i].acts.empty()) continue;
    program.phases.erase(program.phases.begin() + static_cast<std::ptrdiff_t>(i));
    for (Step& step : program.steps) {
      if (step.phase > static_cast<int>(i)) --step.phase;
    }
  }
}

}  // namespace

bool is_timeout(Opcode opcode) { return opcode == Opcode::timer || opcode == Opcode::link_timeout; }

bool takes_handle(Opcode opcode) {
  switch (opcode) {
    case Opcode::none:
    case Opcode::no_op:
    case Opcode::open:
    case Opcode::timer:
    case Opcode::link_timeout:
    case Opcode::cancel:
    case Opcode::cancel_all:
      return false;
    default:
      return true;
  }
}

bool Program::uses(std::string_view handles) const {
  const auto named = [&](char name) { return handles.find(name) != std::string_view::npos; };
  return std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return named(s.handle); }) ||
         std::any_of(phases.begin(), phases.end(), [&](const Phase& phase) {
           return std::any_of(phase.acts.begin(), phase.acts.end(), [&](const Act& act) {
             return named(act.kind == ActKind::connects ? 'l' : act.handle);
           });
         });
}

bool Program::uses(Opcode opcode) const {
  return std::any_of(steps.begin(), steps.end(),
                     [&](const Step& step) { return step.opcode == opcode; });
}

void mend(Program& program) {
  const auto count = static_cast<int>(program.steps.size());
  for (int i = 0; i < count; ++i) {
    Step& step = program.steps[static_cast<std::size_t>(i)];
    clear_unused(step);
    if (step.after >= i) step.after = no_step;
    if (step.after != no_step) {
      const Step& before = program.steps[static_cast<std::size_t>(step.after)];
      // A step of another phase, or a call that is no operation, has no handler that starts this
      // step.
      if (before.phase != step.phase || before.now) step.after = no_step;
    }
    if (step.target >= count) step.target = no_step;
  }
  for (int i = 0; i < count; ++i) {
    Step& step = program.steps[static_cast<std::size_t>(i)];
    const auto follows = [&](const Step& later) {
      return later.after == step.after && later.phase == step.phase && !later.now;
    };
    if (std::none_of(program.steps.begin() + i + 1, program.steps.end(), follows)) {
      step.link = Link::none;
    }
  }
  mend_acts(program);
  drop_empty_phases(program);
  program.phases.back().hurries = false;
}

Program without(const Program& program, std::size_t gone) {
  const int place = static_cast<int>(gone);
  const int after = program.steps[gone].after;
  Program result;
  result.phases = program.phases;
  std::vector<int> moved(program.steps.size(), no_step);
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    if (i == gone) continue;
    moved[i] = static_cast<int>(result.steps.size());
    result.steps.push_back(step);
    Step& kept = result.steps.back();
    if (kept.after == place) kept.after = after;
    if (kept.after != no_step) kept.after = moved[static_cast<std::size_t>(kept.after)];
  }
  for (Step& step : result.steps) {
    if (step.target != no_step) step.target = moved[static_cast<std::size_t>(step.target)];
  }
  mend(result);
  return result;
}

Program joined(const Program& program, std::size_t phase) {
  Program result = program;
  Phase& before = result.phases[phase - 1];
  const Phase& gone = program.phases[phase];
  before.hurries = gone.hurries;
  before.acts.insert(before.acts.end(), gone.acts.begin(), gone.acts.end());
  result.phases.erase(result.phases.begin() + static_cast<std::ptrdiff_t>(phase));
  for (Step& step : result.steps) {
    if (step.phase >= static_cast<int>(phase)) --step.phase;
  }
  mend(result);
  return result;
}

}  // namespace proactor_lab::fuzz
