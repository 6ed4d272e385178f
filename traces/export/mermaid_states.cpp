#include <algorithm>
#include <string>

#include "traces/export/mermaid.hpp"
#include "traces/export/mermaid_text.hpp"

namespace proactor_lab::figures {
namespace {

constexpr std::size_t room_for_the_end = 400;  // closing brackets, and the comment on what was cut

class StatesWriter {
 public:
  std::string write(const std::vector<StateMachine>& machines) {
    text_ = "stateDiagram-v2\n";
    for (std::size_t i = 0; i < machines.size(); ++i) {
      if (machines.size() == 1) {
        write_machine(machines[i], "    ", "");
        break;
      }
      const std::string id = "m" + std::to_string(i + 1);
      if (!put("    state \"" + mermaid_words(machines[i].name) + "\" as " + id + " {\n")) break;
      write_machine(machines[i], "        ", id);
      text_ += "    }\n";
    }
    if (cut_ > 0) {
      text_ += "    %% cut: " + std::to_string(cut_) + " lines more do not fit in " +
               std::to_string(mermaid_size_max) + " characters\n";
    }
    return std::move(text_);
  }

 private:
  bool put(const std::string& line) {
    if (cut_ > 0 || text_.size() + line.size() + room_for_the_end > mermaid_size_max) {
      ++cut_;
      return false;
    }
    text_ += line;
    return true;
  }

  /// States of a single built-in machine use their own names as ids. A declared state's name could
  /// be a reserved word of Mermaid.
  static std::string id_of(const StateMachine& machine, const std::string& prefix,
                           std::size_t place) {
    if (place == StateMachine::outside) return "[*]";
    if (machine.declared || !prefix.empty()) return prefix + "s" + std::to_string(place);
    std::string id = machine.states[place];
    std::replace(id.begin(), id.end(), ' ', '_');
    return id;
  }

  void write_machine(const StateMachine& machine, const std::string& indent,
                     const std::string& prefix) {
    for (std::size_t i = 1; i < machine.states.size(); ++i) {
      const std::string id = id_of(machine, prefix, i);
      if (id == machine.states[i]) continue;
      put(indent + "state \"" + mermaid_words(machine.states[i]) + "\" as " + id + "\n");
    }
    for (const StateMachine::Transition& each : machine.transitions) {
      std::string line =
          indent + id_of(machine, prefix, each.from) + " --> " + id_of(machine, prefix, each.to);
      if (!each.verb.empty()) line += " : " + mermaid_words(each.verb);
      put(line + "\n");
    }
  }

  std::string text_;
  std::size_t cut_ = 0;
};

}  // namespace

std::string states_mermaid(const std::vector<StateMachine>& machines) {
  return StatesWriter().write(machines);
}

}  // namespace proactor_lab::figures
