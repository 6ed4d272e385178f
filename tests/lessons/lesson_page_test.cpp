// Lessons as pages: what a handout must not contain.
#include "lessons/player/lesson_page.hpp"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "lessons/player/lesson_page_text.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace proactor_lab;
using nlohmann::json;

const std::filesystem::path root = std::filesystem::path(PROACTOR_LAB_SOURCE_DIR) / "lessons";

json data_of(const std::string& page) {
  const std::string opening = "<script id=\"data\" type=\"application/json\">";
  const std::size_t from = page.find(opening) + opening.size();
  return json::parse(page.substr(from, page.find("</script>", from) - from));
}

std::vector<Lesson> all_lessons() {
  std::vector<Lesson> lessons;
  for (const auto& folder : lesson_folders(root)) lessons.push_back(read_lesson(folder, root));
  return lessons;
}

/// Moves the player to the open question number `wanted`, with the earlier ones answered.
void go_to_question(LessonPlayer& player, int wanted) {
  for (int asked = 0;;) {
    if (player.question_open()) {
      if (++asked == wanted) return;
      player.reveal();
    }
    REQUIRE(player.next());
  }
}

}  // namespace

TEST_CASE("a handout ends with its question: no later step, event, answer or remark is in it") {
  for (const Lesson& lesson : all_lessons()) {
    for (int question = 1; question <= lesson.question_count(); ++question) {
      INFO(lesson.id << ", question " << question);
      LessonPlayer player(lesson);
      go_to_question(player, question);
      const json data = data_of(lesson_handout(lesson, question));
      const json& steps = data["lesson"]["steps"];
      CHECK(steps.size() == player.step_index() + 1);

      const json& last = steps.back();
      CHECK_FALSE(last.contains("closed"));
      CHECK_FALSE(last["open"].contains("reveal"));
      for (const char* key : {"truth", "number", "tolerance", "remarks"}) {
        CHECK_FALSE(last["question"].contains(key));
      }
      for (const json& answer : last["question"]["answers"]) {
        CHECK_FALSE(answer.contains("right"));
        CHECK_FALSE(answer.contains("remark"));
      }
      for (std::size_t i = 0; i < data["runs"].size(); ++i) {
        const std::size_t run = data["lesson"]["runs"][i];
        const std::uint32_t horizon =
            std::min(player.horizon_of(run), player.runs()[run].model->event_count());
        CHECK(data["runs"][i]["last"] == horizon);
        CHECK(data["runs"][i]["count"] == horizon);
        CHECK(data["runs"][i]["events"].size() == horizon);
      }
    }
  }
}

TEST_CASE("no words of what a handout hides are in its file") {
  for (const Lesson& lesson : all_lessons()) {
    for (int question = 1; question <= lesson.question_count(); ++question) {
      INFO(lesson.id << ", question " << question);
      const std::string page = lesson_handout(lesson, question);
      LessonPlayer player(lesson);
      go_to_question(player, question);
      std::string seen;  // what is visible anyway
      for (const PlayedRun& run : player.runs()) {
        const auto place = static_cast<std::size_t>(&run - player.runs().data());
        for (std::uint32_t seq = 1; seq <= run.model->event_count(); ++seq) {
          if (seq <= player.horizon_of(place)) seen += run.model->sentence(seq) + "\n";
        }
      }
      for (const PlayedRun& run : player.runs()) {
        for (std::uint32_t seq = 1; seq <= run.model->event_count(); ++seq) {
          const std::string words = run.model->sentence(seq);
          if (seen.find(words) == std::string::npos) {
            CHECK(page.find(figures::json_text(words)) == std::string::npos);
          }
        }
      }
      player.reveal();
      for (const TextBlock& block : player.page().reveal) {
        CHECK(page.find(blocks_text({block})) == std::string::npos);
      }
      for (const Feedback& remark : player.remarks()) {
        for (const TextBlock& block : remark.blocks) {
          CHECK(page.find(blocks_text({block})) == std::string::npos);
        }
      }
      while (player.next()) {
        if (player.question_open()) player.reveal();
        for (const TextBlock& block : player.page().body) {
          CHECK(page.find(blocks_text({block})) == std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("the page with answers says to each answer what the lesson says") {
  for (const Lesson& lesson : all_lessons()) {
    const json data = data_of(lesson_page(lesson));
    LessonPlayer player(lesson);
    REQUIRE(data["lesson"]["steps"].size() == player.step_count());
    for (const json& step : data["lesson"]["steps"]) {
      INFO(lesson.id << ", step " << player.step().id);
      CHECK(step["head"]["at"] == player.seq());
      if (player.question_open()) {
        CHECK(step["open"]["body"] == json::parse(blocks_text(player.page().body)));
        const auto choices = player.page().choices;
        player.reveal();
        CHECK(step["question"]["truth"] == player.verdict()->truth);
        int right = 0;
        for (const json& answer : step["question"]["answers"]) right += answer["right"] == true;
        const bool typed = player.step().question->kind == LessonQuestionKind::number;
        CHECK((typed || right >= 1));
        for (std::size_t i = 0; i < choices.size(); ++i) {
          const Verdict verdict = player.verdict_if(choices[i].value);
          CHECK(step["question"]["answers"][i]["right"] == verdict.right);
          CHECK(step["question"]["answers"][i]["remark"] ==
                json::parse(blocks_text(verdict.feedback)));
        }
      }
      CHECK(step["closed"]["body"] == json::parse(blocks_text(player.page().body)));
      player.next();
    }
  }
}

TEST_CASE("a handout of a question that a lesson has not is refused") {
  const Lesson lesson = read_lesson(root / "course" / "one-read", root);
  CHECK_THROWS_AS(lesson_handout(lesson, lesson.question_count() + 1), InputError);
}
