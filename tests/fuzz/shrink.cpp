#include "tests/fuzz/shrink.hpp"

#include <utility>

namespace proactor_lab::fuzz {
namespace {

class Simpler {
 public:
  explicit Simpler(const Program& program) : program_(program) {}

  std::vector<Program> all() {
    const std::size_t phases = program_.phases.size();
    for (std::size_t i = 0; i < phases; ++i) without_phase(static_cast<int>(i));
    for (std::size_t i = program_.steps.size(); i-- > 0;) add(without(program_, i));
    for (std::size_t i = 0; i < phases; ++i) simplify_phase(i);
    for (std::size_t i = 1; i < phases; ++i) add(joined(program_, i));
    for (std::size_t i = 0; i < program_.steps.size(); ++i) simplify_step(i);
    return std::move(all_);
  }

 private:
  void add(Program changed) {
    mend(changed);
    if (changed != program_ && !changed.steps.empty()) all_.push_back(std::move(changed));
  }

  void without_phase(int phase) {
    Program changed = program_;
    changed.phases[static_cast<std::size_t>(phase)].acts.clear();
    for (std::size_t i = changed.steps.size(); i-- > 0;) {
      if (changed.steps[i].phase != phase) continue;
      // `without` drops phases that became empty. Only this phase can, and its last step goes last.
      changed = without(changed, i);
    }
    add(std::move(changed));
  }

  void simplify_phase(std::size_t phase) {
    const auto change = [&](auto&& apply) {
      Program changed = program_;
      apply(changed.phases[phase]);
      add(std::move(changed));
    };
    const std::size_t acts = program_.phases[phase].acts.size();
    for (std::size_t i = 0; i < acts; ++i) {
      change([&](Phase& p) { p.acts.erase(p.acts.begin() + static_cast<std::ptrdiff_t>(i)); });
    }
    for (std::size_t i = 0; i < acts; ++i) {
      change([&](Phase& p) { p.acts[i].length = p.acts[i].length > 0 ? 1 : 0; });
    }
    change([](Phase& p) { p.keeps_buffers = false; });
    change([](Phase& p) { p.hurries = false; });
  }

  void simplify_step(std::size_t index) {
    const auto change = [&](auto&& apply) {
      Program changed = program_;
      apply(changed.steps[index]);
      add(std::move(changed));
    };
    const Step& step = program_.steps[index];
    change([](Step& s) { s = {.link = s.link, .after = s.after, .phase = s.phase}; });
    change([](Step& s) { s.link = Link::none; });
    change([](Step& s) { s.after = no_step; });
    change([](Step& s) { s.flags = OperationFlags::none; });
    change([](Step& s) { s.target = no_step; });
    change([](Step& s) { s.many = s.provided = false; });
    change([](Step& s) { s.many = false; });
    change([](Step& s) { s.missing = false; });
    change([](Step& s) { s.now = false; });
    change([](Step& s) { s.offset = 0; });
    change([](Step& s) { s.readiness = Readiness::readable; });
    if (step.length > 4) change([](Step& s) { s.length = 4; });
    if (step.length > 1) change([](Step& s) { s.length = 1; });
    if (step.link == Link::hard) change([](Step& s) { s.link = Link::soft; });
    if (step.timing != Timing::lasting) change([](Step& s) { s.timing = Timing::lasting; });
    if (step.handle == 'c' || step.handle == 'd') {
      change([](Step& s) { s.handle = static_cast<char>(s.handle - 2); });
    }
    if (step.handle == 't') change([](Step& s) { s.handle = 's'; });
  }

  const Program& program_;
  std::vector<Program> all_;
};

}  // namespace

std::vector<Program> simpler(const Program& program) { return Simpler(program).all(); }

Program shrink(const Program& program, const std::function<bool(const Program&)>& still_fails,
               int attempts) {
  Program smallest = program;
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (const Program& candidate : simpler(smallest)) {
      if (--attempts < 0) return smallest;
      if (!still_fails(candidate)) continue;
      smallest = candidate;
      smaller = true;
      break;
    }
  }
  return smallest;
}

}  // namespace proactor_lab::fuzz
