// plab lesson list | lint | run, as a user types it.
#include <cstdio>
#include <string>

#include <sys/wait.h>

#include "tests/support/catch.hpp"
#include "tests/support/lesson_folder.hpp"

#ifdef PROACTOR_LAB_PLAB

using namespace proactor_lab;
using test::LessonFolder;

namespace {

struct Ran {
  int code = -1;
  std::string output;  ///< standard output and standard error
};

Ran plab(const std::string& arguments, const std::string& input = "") {
  const std::string command = "printf '" + input + "' | " + std::string(PROACTOR_LAB_PLAB) +
                              " lesson " + arguments + " 2>&1";
  Ran ran;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe)) {
    ran.output.append(buffer, size);
  }
  ran.code = WEXITSTATUS(pclose(pipe));
  return ran;
}

bool contains(const Ran& ran, const std::string& part) {
  return ran.output.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("lessons are listed") {
  const Ran ran = plab("list");
  CHECK(ran.code == 0);
  CHECK(contains(ran, "three-requests"));
  CHECK(contains(ran, "One read, start to finish"));
}

TEST_CASE("lessons are linted, and a false one fails") {
  CHECK(plab("lint").code == 0);
  LessonFolder folder;
  folder.step("arrive")["question"]["answer"] = "SELECT 5";
  folder.lesson();
  const Ran failed = plab("lint " + folder.folder().string());
  CHECK(failed.code == 1);
  CHECK(contains(failed, "FAIL  one-read"));
  CHECK(contains(failed, "step 'arrive'"));
  folder.write("lesson.json", "{");
  CHECK(plab("lint " + folder.folder().string()).code == 2);
  const Ran unknown = plab("lint nowhere");
  CHECK(unknown.code == 2);
  CHECK(contains(unknown, "no lesson is called 'nowhere'; known are: one-read, three-requests"));
}

TEST_CASE("a lesson plays in the terminal") {
  const Ran ran = plab("run one-read --answers read,5,processor,no,0,0");
  CHECK(ran.code == 0);
  CHECK(contains(ran, "You said: It stands still inside the receive call"));
  CHECK(contains(ran, "Done: that is the goal."));
  CHECK(contains(ran, "You predicted 3 of 4 right."));
}

TEST_CASE("answers come from standard input, by letter too, and may end early") {
  const Ran ran = plab("run three-requests", "many\\n315 ms\\nb\\n");
  CHECK(ran.code == 0);
  CHECK(contains(ran, "Sorry, this is not a number."));
  CHECK(contains(ran, "Stopped at step 3 of 7."));
  CHECK(contains(ran, "You predicted 2 of 5 right."));
}

TEST_CASE("the terminal hides what a question hides") {
  const Ran asked = plab("run three-requests");
  CHECK(contains(asked, "After how many milliseconds is the last request done?"));
  CHECK_FALSE(contains(asked, "315"));
  CHECK_FALSE(contains(asked, "115"));
  const Ran answered = plab("run three-requests", "1\\n");
  CHECK(contains(answered, "It is: 315 ms"));
  CHECK_FALSE(contains(answered, "A proactor: 115 ms"));
}

TEST_CASE("an answer that none is, given in advance, is bad usage") {
  const Ran ran = plab("run one-read --answers nonsense");
  CHECK(ran.code == 2);
  CHECK(contains(ran, "step 'lend': 'nonsense': this is none of the choices"));
}

#endif
