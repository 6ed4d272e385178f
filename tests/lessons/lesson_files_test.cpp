// Lesson files: how the prose is converted, and how bad input is reported.
#include "lessons/player/lesson_sections.hpp"
#include "lessons/player/lesson_text.hpp"
#include "lessons/run/data_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/lesson_folder.hpp"

using namespace proactor_lab;
using test::LessonFolder;

namespace {

std::vector<TextBlock> blocks_of(const std::string& markdown,
                                 std::vector<std::string>* numbers = nullptr) {
  return parse_markdown(markdown, "lesson.md", 1, [&](std::string_view query) {
    if (numbers != nullptr) numbers->emplace_back(query);
    return numbers == nullptr ? 0 : static_cast<int>(numbers->size()) - 1;
  });
}

bool contains(const std::string& text, const std::string& part) {
  CAPTURE(text, part);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Markdown becomes plain blocks") {
  const auto blocks = blocks_of(
      "### Head\n\nA *b* **c** `d`\ne.\n\n1. one\n2. two\n   - deep\n\nAfter.\n\n```\nx  "
      "y\nz\n```\n");
  REQUIRE(blocks.size() == 7);
  CHECK(blocks[0].kind == BlockKind::heading);
  CHECK(blocks[0].level == 3);
  CHECK(plain_text(blocks[1].runs) == "A b c d e.");
  CHECK(blocks[1].runs[1] == TextRun{RunStyle::emphasis, "b", -1});
  CHECK(blocks[1].runs[3] == TextRun{RunStyle::strong, "c", -1});
  CHECK(blocks[1].runs[5] == TextRun{RunStyle::code, "d", -1});
  CHECK(blocks[2].ordinal == 1);
  CHECK(blocks[3].ordinal == 2);
  CHECK(blocks[4].level == 2);
  CHECK(plain_text(blocks[4].runs) == "deep");
  CHECK(blocks[5].kind == BlockKind::paragraph);
  CHECK(plain_text(blocks[5].runs) == "After.");
  CHECK(blocks[6].kind == BlockKind::code);
  CHECK(plain_text(blocks[6].runs) == "x  y\nz");
}

TEST_CASE("a query in prose is not read as Markdown") {
  std::vector<std::string> numbers;
  const auto blocks = blocks_of("It took **{{SELECT 2*3*4 FROM run}}** ms.", &numbers);
  REQUIRE(numbers == std::vector<std::string>{"SELECT 2*3*4 FROM run"});
  REQUIRE(blocks[0].runs.size() == 3);
  CHECK(blocks[0].runs[1] == TextRun{RunStyle::strong, "", 0});
  CHECK(plain_text(blocks[0].runs) == "It took  ms.");
}

TEST_CASE("links are shown in full and HTML is text") {
  CHECK(plain_text(blocks_of("See [the paper](https://example.org/p).")) ==
        "See the paper (https://example.org/p).");
  CHECK(plain_text(blocks_of("a <b>c</b>")) == "a <b>c</b>");
}

TEST_CASE("Markdown that lessons do not have is refused") {
  for (const char* bad : {"![picture](x.png)", "> quoted", "a {{SELECT 1", "---", "&nbsp;",
                          "[x]({{y}})", "- - - - - a",
                          "\xEE\x80\x80"
                          "7"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(blocks_of(bad), InputError);
  }
}

TEST_CASE("a lesson's text is cut into its parts") {
  const LessonSections text = split_lesson_text(
      "# Title\n\nIntro.\n\n## a: First\nBody.\n- [x] Choice x\n  goes on\n- [{{n}}] Choice n\n\n"
      "> [x] Wrong,\n> and why.\n\nMore.\n\n### reveal\nSo it is.\n\n## b\nText.\n",
      "lesson.md");
  CHECK(text.title == "Title");
  CHECK(text.introduction.line == 3);
  REQUIRE(text.steps.size() == 2);
  const LessonSection& a = text.steps[0];
  CHECK(a.title == "First");
  CHECK(a.body.line == 6);
  CHECK(a.choices[0].passage.text == "Choice x\ngoes on\n");
  CHECK(a.choices[1].value == "{{n}}");
  CHECK(a.feedback[0].passage.text == "Wrong,\nand why.\n");
  CHECK(a.feedback[0].passage.line == 11);
  // "More." is nine lines below the first line, as in the file.
  CHECK(a.body.text == "Body.\n\n\n\n\n\n\n\nMore.\n\n");
  CHECK(a.reveal.text == "So it is.\n\n");
  CHECK(text.steps[1].title.empty());
}

TEST_CASE("a bad text is told by its line") {
  const auto refusal = [](const std::string& text) {
    try {
      split_lesson_text(text, "lesson.md");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  contains(refusal("## a\nx\n"), "lesson.md: line 2: no title");
  contains(refusal("# T\n# U\n"), "lesson.md: line 2: a second title");
  contains(refusal("# T\n## A b\n"), "line 2: a step's heading");
  contains(refusal("# T\n## a\n## a\n"), "line 3: a second section 'a'");
  contains(refusal("# T\n## a\n- [x]\n"), "line 3: [x] has no text");
  contains(refusal("# T\n## a\n- [x] y\n- [x] z\n"), "line 4: [x] stands twice");
  contains(refusal("# T\n## a\n```\nx\n"), "a code block is never closed");
  contains(refusal("# T\n\x1B[2J\n"), "line 2: control characters");
  contains(refusal("# T\n\xC3(\n"), "not valid UTF-8");
}

TEST_CASE("a bad lesson.json is told by its JSON pointer") {
  LessonFolder folder;
  SECTION("a later format") {
    folder.json["format"] = 2;
    folder.json["novelty"] = true;
    contains(folder.refusal(), "lesson.json: /format: format 2 is unknown");
  }
  SECTION("unknown key") {
    folder.json["steps"][1]["question"]["anwser"] = "x";
    contains(folder.refusal(), "/steps/1/question/anwser: unknown key; known here: kind");
  }
  SECTION("missing key") {
    folder.json.erase("minutes");
    contains(folder.refusal(), "'minutes' is missing");
  }
  SECTION("wrong type") {
    folder.json["minutes"] = "six";
    contains(folder.refusal(), "/minutes: must be a whole number from 1 to 60");
  }
  SECTION("huge number") {
    folder.json["minutes"] = UINT64_MAX;
    contains(folder.refusal(), "/minutes: must be a whole number");
  }
  SECTION("no query") {
    folder.json["steps"][1]["at"] = "DROP TABLE events";
    contains(folder.refusal(), "/steps/1/at: must be a query");
  }
  SECTION("unknown pane") {
    folder.json["panes"] = {"interaction", "cinema"};
    contains(folder.refusal(), "/panes/1: 'cinema' is unknown; known here: interaction");
  }
  SECTION("unknown step") {
    folder.json["steps"][2]["id"] = "elsewhere";
    contains(folder.refusal(), "/steps/2/id: lesson.md has no section '## elsewhere'");
  }
  SECTION("a change of nothing") {
    folder.json["steps"][1]["question"]["changes_if"] = {{"/clients/7/name", "x"}};
    contains(folder.refusal(), "'/clients/7/name' is no place in");
  }
  SECTION("a change to an impossible scenario") {
    folder.json["steps"][1]["question"]["changes_if"] = {{"/program", "no_such_program"}};
    contains(folder.refusal(), "its changes make a scenario that cannot be run");
  }
  SECTION("an unknown number") {
    folder.replace("{{sent}}", "{{send}}");
    contains(folder.refusal(), "no number is called 'send'");
  }
  SECTION("control characters") {
    folder.json["run"]["title"] = "\x1B[31m";
    contains(folder.refusal(), "/run/title: has control characters");
  }
}

TEST_CASE("damaged and hostile files are refused") {
  LessonFolder folder;
  const auto refusal_of = [&](const std::string& json) {
    folder.write("lesson.md", folder.text);
    folder.write("lesson.json", json);
    try {
      read_lesson(folder.folder(), folder.root());
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  contains(refusal_of(""), "line 1: not valid JSON");
  contains(refusal_of("{\n\"format\": 1,\n\"id\" oops}"), "line 3: not valid JSON");
  contains(refusal_of("[]"), "must be an object");
  contains(refusal_of(std::string(100'000, '[')), "nested more than 64 deep");
  contains(refusal_of("{\"format\":1,\"id\":\"a\",\"id\":\"b\"}"), "the key 'id' stands twice");
  contains(refusal_of("{\"format\":1e999}"), "not valid JSON");
  contains(refusal_of(std::string((1 << 20) + 1, ' ')), "larger than 1 MiB");
  contains(refusal_of("{\"format\":1,\"id\":\"\xFF\"}"), "not valid JSON");
  // Every truncated file is refused, and nothing else happens.
  const std::string whole = folder.json.dump();
  for (std::size_t size = 0; size < whole.size(); size += 41) {
    CHECK_FALSE(refusal_of(whole.substr(0, size)).empty());
  }
}

TEST_CASE("a lesson cannot name files outside its folder") {
  LessonFolder folder;
  for (const char* name : {"../one-read/lesson.md", "/etc/passwd", "a/../../x", ".."}) {
    folder.json["text"] = name;
    contains(folder.refusal(), "leads out of the lesson's folder");
  }
  folder.json["text"] = "lesson.md";
  folder.json["run"]["scenario"] = "../scenarios/one_read.json";
  contains(folder.refusal(), "/run/scenario: '../scenarios/one_read.json' leads out");
  folder.json["run"]["scenario"] = "nowhere.json";
  contains(folder.refusal(), "no file 'nowhere.json'");
  std::filesystem::create_symlink("/etc/passwd", folder.folder() / "link.json");
  folder.json["run"]["scenario"] = "link.json";
  contains(folder.refusal(), "is a link out of the lesson's folder");
  folder.json["run"]["scenario"] = ".";
  contains(folder.refusal(), "not a file");
}

TEST_CASE("the lessons' folder lies beside the program, or is named by the environment") {
  const LessonFolder folder;
  setenv("PROACTOR_LAB_LESSONS", folder.root().c_str(), 1);
  CHECK(lessons_root() == folder.root());
  setenv("PROACTOR_LAB_LESSONS", "/no/such/folder", 1);
  CHECK_THROWS_AS(lessons_root(), InputError);
  unsetenv("PROACTOR_LAB_LESSONS");
  CHECK(lessons_root("/proc/self/exe") == test::shipped_lessons());  // a link in a build folder
  CHECK_THROWS_AS(lessons_root("/no/such/bin/plab"), InputError);
}
