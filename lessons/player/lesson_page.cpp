#include "lessons/player/lesson_page.hpp"

#include <algorithm>
#include <map>

#include "lessons/player/lesson_page_text.hpp"
#include "traces/figures/page/page_document.hpp"
#include "traces/figures/page/page_run.hpp"

namespace proactor_lab {

namespace {

using figures::JsonList;

/// The events of a run up to `horizon`, as a trace that ends there.
Trace trace_until(const Trace& whole, std::uint32_t horizon) {
  Trace past;
  past.header.program = whole.header.program;
  past.header.system = whole.header.system;
  past.header.seed = whole.header.seed;
  past.strings = whole.strings;  // all strings; those without an event are never shown
  for (const Event& event : whole.events) {
    if (event.seq <= horizon) past.events.push_back(event);
  }
  return past;
}

class LessonPageWriter {
 public:
  LessonPageWriter(Lesson lesson, const RunScenario& run, bool handout)
      : player_(std::move(lesson), run), handout_(handout) {}

  std::string whole() {
    do {
      Step step = begin_step();
      if (player_.question_open()) {
        step.open = phase();
        player_.reveal();
        step.question = question_text(player_, shown_model(player_.step().run), true);
      }
      step.closed = phase();
      steps_.push_back(std::move(step));
    } while (player_.next());
    return document("");
  }

  std::string until(int wanted) {
    for (int asked = 0;;) {
      if (player_.question_open()) {
        if (++asked == wanted) break;
        player_.reveal();
      }
      if (player_.next()) continue;
      throw InputError(player_.lesson().file, "", "has no question " + std::to_string(wanted),
                       "it has " + std::to_string(player_.lesson().question_count()));
    }
    cut_runs();
    // Go back from that question, so that each step is written as the learner sees it then.
    do {
      Step step = begin_step();
      if (player_.step().question) {
        step.question = question_text(player_, shown_model(player_.step().run), false);
      }
      (player_.question_open() ? step.open : step.closed) = phase();
      steps_.push_back(std::move(step));
    } while (player_.back());
    std::reverse(steps_.begin(), steps_.end());
    return document("Up to question " + std::to_string(wanted) + " of " +
                    std::to_string(player_.lesson().question_count()));
  }

 private:
  struct Step {
    std::string head;      ///< members that do not depend on the answers
    std::string question;  ///< empty: no question
    std::string open;      ///< before the answer; empty: never in this page
    std::string closed;
  };

  void cut_runs() {
    for (std::size_t i = 0; i < player_.runs().size(); ++i) {
      const PlayedRun& run = player_.runs()[i];
      cut_.push_back(
          played_run(run.name, run.title, trace_until(*run.trace, player_.horizon_of(i))));
    }
  }

  const Model& shown_model(std::size_t run) const {
    return cut_.empty() ? *player_.runs()[run].model : *cut_[run].model;
  }

  Step begin_step() {
    const LessonStep& step = player_.step();
    const auto wants = [&](Pane pane) {
      return std::find(step.panes.begin(), step.panes.end(), pane) != step.panes.end();
    };
    const bool activity = wants(Pane::activity) && !wants(Pane::interaction);
    JsonList head('{');
    head.member("title", figures::json_text(player_.page().title));
    head.member("run", std::to_string(page_run_of(step)));
    head.member("at", std::to_string(player_.seq()));
    head.member("view", activity ? "\"activity\"" : "\"interaction\"");
    head.member("follow", followed());
    if (step.exercise) head.member("exercise", exercise_text(player_, !handout_));
    return {head.take(), "", "", ""};
  }

  /// The page's runs are pictures, so each zoom level of a run is a separate one.
  std::size_t page_run_of(const LessonStep& step) {
    const auto key = std::pair(step.run, step.zoom);
    const auto [place, is_new] = run_places_.try_emplace(key, run_places_.size());
    if (is_new) {
      figures::PageWindow window;
      window.max_events = lesson_page_events_max;
      window.zoom =
          step.zoom == LessonZoom::roles ? figures::Zoom::roles : figures::Zoom::participants;
      runs_.raw(figures::page_run(shown_model(step.run), player_.runs()[step.run].title, window));
      run_numbers_.number(static_cast<std::int64_t>(step.run));
    }
    return place->second;
  }

  std::string followed() const {
    for (const ShownHighlight& highlight : player_.highlights()) {
      const bool number = !highlight.id.empty() && highlight.id.size() <= 9 &&
                          highlight.id.find_first_not_of("0123456789") == std::string::npos;
      if (highlight.kind == "operation" && number) return std::to_string(std::stoul(highlight.id));
    }
    return "0";
  }

  std::string phase() {
    const LessonPage& page = player_.page();
    JsonList horizons('[');
    for (std::size_t i = 0; i < player_.runs().size(); ++i) {
      const std::uint32_t horizon = player_.horizon_of(i);
      if (horizon == UINT32_MAX) {
        horizons.raw("null");
      } else {
        horizons.number(std::int64_t{horizon});
      }
    }
    JsonList out('{');
    out.member("body", blocks_text(page.body));
    if (!page.reveal.empty()) out.member("reveal", blocks_text(page.reveal));
    out.member("horizons", horizons.take());
    out.member("activity", std::to_string(activity()));
    return out.take();
  }

  std::size_t activity() {
    std::vector<figures::ActivityGroup> groups;
    for (std::size_t i = 0; i < player_.runs().size(); ++i) {
      const bool another = i != player_.step().run;
      const std::int64_t horizon_ns = player_.is_hidden(i) ? -1 : player_.horizon_ns_of(i);
      groups.push_back({player_.runs()[i].title, &shown_model(i), horizon_ns,
                        another && horizon_ns == INT64_MAX});
    }
    std::string text = figures::page_activity(groups);
    const auto [place, is_new] = activity_places_.try_emplace(text, activity_places_.size());
    if (is_new) activities_.raw(text);
    return place->second;
  }

  std::string document(const std::string& note) {
    JsonList steps('[');
    for (const Step& step : steps_) {
      JsonList all('{');
      all.member("head", step.head);
      if (!step.question.empty()) all.member("question", step.question);
      if (!step.open.empty()) all.member("open", step.open);
      if (!step.closed.empty()) all.member("closed", step.closed);
      steps.raw("\n" + all.take());
    }
    const Lesson& lesson = player_.lesson();
    JsonList out('{');
    out.member("part", "\"Part " + std::to_string(lesson.part) + "\"");
    out.member("id", figures::json_text(lesson.id));
    out.member("count", std::to_string(lesson.steps.size()));
    out.member("handout", handout_ ? "true" : "false");
    out.member("runs", run_numbers_.take());
    out.member("steps", steps.take());
    figures::PageContent content;
    content.title = lesson.title;
    content.note = note;
    content.runs = runs_.take();
    content.activities = activities_.take();
    content.lesson = out.take();
    return figures::page_document(content);
  }

  /// Bounds the page's size. The runs of real lessons are much shorter.
  static constexpr std::uint32_t lesson_page_events_max = 20'000;

  LessonPlayer player_;
  bool handout_;
  std::vector<PlayedRun> cut_;
  std::vector<Step> steps_;
  std::map<std::pair<std::size_t, LessonZoom>, std::size_t> run_places_;
  std::map<std::string, std::size_t> activity_places_;
  JsonList runs_{'['};
  JsonList run_numbers_{'['};
  JsonList activities_{'['};
};

}  // namespace

std::string lesson_page(Lesson lesson, const RunScenario& run) {
  return LessonPageWriter(std::move(lesson), run, false).whole();
}

std::string lesson_handout(Lesson lesson, int question, const RunScenario& run) {
  return LessonPageWriter(std::move(lesson), run, true).until(question);
}

}  // namespace proactor_lab
