#include <algorithm>
#include <istream>
#include <ostream>

#include "lessons/plab/lesson_command.hpp"
#include "lessons/plab/terminal_text.hpp"
#include "lessons/player/lesson_changes.hpp"
#include "lessons/player/lesson_player.hpp"
#include "lessons/scenario/lesson_json.hpp"
#include "traces/figures/activity/activity.hpp"
#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab::plab {
namespace {

/// Thrown when no more answers are available: end of the input, or of `--answers`.
struct NoMoreAnswers {};

/// More events than this do not fit on a screen.
constexpr std::uint32_t events_at_once_max = 40;

class TerminalLesson {
 public:
  TerminalLesson(const Lesson& lesson, const TerminalOptions& options, std::istream& in,
                 std::ostream& out)
      : player_(lesson),
        options_(options),
        in_(in),
        out_(out),
        drawn_(lesson.runs.size(), 0),
        columns_(options.columns) {}

  void play() {
    const Lesson& lesson = player_.lesson();
    out_ << lesson.title << '\n' << std::string(display_width(lesson.title), '=') << "\n\n";
    try {
      do {
        play_step();
      } while (player_.next());
    } catch (const NoMoreAnswers&) {
      out_ << "\nStopped at step " << player_.step_index() + 1 << " of " << player_.step_count()
           << ".\n";
    }
    const Score score = player_.score();
    out_ << "\nYou predicted " << score.right << " of " << score.questions << " right.\n";
  }

 private:
  void play_step() {
    const LessonPage& page = player_.page();
    out_ << "[" << player_.step_index() + 1 << "/" << player_.step_count() << "]"
         << (page.title.empty() ? "" : "  " + page.title) << "\n\n"
         << terminal_text(page.body, columns_) << '\n';
    draw();
    if (player_.question_open()) ask();
    if (player_.step().exercise) exercise();
    if (options_.pause && player_.step_index() + 1 < player_.step_count()) {
      out_ << "(Enter to go on) " << std::flush;
      read_line();
    }
  }

  bool shows(Pane pane) const {
    const auto& panes = player_.step().panes;
    return std::find(panes.begin(), panes.end(), pane) != panes.end();
  }

  void draw() {
    if (shows(Pane::activity)) draw_activity();
    if (shows(Pane::interaction)) draw_interaction();
  }

  /// Draws the events since the last picture of this run, up to the step's moment.
  void draw_interaction() {
    std::uint32_t& drawn = drawn_[player_.step().run];
    const std::uint32_t last = player_.seq();
    if (last <= drawn) return;
    const std::uint32_t count = std::min(last - drawn, events_at_once_max);
    // The trace ends here, so that not even the number of later events is visible.
    Trace past = player_.model().trace();
    past.events.truncate(last);
    const Model model(past);
    out_ << figures::interaction_text(model, static_cast<int>(columns_), last - count + 1, count)
         << '\n';
    drawn = last;
  }

  /// Leaves out runs that a question hides, because the figure shows whole runs. Draws nothing if
  /// the picture would be the same as the last one.
  void draw_activity(bool anew = false) {
    std::vector<figures::ActivityGroup> groups;
    for (std::size_t i = 0; i < player_.runs().size(); ++i) {
      if (player_.horizon_of(i) != UINT32_MAX) continue;
      groups.push_back({player_.runs()[i].title, player_.runs()[i].model.get()});
    }
    if (groups.size() <= groups_drawn_ && !anew) return;
    groups_drawn_ = groups.size();
    out_ << figures::activity_text(groups, static_cast<int>(columns_)) << '\n';
  }

  // --- Questions -----------------------------------------------------------------------------

  void ask() {
    const LessonQuestion& question = *player_.step().question;
    char letter = 'a';
    for (const ShownChoice& choice : player_.page().choices) {
      out_ << wrap(terminal_text(choice.text), columns_, std::string("  ") + letter++ + ")  ");
    }
    if (question.kind == LessonQuestionKind::click) show_targets(question);
    const std::string unit = question.unit.empty() ? "" : " (" + question.unit + ")";
    for (;;) {
      out_ << "\nYour guess" << unit << ", or Enter to be shown: " << std::flush;
      const std::string given = as_value(read_line());
      if (given.empty()) {
        player_.reveal();
        break;
      }
      const std::string why = player_.why_not(given);
      if (why.empty()) {
        player_.answer(given);
        break;
      }
      if (options_.answers) {
        throw InputError("", "step '" + player_.step().id + "'", "'" + given + "': " + why,
                         "correct --answers");
      }
      out_ << "Sorry, " << why << ".";
    }
    say_verdict(*player_.verdict());
  }

  void show_targets(const LessonQuestion& question) {
    if (question.target == ClickTarget::lifeline) {
      for (const LifelineName& name : lifeline_names()) {
        out_ << "  " << name.id << std::string(15 - std::min<std::size_t>(14, name.id.size()), ' ')
             << name.words << '\n';
      }
    } else {
      out_ << "  Answer with "
           << (question.target == ClickTarget::operation ? "an operation's number, such as #2"
                                                         : "a thread's number, such as 1")
           << ".\n";
    }
  }

  /// Accepts a choice by its letter.
  std::string as_value(std::string given) const {
    const auto& choices = player_.page().choices;
    const auto is_given = [&](const ShownChoice& choice) { return choice.value == given; };
    if (given.size() != 1 || std::any_of(choices.begin(), choices.end(), is_given)) return given;
    const auto index = static_cast<std::size_t>(given[0] - 'a');
    return given[0] >= 'a' && index < choices.size() ? choices[index].value : given;
  }

  void say_verdict(const Verdict& verdict) {
    out_ << '\n';
    if (verdict.given_up) {
      out_ << wrap("It is: " + verdict.truth, columns_);
    } else if (verdict.right) {
      out_ << wrap("Right. It is: " + verdict.truth, columns_);
    } else {
      out_ << wrap("You said: " + verdict.guess, columns_)
           << wrap("It is: " + verdict.truth, columns_);
    }
    if (!verdict.feedback.empty()) out_ << '\n' << terminal_text(verdict.feedback, columns_);
    out_ << '\n';
    if (!player_.page().reveal.empty()) {
      out_ << terminal_text(player_.page().reveal, columns_) << '\n';
    }
    if (shows(Pane::activity)) draw_activity();
  }

  // --- Exercises -----------------------------------------------------------------------------

  void exercise() {
    for (;;) {
      std::vector<ScenarioChange> changes;
      for (ScenarioChange change : player_.step().exercise->may_change) {
        change.value = current_value(player_.lesson(), player_.step().run, change);
        out_ << change.pointer.substr(1) << " [" << change.value << "]: " << std::flush;
        const std::string given = read_line();
        if (given.empty()) continue;
        change.value = OrderedJson::accept(given) ? given : OrderedJson(given).dump();
        changes.push_back(std::move(change));
      }
      out_ << '\n';
      if (changes.empty()) return;
      if (try_changes(changes) || options_.answers) return;
      out_ << "Try again, or press Enter to go on.\n\n";
    }
  }

  bool try_changes(const std::vector<ScenarioChange>& changes) {
    try {
      const bool reached = player_.try_exercise(changes);
      if (shows(Pane::activity)) draw_activity(true);
      out_ << (reached ? "Done: that is the goal.\n\n" : "Not yet.\n");
      return reached;
    } catch (const InputError& error) {
      out_ << wrap(std::string("The scenario refuses that: ") + error.what(), columns_);
      return false;
    }
  }

  /// Trims surrounding blanks. With `--answers`, echoes the answer as if it had been typed.
  std::string read_line() {
    std::string line;
    if (options_.answers) {
      if (next_answer_ == options_.answers->size()) throw NoMoreAnswers{};
      line = (*options_.answers)[next_answer_++];
      out_ << line << '\n';
    } else if (!std::getline(in_, line)) {
      throw NoMoreAnswers{};
    }
    const std::size_t from = line.find_first_not_of(" \t\r");
    if (from == std::string::npos) return {};
    return line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
  }

  LessonPlayer player_;
  const TerminalOptions& options_;
  std::istream& in_;
  std::ostream& out_;
  std::vector<std::uint32_t> drawn_;  ///< by run: the last event drawn so far
  std::size_t groups_drawn_ = 0;
  std::size_t columns_;
  std::size_t next_answer_ = 0;
};

}  // namespace

int play_lesson(const Lesson& lesson, const TerminalOptions& options, std::istream& in,
                std::ostream& out) {
  TerminalLesson(lesson, options, in, out).play();
  return ok;
}

}  // namespace proactor_lab::plab
