// Programs as text: printing and parsing.
#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr std::array sides = {"receive", "send", "both"};
constexpr std::array readinesses = {"readable", "writable"};
constexpr std::array links = {"none", "soft", "hard"};
constexpr std::array timings = {"brief", "lasting", "at_once", "negative"};
constexpr std::array act_words = {"sends", "finishes", "resets", "closes"};
constexpr std::array act_beginnings = {"peer", "client", "datagram", "wake", "descriptors"};
constexpr std::string_view cancel_now = "cancel_now";

struct FlagName {
  OperationFlags flag;
  const char* name;
};
constexpr std::array flag_names = {
    FlagName{OperationFlags::drain, "drain"},
    FlagName{OperationFlags::skip_success, "skip_success"},
    FlagName{OperationFlags::wait_all, "wait_all"},
    FlagName{OperationFlags::expiry_is_success, "expiry_is_success"},
};

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
  std::uint32_t length() { return static_cast<std::uint32_t>(number(pipe_length_max)); }
  template <class Names>
  int one_of(const Names& names) {
    std::string word;
    next(word);
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) fail("unknown word: " + word);
    return static_cast<int>(found - names.begin());
  }
  char handle(std::string_view of) {
    std::string word;
    next(word);
    if (word.size() != 1 || of.find(word[0]) == std::string_view::npos) {
      fail("a handle is wanted, one of " + std::string(of));
    }
    return word[0];
  }
  void expect(std::string_view wanted) {
    std::string word;
    if (!next(word) || word != wanted) fail("\"" + std::string(wanted) + "\" is wanted");
  }
  void expect_end() {
    std::string word;
    if (next(word)) fail("unknown word: " + word);
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("line " + std::to_string(number_) + ": " + what);
  }

 private:
  std::istringstream in_;
  std::size_t number_;
};

Opcode opcode_named(const std::string& name, const Words& words) {
  if (name == cancel_now) return Opcode::cancel;
  for (int each = 0; each < opcode_count; ++each) {
    if (name_of(static_cast<Opcode>(each)) == name) return static_cast<Opcode>(each);
  }
  words.fail("unknown operation: " + name);
}

bool parse_flag(const std::string& word, Step& step) {
  const auto found = std::find_if(flag_names.begin(), flag_names.end(),
                                  [&](const FlagName& each) { return each.name == word; });
  if (found == flag_names.end()) return false;
  step.flags = step.flags | found->flag;
  return true;
}

bool parse_timing(const std::string& word, Step& step) {
  const auto found = std::find(timings.begin(), timings.end(), word);
  if (found == timings.end()) return false;
  step.timing = static_cast<Timing>(found - timings.begin());
  return true;
}

/// Parses what follows the step's number.
Step parse_step(Words& words, int index) {
  std::string word;
  words.next(word);
  Step step;
  step.opcode = opcode_named(word, words);
  step.now = word == cancel_now;
  while (words.next(word)) {
    if (word.size() == 1 && handle_names.find(word[0]) != std::string_view::npos) {
      step.handle = word[0];
    } else if (word == "length") {
      step.length = words.length();
    } else if (word == "offset") {
      step.offset = words.length();
    } else if (word == "many") {
      step.many = true;
    } else if (word == "provided") {
      step.provided = true;
    } else if (word == "absolute") {
      step.absolute = true;
    } else if (word == "missing") {
      step.missing = true;
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
    } else if (!parse_flag(word, step) && !parse_timing(word, step)) {
      words.fail("unknown word: " + word);
    }
  }
  if (step.opcode == Opcode::receive && step.many) step.provided = true;
  return step;
}

void parse_phase(Words& words, Phase& phase) {
  std::string word;
  while (words.next(word)) {
    if (word == "keeps_buffers") {
      phase.keeps_buffers = true;
    } else if (word == "hurries") {
      phase.hurries = true;
    } else {
      words.fail("unknown word: " + word);
    }
  }
}

Act parse_act(Words& words, const std::string& first) {
  Act act;
  if (first == "wake") {
    act.kind = ActKind::wakes;
  } else if (first == "descriptors") {
    std::string word;
    words.next(word);
    act.kind = word == "come" ? ActKind::come_back : ActKind::run_out;
    words.expect(word == "come" ? "back" : "out");
  } else if (first == "client") {
    words.expect("connects");
    act.kind = ActKind::connects;
  } else if (first == "datagram") {
    words.expect("to");
    act.kind = ActKind::datagram;
    act.handle = words.handle("gh");
    words.expect("length");
    act.length = words.length();
  } else {
    words.expect("of");
    act.handle = words.handle("st");
    act.kind = static_cast<ActKind>(words.one_of(act_words));
    if (act.kind == ActKind::sends) act.length = words.length();
  }
  words.expect_end();
  return act;
}

/// Begins a new phase, or sets a flag of the first one.
void begin_phase(Words& words, Program& program) {
  const bool untouched =
      program.steps.empty() && program.phases.size() == 1 && program.phases[0] == Phase{};
  if (!untouched) program.phases.emplace_back();
  if (program.phases.size() > phases_max) words.fail("too many phases");
  parse_phase(words, program.phases.back());
}

void parse_line(Words& words, Program& program) {
  std::string word;
  words.next(word);
  if (word == "phase") return begin_phase(words, program);
  if (std::find(act_beginnings.begin(), act_beginnings.end(), word) != act_beginnings.end()) {
    program.phases.back().acts.push_back(parse_act(words, word));
    return;
  }
  const auto index = static_cast<int>(program.steps.size());
  if (word != std::to_string(index) + ":") {
    words.fail("a step begins with its number, " + std::to_string(index) + ":");
  }
  if (program.steps.size() == steps_max) words.fail("too many steps");
  if (!program.phases.back().acts.empty()) words.fail("a phase's steps come before what acts");
  program.steps.push_back(parse_step(words, index));
  program.steps.back().phase = static_cast<int>(program.phases.size()) - 1;
}

}  // namespace

std::string to_text(const Step& step) {
  std::ostringstream out;
  out << (step.now ? cancel_now : name_of(step.opcode));
  if (takes_handle(step.opcode)) out << ' ' << step.handle;
  if (step.length > 0) out << " length " << step.length;
  if (step.offset > 0) out << " offset " << step.offset;
  if (step.many) out << " many";
  if (step.provided && !step.many) out << " provided";
  if (step.missing) out << " missing";
  if (step.timing != Timing::brief) out << ' ' << timings[static_cast<std::size_t>(step.timing)];
  if (step.absolute) out << " absolute";
  if (step.opcode == Opcode::shutdown) out << " side " << sides[static_cast<int>(step.side)];
  if (step.opcode == Opcode::poll) out << ' ' << readinesses[static_cast<int>(step.readiness)];
  if (step.target != no_step) out << " step " << step.target;
  for (const FlagName& each : flag_names) {
    if (has(step.flags, each.flag)) out << ' ' << each.name;
  }
  if (step.link != Link::none) out << " link " << links[static_cast<int>(step.link)];
  if (step.after != no_step) out << " after " << step.after;
  return out.str();
}

std::string to_text(const Act& act) {
  if (act.kind == ActKind::connects) return "client connects";
  if (act.kind == ActKind::wakes) return "wake";
  if (act.kind == ActKind::run_out) return "descriptors run out";
  if (act.kind == ActKind::come_back) return "descriptors come back";
  const std::string length = std::to_string(act.length);
  if (act.kind == ActKind::datagram) {
    return std::string("datagram to ") + act.handle + " length " + length;
  }
  std::string text = std::string("peer of ") + act.handle + ' ';
  text += act_words[static_cast<std::size_t>(act.kind)];
  return act.kind == ActKind::sends ? text + ' ' + length : text;
}

std::string to_text(const Program& program) {
  std::string text;
  std::size_t step = 0;
  for (std::size_t i = 0; i < program.phases.size(); ++i) {
    const Phase& phase = program.phases[i];
    if (i > 0 || phase.keeps_buffers || phase.hurries) {
      text += "phase";
      if (phase.keeps_buffers) text += " keeps_buffers";
      if (phase.hurries) text += " hurries";
      text += '\n';
    }
    for (; step < program.steps.size() && program.steps[step].phase == static_cast<int>(i);
         ++step) {
      text += std::to_string(step) + ": " + to_text(program.steps[step]) + '\n';
    }
    for (const Act& act : phase.acts) text += to_text(act) + '\n';
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
    parse_line(words, program);
  }
  const Program as_written = program;
  mend(program);
  if (program != as_written) {
    throw std::invalid_argument("no such program is run; mended it would be\n" + to_text(program));
  }
  return program;
}

}  // namespace proactor_lab::fuzz
