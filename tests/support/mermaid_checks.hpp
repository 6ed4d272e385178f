// A small grammar of the Mermaid that is written here. It is much stricter than Mermaid's own: what
// passes is accepted by Mermaid's parser, too.
#pragma once

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace proactor_lab::test {

/// True if these are words as `mermaid_words` returns them: no special characters, no plain "end".
inline bool are_mermaid_words(const std::string& words) {
  static const std::regex plain(R"(([A-Za-z0-9_ ()\[\].,=/!?*+'\-\x80-\xFF]|#[0-9]{1,7};)*)");
  static const std::regex closes(R"((^|[^A-Za-z0-9_])[Ee][Nn][Dd]($|[^A-Za-z0-9_]))");
  return std::regex_match(words, plain) && !std::regex_search(words, closes);
}

class MermaidValidator {
 public:
  /// The first line that is wrong; empty if all are correct.
  std::string complaint_about(const std::string& text) {
    if (text.size() > 50'000) return "more than 50,000 characters";
    std::istringstream in(text);
    std::string line;
    std::getline(in, line);
    const bool sequence = line == "sequenceDiagram";
    if (!sequence && line != "stateDiagram-v2") return "unknown diagram: " + line;
    while (std::getline(in, line)) {
      const std::string bare = line.substr(std::min(line.find_first_not_of(' '), line.size()));
      if (bare.starts_with("%%") && !bare.starts_with("%%{")) continue;
      if (!(sequence ? is_of_sequence(bare) : is_of_states(bare))) return line;
    }
    for (const auto& [who, times] : active_) {
      if (times != 0) return who + " stays active";
    }
    if (depth_ != 0) return "a state stays open";
    return "";
  }

 private:
  bool is_of_sequence(const std::string& line) {
    std::smatch parts;
    static const std::regex participant(R"(participant (\w+) as (.+))");
    static const std::regex message(R"((\w+)(->>|-->>|-\))(\w+): (.*))");
    static const std::regex note(R"(Note over (\w+)(?:,(\w+))?: (.*))");
    static const std::regex activation(R"((activate|deactivate) (\w+))");
    if (std::regex_match(line, parts, participant)) {
      return known_.insert(parts[1]).second && are_mermaid_words(parts[2]);
    }
    if (std::regex_match(line, parts, message)) {
      return knows(parts[1]) && knows(parts[3]) && are_mermaid_words(parts[4]);
    }
    if (std::regex_match(line, parts, note)) {
      return knows(parts[1]) && (!parts[2].matched || knows(parts[2])) &&
             are_mermaid_words(parts[3]);
    }
    if (!std::regex_match(line, parts, activation)) return false;
    int& times = active_[parts[2]];
    times += parts[1] == "activate" ? 1 : -1;
    return knows(parts[2]) && times >= 0;
  }

  bool is_of_states(const std::string& line) {
    std::smatch parts;
    static const std::regex box("state \"([^\"]*)\" as (\\w+) \\{");
    static const std::regex state("state \"([^\"]*)\" as (\\w+)");
    static const std::regex transition(R"((\[\*\]|\w+) --> (\[\*\]|\w+)(?: : ([^:]+))?)");
    if (line == "}") return --depth_ >= 0;
    if (std::regex_match(line, parts, box)) {
      ++depth_;
      return known_.insert(parts[2]).second && are_mermaid_words(parts[1]);
    }
    if (std::regex_match(line, parts, state)) {
      return known_.insert(parts[2]).second && are_mermaid_words(parts[1]);
    }
    return std::regex_match(line, parts, transition) && are_mermaid_words(parts[3]);
  }

  bool knows(const std::string& who) const { return known_.count(who) != 0; }

  std::set<std::string> known_;
  std::map<std::string, int> active_;
  int depth_ = 0;
};

}  // namespace proactor_lab::test
