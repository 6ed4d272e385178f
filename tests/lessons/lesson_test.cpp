// The shipped lessons, and a learner's way through a lesson.
#include <set>

#include "lessons/player/lesson_lint.hpp"
#include "lessons/player/lesson_player.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/lesson_folder.hpp"

using namespace proactor_lab;
using test::LessonFolder;

namespace {

std::string findings_of(const LintReport& report) {
  std::string text;
  for (const LintFinding& finding : report.findings) {
    text += finding.place + ": " + finding.problem + '\n';
  }
  return text;
}

std::string lint(const LessonFolder& folder) { return findings_of(lint_lesson(folder.lesson())); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Continues, revealing every question, until `id` is the current step.
void go_to(LessonPlayer& player, const std::string& id) {
  while (player.step().id != id) {
    if (player.question_open()) player.reveal();
    REQUIRE(player.next());
  }
}

}  // namespace

TEST_CASE("every shipped lesson passes the linter") {
  const auto root = test::shipped_lessons();
  const auto folders = lesson_folders(root);
  CHECK(folders.size() >= 2);
  std::set<std::pair<int, int>> places;
  for (const auto& folder : folders) {
    const Lesson lesson = read_lesson(folder, root);
    CHECK(folder.filename() == lesson.id);
    CHECK(places.emplace(lesson.part, lesson.place).second);
    const LintReport report = lint_lesson(lesson);
    CAPTURE(lesson.id, findings_of(report));
    CHECK(report.passed());
    CHECK(report.questions >= 3);
  }
}

TEST_CASE("the three requests take 315, 115 and 115 ms") {
  const auto root = test::shipped_lessons();
  LessonPlayer player(read_lesson(root / "course" / "three-requests", root));
  CHECK(player.runs().size() == 3);
  CHECK(player.answer("115 ms").right == false);
  CHECK(player.verdict()->truth == "315 ms");
  CHECK(player.verdict()->misconception == "blocked-thread-serves-others");
  CHECK(player.next());
  CHECK(player.answer("115").right);
  CHECK(player.next());
  CHECK(player.answer("like_three").right);
  CHECK(contains(plain_text(player.page().reveal), "115 ms, the time of three threads"));
}

TEST_CASE("a changed scenario changes the prose, the choices and the answers") {
  LessonFolder folder;
  folder.change_scenario("one_read.json", "/clients/0/send/0/text", "good morning");
  LessonPlayer player(folder.lesson());
  go_to(player, "arrive");
  CHECK(contains(plain_text(player.page().body), "12 bytes: \"good morning\""));
  CHECK(player.page().choices[1].value == "12");
  CHECK(player.answer("12").right);

  LessonFolder slow("three-requests");
  for (const char* file : {"three_requests_one_thread.json", "three_requests_threads.json",
                           "three_requests_proactor.json"}) {
    slow.change_scenario(file, "/back_ends/0/answer_after_ms", 500);
  }
  LessonPlayer slow_player(slow.lesson());
  CHECK(slow_player.answer("1515").right);
}

TEST_CASE("while a question is open the future is out of reach") {
  const auto root = test::shipped_lessons();
  LessonPlayer player(read_lesson(root / "course" / "one-read", root));
  CHECK(player.horizon() == UINT32_MAX);
  go_to(player, "arrive");
  CHECK(player.question_open());
  CHECK(player.horizon() == player.seq());
  CHECK(player.horizon_ns() == player.model().event(player.seq()).time_ns);
  CHECK(player.page().reveal.empty());
  CHECK_FALSE(player.verdict().has_value());
  CHECK_FALSE(player.next());
  SECTION("going back does not open it") {
    const std::uint32_t horizon = player.horizon();
    CHECK(player.back());
    CHECK(player.horizon() == horizon);
    CHECK_FALSE(player.question_open());
    CHECK(player.next());
    CHECK(player.question_open());
  }
  SECTION("answering does") {
    player.answer("0");
    CHECK(player.horizon() == UINT32_MAX);
    CHECK_FALSE(player.page().reveal.empty());
    CHECK(player.next());
    CHECK(player.horizon() != UINT32_MAX);  // the next question hides it again
  }
}

TEST_CASE("a run is hidden until the first question about it is answered") {
  const auto root = test::shipped_lessons();
  LessonPlayer player(read_lesson(root / "course" / "three-requests", root));
  CHECK(player.horizon_of(0) == 1);
  CHECK(player.is_hidden(1));
  CHECK(player.is_hidden(2));
  player.reveal();
  CHECK(player.horizon_of(0) == UINT32_MAX);
  CHECK(player.is_hidden(1));
  CHECK(player.is_hidden(2));
  player.next();
  CHECK(player.horizon_of(0) == UINT32_MAX);  // revealed, and stays so
  CHECK(player.horizon_of(1) == 1);
  player.reveal();
  CHECK(player.horizon_of(1) == UINT32_MAX);
  CHECK(player.is_hidden(2));
}

TEST_CASE("answers are judged, with feedback for what the learner believed") {
  const auto root = test::shipped_lessons();
  LessonPlayer player(read_lesson(root / "course" / "one-read", root));
  go_to(player, "lend");
  CHECK(player.why_not("nonsense") == "this is none of the choices");
  CHECK_THROWS_AS(player.answer("nonsense"), std::invalid_argument);
  const Verdict& wrong = player.answer("read");
  CHECK_FALSE(wrong.right);
  CHECK(wrong.misconception == "initiating-is-blocking");
  CHECK(contains(plain_text(wrong.feedback), "only leaves an order"));
  CHECK(contains(wrong.guess, "stands still inside"));
  CHECK(contains(wrong.truth, "sleeps in the loop"));
  CHECK(player.why_not("wait") == "no question is open");

  go_to(player, "who");
  CHECK(player.why_not("nobody") == "no column has this name");
  SECTION("a column counts as its role") {
    CHECK(player.answer("handler").misconception == "completion-is-readiness");
  }
  SECTION("the right column") { CHECK(player.answer("processor").right); }
  CHECK(player.score().questions == 4);
  CHECK(player.score().answered == 2);  // one was revealed instead
}

TEST_CASE("numbers are right within their tolerance, with or without the unit") {
  LessonQuestion question;
  question.kind = LessonQuestionKind::number;
  question.unit = "ms";
  question.tolerance = 2;
  CHECK(is_right(question, "313", "315"));
  CHECK(is_right(question, " 317 ms ", "315"));
  CHECK_FALSE(is_right(question, "318", "315"));
  CHECK_FALSE(is_right(question, "many", "315"));
  CHECK_FALSE(parse_number("nan", "").has_value());
  CHECK_FALSE(parse_number("1e999", "").has_value());
  CHECK_FALSE(parse_number("", "").has_value());
}

TEST_CASE("an exercise changes the world and tells whether its goal is reached") {
  const auto root = test::shipped_lessons();
  LessonPlayer player(read_lesson(root / "course" / "three-requests", root));
  CHECK_FALSE(player.may_try());
  go_to(player, "your-turn");
  CHECK(player.may_try());
  const Model* own = &player.model();
  CHECK_FALSE(player.try_exercise({{"*", "/back_ends/0/answer_after_ms", "90"}}));
  CHECK(&player.model() != own);
  CHECK(player.try_exercise({{"*", "/back_ends/0/answer_after_ms", "10"}}));
  CHECK_THROWS_AS(player.try_exercise({{"*", "/work_ms", "\"much\""}}), InputError);
  CHECK(player.next());
  CHECK(&player.model() == own);
}

TEST_CASE("an edited lesson is taken up where the learner was") {
  LessonFolder folder;
  LessonPlayer before(folder.lesson());
  go_to(before, "lend");
  before.answer("read");
  before.next();
  folder.replace("The thread still sleeps.", "The thread is still asleep.");
  LessonPlayer after(folder.lesson());
  after.resume(before);
  CHECK(after.step().id == "arrive");
  CHECK(after.question_open());
  CHECK(contains(plain_text(after.page().body), "still asleep"));
  CHECK(after.verdict_of(1)->misconception == "initiating-is-blocking");
}

TEST_CASE("the linter refuses an answer that is written down instead of asked") {
  LessonFolder folder;
  SECTION("where a change should alter it") {
    folder.step("arrive")["question"]["answer"] = "SELECT 5";
    CHECK(contains(lint(folder), "step 'arrive': 'changes_if' leaves the answer at '5'"));
  }
  SECTION("where it should always hold") {
    folder.step("early")["question"]["answer"] = "SELECT 'no'";
    CHECK(contains(lint(folder), "says nothing about the run"));
  }
  SECTION("also when it pretends to look") {
    folder.step("early")["question"]["answer"] =
        "SELECT 'no' FROM events WHERE kind='handler_entered'";
    CHECK(contains(lint(folder), "says nothing about the run"));
  }
}

TEST_CASE("the linter finds what is false, leaks or is missing") {
  LessonFolder folder;
  SECTION("a claim of always that a seed refutes") {
    folder.json["steps"] = folder.json["steps"];
    folder.step("early")["question"]["answer"] =
        "SELECT CASE WHEN seed % 7 = 0 THEN 'no' ELSE 'yes' END FROM run";
    CHECK(contains(lint(folder), "'always' does not hold"));
  }
  SECTION("a number from the future") {
    folder.replace("The thread still sleeps.", "It will take {{flight}}.");
    CHECK(contains(lint(folder), "{{flight}} needs what a question still hides"));
  }
  SECTION("a bare number") {
    folder.replace("The thread still sleeps.", "That is 5 bytes.");
    CHECK(contains(lint(folder), "a number that no query proves"));
  }
  SECTION("a misconception without feedback") {
    folder.replace("> [spin]", "> [wait]");
    CHECK(contains(lint(folder), "no feedback '> [spin] ...'"));
  }
  SECTION("an answer that nobody can give") {
    folder.replace("- [wait]", "- [sleep]");
    CHECK(contains(lint(folder), "the answer 'wait' is none that a learner could give"));
  }
  SECTION("moments out of order") {
    folder.step("back")["at"] = "SELECT min(seq) FROM events";
    CHECK(contains(lint(folder), "lies before that of an earlier step"));
  }
  SECTION("a moment that is not there") {
    folder.step("back")["at"] = "SELECT seq FROM events WHERE kind='worker_busy'";
    CHECK(contains(lint(folder), "step 'back', 'at': gives no moment of its run"));
  }
  SECTION("too few questions") {
    for (const char* id : {"lend", "arrive", "who"}) folder.step(id).erase("question");
    folder.text =
        "# T\n## cast\nx\n## lend\nx\n## arrive\nx\n## who\nx\n## back\nx\n## early\nx\n"
        "- [yes] y\n- [no] n\n> [yes] f\n## keep\nx\n";
    CHECK(contains(lint(folder), "asks 1 question(s)"));
  }
  SECTION("a broken query") {
    folder.step("arrive")["question"]["answer"] = "SELECT bites FROM events";
    CHECK(contains(lint(folder), "no such column: bites"));
  }
  SECTION("a solution that solves nothing") {
    folder.step("early")["exercise"]["solution"] = {{"/clients/0/send/0/at_ms", 5}};
    CHECK(contains(lint(folder), "does not reach its goal"));
  }
}
