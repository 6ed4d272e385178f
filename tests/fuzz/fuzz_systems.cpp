// fuzz_systems: compares the simulated system with the live ones, and with itself as scenarios use
// it, by random programs.
//
//   fuzz_systems [--seed N] [--programs N] [--seconds S] [--worlds N] [--on SYSTEM]...
//                [--without WORD]... [--keep-going] [--coverage]
//   fuzz_systems --program FILE...   plays these programs, in the printed form
//
// Program k of a run is made from seed + k. Exit codes: 0 no divergence; 1 a divergence, printed
// and shrunk, or a system that does not return; 2 usage; 3 it could not be run.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

#include "tests/fuzz/coverage.hpp"
#include "tests/fuzz/fuzzer.hpp"
#include "tests/fuzz/generator.hpp"
#include "tests/fuzz/hangs.hpp"

using namespace proactor_lab;
using namespace proactor_lab::fuzz;

namespace {

struct Arguments {
  std::uint64_t seed = 1;
  std::uint64_t programs = 500;
  double seconds = 60;
  bool keep_going = false;
  bool shrinks = true;
  bool prints_coverage = false;
  bool prints_not_judged = false;
  std::vector<std::string> program_files;
  std::vector<std::string> only;
  GeneratorConfig generator;
};

constexpr Duration hang_limit{10'000'000'000};
constexpr std::array verdict_names = {"agree", "diverge", "only seemed to diverge",
                                      "not judged (too many worlds)", "refused"};

// Printed if the process must end.
std::atomic<std::uint64_t> seed_of_the_program{0};
std::atomic<const Program*> judged_program{nullptr};
const Fuzzer* fuzzer_of_the_run = nullptr;

class Run {
 public:
  Run(const Arguments& arguments, const Fuzzer& fuzzer) : arguments_(arguments), fuzzer_(fuzzer) {}

  void judge_random() {
    const auto begun = std::chrono::steady_clock::now();
    const std::chrono::duration<double> limit(arguments_.seconds);
    for (std::uint64_t i = 0; i < arguments_.programs; ++i) {
      if (std::chrono::steady_clock::now() - begun > limit) break;
      const std::uint64_t seed = arguments_.seed + i;
      seed_of_the_program = seed;
      if (judge(random_program(seed, arguments_.generator))) continue;
      std::cout << "(seed " << seed << ")\n" << std::endl;
      if (!arguments_.keep_going) break;
    }
  }

  /// False if it diverges.
  bool judge(const Program& program) {
    judged_program = &program;
    const bool well = judge_it(program);
    judged_program = nullptr;
    return well;
  }

  void print() const {
    std::cout << programs_ << " programs in " << worlds_ << " simulated worlds\n";
    for (std::size_t i = 0; i < verdict_names.size(); ++i) {
      if (verdicts_[i] > 0) std::cout << "  " << verdict_names[i] << ": " << verdicts_[i] << '\n';
    }
    for (const auto& [reason, count] : refusals_) {
      std::cout << "  " << reason << ": " << count << '\n';
    }
    if (arguments_.prints_coverage) {
      std::cout << coverage_.report();
    } else {
      std::cout << coverage_.summary();
    }
  }
  bool has_diverged() const { return verdicts_[static_cast<std::size_t>(Verdict::diverges)] > 0; }

 private:
  bool judge_it(const Program& program) {
    const Judgement judgement = fuzzer_.judge(program);
    coverage_.count(program);
    ++programs_;
    worlds_ += judgement.worlds;
    ++verdicts_[static_cast<std::size_t>(judgement.verdict)];
    if (judgement.verdict == Verdict::refused) ++refusals_[judgement.refusal];
    if (judgement.verdict == Verdict::not_judged && arguments_.prints_not_judged) {
      std::cout << "not judged:\n" << to_text(program) << std::endl;
    }
    if (judgement.verdict != Verdict::diverges) return true;
    std::cout << "divergence; as it was found:\n" << fuzzer_.to_text(program, judgement);
    if (arguments_.shrinks) {
      const Divergence shrunk = fuzzer_.shrink(program, judgement);
      std::cout << "shrunk:\n" << fuzzer_.to_text(shrunk.shrunk, shrunk.judgement);
    }
    return false;
  }

  const Arguments& arguments_;
  const Fuzzer& fuzzer_;
  Coverage coverage_;
  std::uint64_t programs_ = 0;
  std::uint64_t worlds_ = 0;
  std::array<std::uint64_t, verdicts> verdicts_{};
  std::map<std::string, std::uint64_t> refusals_;
};

/// Used if a system hangs or aborts; neither can be recovered.
void end_process(const std::string& why) {
  std::cout << why << "(seed " << seed_of_the_program << ")" << std::endl;
  std::_Exit(1);
}

/// The process may be damaged, so this prints what is still possible.
void end_by_signal(int signal) {
  const Program* program = judged_program;
  std::string why = "signal " + std::to_string(signal) + '\n';
  if (program != nullptr) {
    why += to_text(*program);
    std::cout << why << "is shrunk" << std::endl;
    const auto judge = [](const Program& each) { fuzzer_of_the_run->judge(each); };
    why = "shrunk:\n" + to_text(shrink_bad_end(*program, judge));
  }
  end_process(why);
}

/// Throws std::invalid_argument, naming the file.
Program read_program(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) throw std::invalid_argument(path + ": cannot be read");
  try {
    return parse_program(text.str());
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(path + ": " + error.what());
  }
}

int compare(const Arguments& arguments, const FuzzConfig& config) {
  std::vector<Arm> arms;
  Watchdog watchdog(hang_limit, [&](const Program& program, const std::string& system) {
    std::string why = "hang: " + system + " does not come back from\n" + to_text(program);
    for (const Arm& arm : arms) {
      if (arm.name != system) continue;
      const auto play = [&](const Program& each) { play_repeatedly(each, arm); };
      why += "shrunk:\n" + to_text(shrink_bad_end(program, play));
    }
    end_process(why);
  });
  std::signal(SIGABRT, end_by_signal);
  std::signal(SIGSEGV, end_by_signal);
  arms = live_arms(watchdog);
  arms.push_back(usual_arm());
  std::erase_if(arms, [&](const Arm& arm) {
    return !arguments.only.empty() && std::find(arguments.only.begin(), arguments.only.end(),
                                                arm.name) == arguments.only.end();
  });
  if (arms.empty()) {
    std::cerr << "fuzz_systems: the kernel does not grant what is asked for by --on\n";
    return 3;
  }
  const Fuzzer fuzzer(config, arms);
  fuzzer_of_the_run = &fuzzer;
  Run run(arguments, fuzzer);
  for (const std::string& path : arguments.program_files) {
    if (!run.judge(read_program(path))) std::cout << "(" << path << ")\n" << std::endl;
  }
  if (arguments.program_files.empty()) run.judge_random();
  run.print();
  return run.has_diverged() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  FuzzConfig config;
  CLI::App app("Compares the simulated system with the live ones by random programs.");
  app.add_option("--seed", arguments.seed, "Of the first program");
  app.add_option("--programs", arguments.programs, "At most so many");
  app.add_option("--seconds", arguments.seconds, "At most so long");
  app.add_option("--worlds", config.search.worlds_max, "Simulated worlds of a program, at most");
  app.add_option("--plays", config.plays, "Of a program on each system");
  app.add_option("--on", arguments.only, "Only on these systems")
      ->check(CLI::IsMember({"io_uring", "io_uring_plain", "epoll", "sim"}));
  app.add_option("--without", arguments.generator.without,
                 "Leaves out what has this word in its text: drain, close, f ...");
  app.add_option("--steps", arguments.generator.steps_max, "Of a program, about, at most");
  app.add_option("--phases", arguments.generator.phases_max, "Of a program, at most");
  app.add_option("--program", arguments.program_files, "Files with a program each, instead");
  app.add_flag("--keep-going", arguments.keep_going, "Also after a divergence");
  app.add_flag("!--as-found", arguments.shrinks, "Does not shrink");
  app.add_flag("--not-judged", arguments.prints_not_judged, "Prints programs that were not judged");
  app.add_flag("--coverage", arguments.prints_coverage, "Prints all that was covered");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return compare(arguments, config);
  } catch (const std::invalid_argument& error) {
    std::cerr << "fuzz_systems: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "fuzz_systems: " << error.what() << '\n';
    return 3;
  }
}
