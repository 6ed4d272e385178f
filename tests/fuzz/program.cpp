#include "tests/fuzz/program.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace proactor_lab::fuzz {
namespace {

constexpr std::string_view handles = "abcdluf";
constexpr std::array sides = {"receive", "send", "both"};
constexpr std::array readinesses = {"readable", "writable"};
constexpr std::array links = {"none", "soft", "hard"};

bool is_timeout(Opcode opcode) { return opcode == Opcode::timer || opcode == Opcode::link_timeout; }

std::string text_of(const Step& step) {
  std::ostringstream out;
  out << name_of(step.opcode);
  if (step.handle != no_handle) out << ' ' << step.handle;
  if (step.length > 0) out << " length " << step.length;
  if (step.offset > 0) out << " offset " << step.offset;
  if (step.many) out << " many";
  if (step.lasting) out << " lasting";
  if (step.opcode == Opcode::shutdown) out << " side " << sides[static_cast<int>(step.side)];
  if (step.opcode == Opcode::poll) out << ' ' << readinesses[static_cast<int>(step.readiness)];
  if (step.target != no_step) out << " step " << step.target;
  if (step.link != Link::none) out << " link " << links[static_cast<int>(step.link)];
  if (step.after != no_step) out << " after " << step.after;
  return out.str();
}

/// The words of one line.
class Words {
 public:
  Words(const std::string& line, std::size_t number) : in_(line), number_(number) {}

  bool next(std::string& word) { return static_cast<bool>(in_ >> word); }
  int number(int most) {
    int value = -1;
    if (!(in_ >> value) || value < 0 || value > most) {
      fail("a number up to " + std::to_string(most) + " is wanted");
    }
    return value;
  }
  template <class Names>
  int one_of(const Names& names) {
    std::string word;
    next(word);
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) fail("unknown word: " + word);
    return static_cast<int>(found - names.begin());
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("line " + std::to_string(number_) + ": " + what);
  }

 private:
  std::istringstream in_;
  std::size_t number_;
};

Opcode opcode_named(const std::string& name, const Words& words) {
  for (int each = 1; each < opcode_count; ++each) {
    if (name_of(static_cast<Opcode>(each)) == name) return static_cast<Opcode>(each);
  }
  words.fail("unknown operation: " + name);
}

Step parse_step(Words& words, int index) {
  std::string word;
  if (!words.next(word) || word != std::to_string(index) + ":") {
    words.fail("a step begins with its number, " + std::to_string(index) + ":");
  }
  words.next(word);
  Step step;
  step.opcode = opcode_named(word, words);
  while (words.next(word)) {
    if (word.size() == 1 && handles.find(word[0]) != std::string_view::npos) {
      step.handle = word[0];
    } else if (word == "length") {
      step.length = static_cast<std::uint32_t>(words.number(length_max));
    } else if (word == "offset") {
      step.offset = static_cast<std::uint32_t>(words.number(length_max));
    } else if (word == "many") {
      step.many = true;
    } else if (word == "lasting") {
      step.lasting = true;
    } else if (word == "side") {
      step.side = static_cast<ShutdownSide>(words.one_of(sides));
    } else if (word == "readable" || word == "writable") {
      step.readiness = word == "readable" ? Readiness::readable : Readiness::writable;
    } else if (word == "step") {
      step.target = words.number(steps_max);
    } else if (word == "link") {
      step.link = static_cast<Link>(words.one_of(links));
    } else if (word == "after") {
      step.after = words.number(index - 1);
    } else {
      words.fail("unknown word: " + word);
    }
  }
  return step;
}

}  // namespace

bool Program::uses(std::string_view any_of) const {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
    return any_of.find(step.handle) != std::string_view::npos;
  });
}

bool Program::uses(Opcode opcode) const {
  return std::any_of(steps.begin(), steps.end(),
                     [&](const Step& step) { return step.opcode == opcode; });
}

std::string to_text(const Program& program) {
  std::string text;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    text += std::to_string(i) + ": " + text_of(program.steps[i]) + '\n';
  }
  return text;
}

Program parse_program(std::string_view text) {
  std::istringstream in{std::string(text)};
  Program program;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(' ') == std::string::npos) continue;
    Words words(line, number);
    if (program.steps.size() == steps_max) words.fail("too many steps");
    program.steps.push_back(parse_step(words, static_cast<int>(program.steps.size())));
  }
  const Program as_written = program;
  mend(program);
  if (program != as_written) {
    throw std::invalid_argument("no such program is run; mended it would be\n" + to_text(program));
  }
  return program;
}

void mend(Program& program) {
  const bool closes = program.uses(Opcode::close);
  bool cancels_all = false;
  const auto count = static_cast<int>(program.steps.size());
  for (int i = 0; i < count; ++i) {
    Step& step = program.steps[static_cast<std::size_t>(i)];
    if (step.after >= i) step.after = no_step;
    if (step.target >= count || step.opcode != Opcode::cancel) step.target = no_step;
    if (closes && (step.opcode == Opcode::accept || step.opcode == Opcode::open)) {
      step = {.opcode = Opcode::no_op, .link = step.link, .after = step.after};
    }
    // IoUringBackend takes its own read out of the count, which of two cancels it cannot know.
    if (step.opcode == Opcode::cancel_all && std::exchange(cancels_all, true)) {
      step.opcode = Opcode::no_op;
    }
    if (!is_timeout(step.opcode)) step.lasting = false;
    const auto follows = [&](const Step& later) { return later.after == step.after; };
    if (std::none_of(program.steps.begin() + i + 1, program.steps.end(), follows)) {
      step.link = Link::none;
    }
  }
}

Program without(const Program& program, std::size_t gone) {
  const int place = static_cast<int>(gone);
  const int after = program.steps[gone].after;
  Program result;
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

}  // namespace proactor_lab::fuzz
