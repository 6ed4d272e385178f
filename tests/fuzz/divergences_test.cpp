// Programs that once diverged, shrunk. Each case says what was fixed.
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "tests/fuzz/fuzzer.hpp"
#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {
namespace {

struct Case {
  const char* mended;
  const char* program;
};

const std::vector<Case> cases = {
    {"io_uring: a cancel that comes late, in a chain, hit whoever had the slot by then",
     "0: no_op\n"
     "1: timer link hard\n"
     "2: cancel step 0\n"
     "3: poll a readable after 0\n"},
    {"io_uring: so did a link timeout that expires as its target completes",
     "0: timer link soft\n"
     "1: link_timeout\n"
     "2: poll a readable after 0\n"},
    {"sim, epoll: a broken chain is cancelled to its end, also behind a hard link",
     "0: cancel link soft\n"
     "1: no_op link hard\n"
     "2: no_op\n"},
    {"sim, epoll: a shutdown that finds nobody breaks no chain",
     "0: shutdown u side both link soft\n"
     "1: no_op\n"},
    {"sim: who was never connected and is shut down is at its end",
     "0: shutdown u side both\n"
     "1: read u length 1 after 0\n"},
    {"sim, epoll: who cannot accept need not wait behind who receives",
     "0: receive a length 1\n"
     "1: accept a\n"},
    {"sim, late work: what follows in a chain runs after the rest of the batch",
     "0: send b length 1\n"
     "1: no_op link soft\n"
     "2: poll a readable\n"
     "3: receive a length 1\n"},
    {"sim, late work: in between, segments of one stream may arrive",
     "0: send b length 1\n"
     "1: no_op link soft\n"
     "2: poll a readable\n"
     "3: write b length 1\n"
     "4: receive a length 4\n"},
    {"sim, late work: a shutdown is done by the kernel's workers, on what the handle is by then",
     "0: shutdown b side send\n"
     "1: close b\n"},
    {"sim, late work: its effect is there before its completion is",
     "0: shutdown a side receive\n"
     "1: receive a length 1\n"
     "2: send a length 1 after 1\n"
     "3: receive b length 1\n"
     "4: cancel_handle b after 0\n"},
    {"sim, late work: whoever cancels all counts what workers have as one",
     "0: write f length 1\n"
     "1: shutdown l side both\n"
     "2: cancel_all\n"},
    {"sim, late work: who is cancelled is found again until it is told",
     "0: receive a length 1\n"
     "1: cancel_handle a\n"
     "2: cancel_handle a\n"},
    {"sim, late work: a link timeout is told later than that what it bounded is over",
     "0: no_op\n"
     "1: cancel_handle b link soft after 0\n"
     "2: link_timeout lasting after 0\n"
     "3: receive b length 1\n"
     "4: send a length 1 after 3\n"
     "5: close a after 2\n"},
    {"sim, late work: one that expires may find it over",
     "0: timer link soft\n"
     "1: link_timeout\n"},
    {"sim, late work: what a closed handle referred to takes bytes a little longer",
     "0: close a\n"
     "1: receive b length 1\n"
     "2: send b length 1\n"},
    {"sim, late work: a connection is there before who asked for it is told",
     "0: receive b length 1 link hard\n"
     "1: connect u\n"
     "2: cancel step 0\n"
     "3: connect u after 2\n"},
    {"sim, late work: then no cancel finds it any more",
     "0: connect u\n"
     "1: cancel_all\n"
     "2: connect u\n"},
    {"sim, late work: a connect that is cancelled may connect all the same",
     "0: connect u\n"
     "1: cancel step 0\n"
     "2: connect u\n"},
    {"sim, late work: a chain that is refused is told later than what comes after it",
     "0: link_timeout lasting link soft\n"
     "1: no_op\n"
     "2: poll d writable after 1\n"
     "3: no_op\n"
     "4: close d after 3\n"},
    {"sim, late work: so is the one for which it is refused",
     "0: no_op link soft\n"
     "1: link_timeout lasting link soft\n"
     "2: link_timeout\n"
     "3: close a after 2\n"
     "4: send a length 1 after 1\n"},
    {"sim, late work: a worker that has not begun yet gives up though the cancel says EALREADY",
     "0: read f length 1\n"
     "1: shutdown l side both\n"
     "2: cancel step 1 after 0\n"},
    {"sim, epoll: a link timeout with nothing to bound takes its whole chain along",
     "0: link_timeout lasting link hard\n"
     "1: no_op\n"},
    {"the stage: provided buffers come back only when the program hears of them",
     "0: write a length 40\n"
     "1: receive b many\n"
     "2: send a length 40\n"},
};

/// One program per line; " / " separates the lines of a program.
std::vector<Program> read_programs(const std::string& path) {
  std::ifstream in(path);
  REQUIRE(in);
  std::vector<Program> programs;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    for (std::size_t at = 0; (at = line.find(" / ", at)) != std::string::npos;) {
      line.replace(at, 3, "\n");
    }
    programs.push_back(parse_program(line));
  }
  return programs;
}

}  // namespace

TEST_CASE("programs that once diverged do not any more") {
  Watchdog watchdog(std::chrono::seconds{10});
  std::vector<Arm> arms = live_arms(watchdog);
  arms.push_back(usual_arm());
  const Fuzzer fuzzer({.plays = 6}, arms);
  for (const Case& each : cases) {
    const Program program = parse_program(each.program);
    const Judgement judgement = fuzzer.judge(program);
    INFO(each.mended << "\n" << fuzzer.to_text(program, judgement));
    CHECK(judgement.verdict != Verdict::diverges);
    CHECK(judgement.verdict != Verdict::not_judged);
  }
}

TEST_CASE("what the fuzzer has found does not diverge any more") {
  Watchdog watchdog(std::chrono::seconds{10});
  std::vector<Arm> arms = live_arms(watchdog);
  arms.push_back(usual_arm());
  const Fuzzer fuzzer({}, arms);
  const auto programs = read_programs(PROACTOR_LAB_SOURCE_DIR "/tests/fuzz/divergences.txt");
  CHECK(programs.size() > 400);
  for (const Program& program : programs) {
    const Judgement judgement = fuzzer.judge(program);
    if (judgement.verdict == Verdict::diverges) FAIL_CHECK(fuzzer.to_text(program, judgement));
  }
}

}  // namespace proactor_lab::fuzz
