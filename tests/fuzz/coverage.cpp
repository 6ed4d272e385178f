#include "tests/fuzz/coverage.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>

namespace proactor_lab::fuzz {
namespace {

constexpr std::array<std::string_view, handle_classes> class_letters = {
    "abcd", "st", "l", "u", "r", "w", "gh", "fio", "x", "n"};
constexpr std::array class_names = {"connection", "stream",   "listener", "unconnected", "reader",
                                    "writer",     "datagram", "file",     "closed",      "none"};
constexpr std::array extra_names = {"nothing",   "drain",       "skip_success", "soft_link",
                                    "hard_link", "behind_link", "bounded",      "after"};
constexpr std::array act_names = {"sends",
                                  "finishes",
                                  "resets",
                                  "closes",
                                  "connects",
                                  "datagram",
                                  "wakes",
                                  "descriptors run out",
                                  "descriptors come back"};

constexpr std::array side_names = {"receive", "send", "both"};
constexpr std::array timing_names = {"brief", "lasting", "at_once", "negative"};

std::string form_name(const Step& step) {
  std::string name(step.now ? "cancel_now" : name_of(step.opcode));
  if (step.missing) name += " missing";
  if (step.many) return name + " many";
  if (step.provided) return name + " provided";
  if (has(step.flags, OperationFlags::wait_all)) return name + " wait_all";
  if (has(step.flags, OperationFlags::expiry_is_success)) return name + " expiry_is_success";
  if (is_timeout(step.opcode)) name += ' ' + std::string(timing_names[std::size_t(step.timing)]);
  if (step.opcode == Opcode::shutdown) name += ' ' + std::string(side_names[int(step.side)]);
  if (step.opcode == Opcode::poll) {
    name += step.readiness == Readiness::readable ? " readable" : " writable";
  }
  return name;
}

std::vector<Form> make_forms() {
  std::vector<Step> steps;
  for (int each = 0; each < opcode_count; ++each) {
    const auto verb = static_cast<Opcode>(each);
    const Step step{.opcode = verb};
    const auto add = [&](auto&& change) { change(steps.emplace_back(step)); };
    if (verb != Opcode::shutdown && !is_timeout(verb)) steps.push_back(step);
    if (verb == Opcode::accept || verb == Opcode::receive) add([](Step& s) { s.many = true; });
    if (verb == Opcode::receive || verb == Opcode::read) add([](Step& s) { s.provided = true; });
    if (verb == Opcode::receive) add([](Step& s) { s.flags = OperationFlags::wait_all; });
    if (verb == Opcode::connect || verb == Opcode::open || verb == Opcode::send_to) {
      add([](Step& s) { s.missing = true; });
    }
    if (verb == Opcode::poll) add([](Step& s) { s.readiness = Readiness::writable; });
    if (verb == Opcode::cancel) add([](Step& s) { s.now = true; });
    if (verb == Opcode::timer) add([](Step& s) { s.flags = OperationFlags::expiry_is_success; });
    for (int i = 0; is_timeout(verb) && i < 4; ++i) {
      add([&](Step& s) { s.timing = static_cast<Timing>(i); });
    }
    for (int i = 0; verb == Opcode::shutdown && i < 3; ++i) {
      add([&](Step& s) { s.side = static_cast<ShutdownSide>(i); });
    }
  }
  std::vector<Form> forms;
  for (Step& step : steps) {
    if (step.many && step.opcode == Opcode::receive) step.provided = true;
    forms.push_back({step, form_name(step)});
  }
  return forms;
}

std::vector<Cell> make_cells() {
  std::vector<Cell> cells;
  for (std::size_t form = 0; form < forms().size(); ++form) {
    const Step& step = forms()[form].step;
    const bool handles = takes_handle(step.opcode);
    for (int handle = handles ? 0 : handle_classes - 1; handle < handle_classes; ++handle) {
      for (int extra = 0; extra < extras; ++extra) {
        // A call that is no operation has no flags and is in no chain.
        if (step.now && Extra(extra) != Extra::nothing && Extra(extra) != Extra::after) continue;
        for (const bool later : {false, true}) {
          cells.push_back({form, HandleClass(handle), Extra(extra), later});
        }
      }
    }
  }
  return cells;
}

using Key = std::tuple<std::size_t, HandleClass, Extra, bool>;

std::size_t cell_number(const Cell& cell) {
  static const std::map<Key, std::size_t> numbers = [] {
    std::map<Key, std::size_t> result;
    for (std::size_t i = 0; i < cells().size(); ++i) {
      const Cell& each = cells()[i];
      result[{each.form, each.handle, each.extra, each.later}] = i;
    }
    return result;
  }();
  const auto found = numbers.find({cell.form, cell.handle, cell.extra, cell.later});
  return found == numbers.end() ? cells().size() : found->second;
}

std::size_t form_number(const Step& step) {
  static const std::map<std::string, std::size_t> numbers = [] {
    std::map<std::string, std::size_t> result;
    for (std::size_t i = 0; i < forms().size(); ++i) result[forms()[i].name] = i;
    return result;
  }();
  const auto found = numbers.find(form_name(step));
  return found == numbers.end() ? forms().size() : found->second;
}

/// The step that is started together with `index`, just after it or just before it.
const Step* beside(const Program& program, std::size_t index, int direction) {
  const Step& step = program.steps[index];
  for (auto i = static_cast<int>(index) + direction;
       i >= 0 && i < static_cast<int>(program.steps.size()); i += direction) {
    const Step& other = program.steps[static_cast<std::size_t>(i)];
    if (other.after == step.after && other.phase == step.phase && !other.now) return &other;
  }
  return nullptr;
}

std::vector<Extra> extras_of(const Program& program, std::size_t index) {
  const Step& step = program.steps[index];
  std::vector<Extra> found;
  if (has(step.flags, OperationFlags::drain)) found.push_back(Extra::drain);
  if (has(step.flags, OperationFlags::skip_success)) found.push_back(Extra::skip_success);
  if (step.link == Link::soft) found.push_back(Extra::soft_link);
  if (step.link == Link::hard) found.push_back(Extra::hard_link);
  const Step* before = beside(program, index, -1);
  if (!step.now && before != nullptr && before->link != Link::none) {
    found.push_back(Extra::behind_link);
  }
  const Step* next = beside(program, index, 1);
  if (step.link != Link::none && next != nullptr && next->opcode == Opcode::link_timeout) {
    found.push_back(Extra::bounded);
  }
  if (step.after != no_step) found.push_back(Extra::after);
  if (found.empty()) found.push_back(Extra::nothing);
  return found;
}

}  // namespace

HandleClass class_of(char handle) {
  for (int i = 0; i < handle_classes; ++i) {
    if (class_letters[std::size_t(i)].find(handle) != std::string_view::npos) {
      return HandleClass(i);
    }
  }
  return HandleClass::none;
}

std::string_view handles_of(HandleClass handle_class) {
  return class_letters[static_cast<std::size_t>(handle_class)];
}

const std::vector<Form>& forms() {
  static const std::vector<Form> all = make_forms();
  return all;
}

const std::vector<Cell>& cells() {
  static const std::vector<Cell> all = make_cells();
  return all;
}

std::string to_text(const Cell& cell) {
  std::string text = forms()[cell.form].name + " on " + class_names[std::size_t(cell.handle)];
  if (cell.extra != Extra::nothing) {
    text += std::string(" with ") + extra_names[std::size_t(cell.extra)];
  }
  return text + (cell.later ? ", later" : "");
}

Coverage::Coverage() : counts_(cells().size()) {}

void Coverage::count(const Program& program) {
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    ++steps_;
    for (const Extra extra : extras_of(program, i)) {
      const std::size_t cell =
          cell_number({form_number(step), class_of(step.handle), extra, step.phase > 0});
      if (cell < counts_.size()) ++counts_[cell];
    }
  }
  for (const Phase& phase : program.phases) {
    for (const Act& act : phase.acts) ++acts_[static_cast<std::size_t>(act.kind)];
  }
}

std::vector<std::size_t> Coverage::empty_cells() const {
  std::vector<std::size_t> empty;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) empty.push_back(i);
  }
  return empty;
}

std::string Coverage::summary() const {
  std::ostringstream out;
  out << "coverage: " << steps_ << " steps, " << counts_.size() << " cells, "
      << empty_cells().size() << " of them empty\n";
  return out.str();
}

std::string Coverage::report() const {
  constexpr std::size_t shown_max = 20;
  std::ostringstream out;
  out << summary();
  const std::vector<std::size_t> empty = empty_cells();
  for (std::size_t form = 0; form < forms().size(); ++form) {
    std::uint64_t all = 0;
    std::uint64_t least = UINT64_MAX;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (cells()[i].form != form) continue;
      all += counts_[i];
      least = std::min(least, counts_[i]);
    }
    out << "  " << forms()[form].name << ": " << all << ", the least of its cells " << least
        << '\n';
  }
  for (std::size_t i = 0; i < acts_.size(); ++i) {
    out << "  act: " << act_names[i] << ": " << acts_[i] << '\n';
  }
  for (std::size_t i = 0; i < empty.size() && i < shown_max; ++i) {
    out << "  empty: " << to_text(cells()[empty[i]]) << '\n';
  }
  return out.str();
}

}  // namespace proactor_lab::fuzz
