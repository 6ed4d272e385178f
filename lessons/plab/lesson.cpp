#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <tuple>

#include <unistd.h>

#include "lessons/plab/lesson_command.hpp"
#include "lessons/plab/terminal_text.hpp"
#include "lessons/player/lesson_lint.hpp"
#include "lessons/run/data_folder.hpp"

namespace proactor_lab::plab {
namespace {

namespace fs = std::filesystem;

std::string counted(int count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

/// Splits "a,b,c". A part may be empty (give up, keep the value).
std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

fs::path own_lessons_root() {
  std::error_code error;
  return lessons_root(fs::read_symlink("/proc/self/exe", error));
}

void add_lesson_export(CLI::App& lesson, Action& action) {
  const auto wanted = std::make_shared<LessonExport>();
  CLI::App* command = lesson.add_subcommand(
      "export",
      "Write a lesson as a page for any browser: a handout up to a question, or all of it");
  command->add_option("lesson", wanted->name, "Its id or folder")->required();
  command->add_option("--to", "The format")->required()->check(CLI::IsMember({"html"}));
  CLI::Option* answers =
      command->add_flag("--answers", wanted->answers, "All of it; the answers are in the file");
  command->add_option("--question", wanted->question, "The handout's: earlier ones are answered")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->excludes(answers);
  command->add_option("-o,--out", wanted->out, "Where to; - is standard output")
      ->capture_default_str();
  command->callback([&action, wanted] {
    action = [wanted] { return export_lesson(own_lessons_root(), *wanted); };
  });
}

int lint_one(const fs::path& folder, const fs::path& root, std::ostream& out) {
  const Lesson lesson = read_lesson(folder, root);
  LintReport report = lint_lesson(lesson);
  const std::string called = fs::weakly_canonical(folder).filename().string();
  if (called != lesson.id) {
    report.findings.push_back({"", "its folder is called '" + called + "'; call it as its id"});
  }
  out << (report.passed() ? "ok    " : "FAIL  ") << lesson.id << "  ("
      << counted(report.questions, "question") << ", " << counted(report.queries, "answer")
      << " asked of " << counted(report.runs, "run") << ")\n";
  for (const LintFinding& finding : report.findings) {
    out << wrap((finding.place.empty() ? "" : finding.place + ": ") + finding.problem, 98,
                "      - ");
  }
  return report.passed() ? ok : failed;
}

}  // namespace

fs::path find_lesson(const fs::path& root, const std::string& name) {
  std::error_code error;
  if (fs::exists(fs::path(name) / "lesson.json", error)) return name;
  std::string known;
  for (const fs::path& folder : lesson_folders(root)) {
    const std::string id = folder.filename().string();
    if (id == name) return folder;
    known += (known.empty() ? "" : ", ") + id;
  }
  throw InputError(
      "", "", "no lesson is called '" + name + "'",
      "known are: " + known + "; one of your own is named by its folder, the one with lesson.json");
}

int list_lessons(const fs::path& root, std::ostream& out) {
  std::vector<Lesson> lessons;
  std::size_t id_width = 2;
  std::size_t title_width = 5;
  for (const fs::path& folder : lesson_folders(root)) {
    const Lesson& lesson = lessons.emplace_back(read_lesson(folder, root));
    id_width = std::max(id_width, display_width(lesson.id));
    title_width = std::max(title_width, display_width(lesson.title));
  }
  std::sort(lessons.begin(), lessons.end(), [](const Lesson& a, const Lesson& b) {
    return std::tie(a.part, a.place, a.id) < std::tie(b.part, b.place, b.id);
  });
  const auto padded = [](std::string text, std::size_t width) {
    return text.append(width - std::min(width, display_width(text)), ' ');
  };
  out << padded("id", id_width) << "  " << padded("title", title_width) << "  minutes  questions\n";
  for (const Lesson& lesson : lessons) {
    out << padded(lesson.id, id_width) << "  " << padded(lesson.title, title_width) << "  "
        << std::setw(7) << lesson.minutes << "  " << std::setw(9) << lesson.question_count()
        << '\n';
  }
  return ok;
}

int lint_lessons(const fs::path& root, const std::vector<std::string>& names, std::ostream& out,
                 std::ostream& errors) {
  std::vector<fs::path> folders;
  for (const std::string& name : names) folders.push_back(find_lesson(root, name));
  if (names.empty()) folders = lesson_folders(root);
  int worst = ok;
  for (const fs::path& folder : folders) {
    try {
      worst = std::max(worst, lint_one(folder, root, out));
    } catch (const InputError& error) {  // the other lessons are still checked
      out.flush();
      errors << "plab: " << error.what() << '\n';
      worst = bad_input;
    }
  }
  return worst;
}

void add_lesson(CLI::App& app, Action& action) {
  struct Arguments {
    std::vector<std::string> names;
    std::string name;
    std::string answers;
  };
  const auto arguments = std::make_shared<Arguments>();

  CLI::App* lesson = app.add_subcommand("lesson", "List, check, play and export lessons");
  lesson->require_subcommand(1);

  CLI::App* list = lesson->add_subcommand("list", "List the lessons");
  list->callback(
      [&action] { action = [] { return list_lessons(own_lessons_root(), std::cout); }; });

  CLI::App* lint = lesson->add_subcommand(
      "lint", "Prove lessons: run their scenarios, ask their queries; exit 1 where one fails");
  lint->add_option("lesson", arguments->names, "Ids or folders; without any, all lessons");
  lint->callback([&action, arguments] {
    action = [arguments] {
      return lint_lessons(own_lessons_root(), arguments->names, std::cout, std::cerr);
    };
  });

  add_lesson_export(*lesson, action);

  CLI::App* run = lesson->add_subcommand("run", "Play a lesson in the terminal");
  run->add_option("lesson", arguments->name, "Its id or folder")->required();
  CLI::Option* given =
      run->add_option("--answers", arguments->answers,
                      "Answers to its questions, separated by commas; one may be empty");
  run->callback([&action, arguments, given] {
    action = [arguments, is_given = given->count() > 0] {
      const fs::path root = own_lessons_root();
      const Lesson read = read_lesson(find_lesson(root, arguments->name), root);
      TerminalOptions terminal;
      if (is_given) terminal.answers = split_at_commas(arguments->answers);
      terminal.pause = !is_given && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
      return play_lesson(read, terminal, std::cin, std::cout);
    };
  });
}

}  // namespace proactor_lab::plab
