// fuzz_systems: compares the simulated system with the live ones, and with itself as scenarios use
// it, by small random programs.
//
//   fuzz_systems [--seed N] [--programs N] [--seconds S] [--worlds N] [--on SYSTEM] [--keep-going]
//   fuzz_systems --program FILE      one program, as it was printed
//
// Program k of a run is made from seed + k. Exit codes: 0 no divergence; 1 one was found, and is
// printed, shrunk; 2 usage; 3 it could not be run.
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "tests/fuzz/fuzzer.hpp"
#include "tests/fuzz/generator.hpp"

using namespace proactor_lab::fuzz;

namespace {

struct Arguments {
  std::uint64_t seed = 1;
  std::uint64_t programs = 500;
  double seconds = 60;
  bool keep_going = false;
  std::string program;
  std::string only;
};

struct Tally {
  std::uint64_t programs = 0;
  std::uint64_t judged = 0;
  std::uint64_t worlds = 0;
  std::uint64_t divergences = 0;
};

void print(const Divergence& divergence) {
  std::cout << "divergence; as it was found:\n"
            << to_text(divergence.found) << "shrunk:\n"
            << to_text(divergence.shrunk, divergence.judgement) << '\n'
            << std::flush;
}

bool judge_one(const Fuzzer& fuzzer, const Program& program, Tally& tally) {
  const Judgement judgement = fuzzer.judge(program);
  ++tally.programs;
  tally.worlds += judgement.worlds;
  if (judgement.verdict != Verdict::not_judged) ++tally.judged;
  if (judgement.verdict != Verdict::diverges) return true;
  ++tally.divergences;
  print(fuzzer.shrink(program, judgement));
  return false;
}

int fuzz(const Arguments& arguments, const FuzzConfig& config) {
  std::vector<Arm> arms = live_arms();
  arms.push_back(usual_arm());
  std::erase_if(
      arms, [&](const Arm& arm) { return !arguments.only.empty() && arm.name != arguments.only; });
  std::string names;
  for (const Arm& arm : arms) names += (names.empty() ? "" : ", ") + arm.name;
  if (arms.empty()) {
    std::cerr << "fuzz_systems: the kernel does not grant " << arguments.only << '\n';
    return 3;
  }
  const Fuzzer fuzzer(config, std::move(arms));
  Tally tally;
  if (!arguments.program.empty()) {
    std::ifstream in(arguments.program);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) {
      std::cerr << "fuzz_systems: cannot read " << arguments.program << '\n';
      return 2;
    }
    judge_one(fuzzer, parse_program(text.str()), tally);
  } else {
    const auto begun = std::chrono::steady_clock::now();
    const std::chrono::duration<double> limit(arguments.seconds);
    for (std::uint64_t i = 0; i < arguments.programs; ++i) {
      if (std::chrono::steady_clock::now() - begun > limit) break;
      const std::uint64_t seed = arguments.seed + i;
      if (judge_one(fuzzer, random_program(seed), tally)) continue;
      std::cout << "(seed " << seed << ")\n\n";
      if (!arguments.keep_going) break;
    }
  }
  std::cout << tally.programs << " programs, " << tally.judged << " judged against " << names
            << " in " << tally.worlds << " simulated worlds, " << tally.divergences
            << " divergences\n";
  return tally.divergences == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // io_uring raises it for a write on a broken stream
  Arguments arguments;
  FuzzConfig config;
  CLI::App app("Compares the simulated system with the live ones by small random programs.");
  app.add_option("--seed", arguments.seed, "Of the first program");
  app.add_option("--programs", arguments.programs, "At most so many");
  app.add_option("--seconds", arguments.seconds, "At most so long");
  app.add_option("--worlds", config.search.worlds_max, "Simulated worlds of a program, at most");
  app.add_option("--plays", config.plays, "Of a program on each live system");
  app.add_option("--on", arguments.only, "Only on this system")
      ->check(CLI::IsMember({"io_uring", "epoll", "sim"}));
  app.add_option("--program", arguments.program, "A file with one program, instead");
  app.add_flag("--keep-going", arguments.keep_going, "Also after a divergence");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return fuzz(arguments, config);
  } catch (const std::invalid_argument& error) {
    std::cerr << "fuzz_systems: " << arguments.program << ": " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "fuzz_systems: " << error.what() << '\n';
    return 3;
  }
}
