#include "gui/app.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace proactor_lab::gui {

using figures::Target;

namespace {

/// Duration of a whole run at speed 1 on the time axis.
constexpr float seconds_per_run = 10;
constexpr const char* lesson_one = "three-requests";

void flip(bool& value) { value = !value; }

}  // namespace

void App::open(Document document) {
  first_launch_.reset();
  document_ = std::move(document);
  notice_ = document_->notice;
  runs_ = document_->runs();
  layout_.reset();
  causes_.forget();
  run_ = 0;
  selection_ = {};
  answer_ = {};
  playback_ = Playback{runs_[0].model->event_count()};
  settings_.stage = StageView::interaction;
  settings_.panes = lesson_panes_ = {};
  if (document_->lesson) follow_lesson(true);
}

void App::open_named(const std::string& name) {
  try {
    open(open_document(name));
  } catch (const std::exception& error) {
    say(error.what());
  }
}

void App::start_first_launch(FirstLaunchRuns runs) {
  first_launch_.emplace(std::move(runs));
  document_.reset();
  runs_.clear();
  layout_.reset();
}

const PageView* App::page() const {
  return document_ && document_->lesson ? &document_->lesson->page() : nullptr;
}

std::string* App::typed_into() {
  const PageView* shown = page();
  if (!shown || settings_.help) return nullptr;
  if (shown->question_open() && shown->question->kind == QuestionView::Kind::number) {
    return &answer_.number;
  }
  if (shown->exercise && exercise_.focus && *exercise_.focus < exercise_.values.size()) {
    return &exercise_.values[*exercise_.focus];
  }
  return nullptr;
}

void App::press(Key key) {
  if (first_launch_ && !settings_.help) {
    if (key == Key::enter && first_launch_->finished()) {
      open_named(lesson_one);
      return;
    }
    if (first_launch_->press(key)) return;
  }
  if (typed_into()) {
    if (key == Key::backspace) return apply({Action::lesson_type, 8});
    const int code = static_cast<int>(key);
    if ((code >= '0' && code <= '9') || code == '.') return;  // they arrive as characters
  }
  if (const PageView* shown = page(); shown && shown->exercise && !settings_.help) {
    const bool focused = exercise_.focus.has_value();
    if (focused && key == Key::enter) return apply({Action::exercise_run});
    if (focused && key == Key::escape) return exercise_.focus.reset();
    if (key == Key::tab) {
      const std::size_t next = focused ? *exercise_.focus + 1 : 0;
      const std::size_t count = std::max<std::size_t>(1, shown->exercise->fields.size());
      return apply({Action::exercise_focus, static_cast<std::uint32_t>(next % count)});
    }
  }
  for (const Request& request : requests_of(key)) apply(request);
}

void App::type(char32_t character) {
  const bool digit = (character >= '0' && character <= '9') || character == '.';
  if (typed_into() && digit) apply({Action::lesson_type, static_cast<std::uint32_t>(character)});
}

void App::apply(const Request& request) {
  switch (request.action) {
    case Action::toggle_play:
      playback_.toggle();
      break;
    case Action::step_back:
      playback_.step_back();
      break;
    case Action::step_forward:
      playback_.step_forward();
      break;
    case Action::go_start:
      playback_.go_to(0);
      break;
    case Action::go_end:
      playback_.go_to(UINT32_MAX);
      break;
    case Action::slower:
      playback_.slower();
      break;
    case Action::faster:
      playback_.faster();
      break;
    case Action::go_to:
      playback_.go_to(request.number);
      break;
    case Action::select:
      select(request.target);
      return;
    case Action::continue_on:
      continue_on();
      return;
    case Action::lesson_back:
    case Action::lesson_next:
    case Action::lesson_choose:
    case Action::lesson_type:
    case Action::lesson_reveal:
    case Action::lesson_give_up:
    case Action::exercise_focus:
    case Action::exercise_run:
      if (page()) apply_to_lesson(request);
      return;
    default:
      apply_to_view(request);
      return;
  }
  // The playhead moved, so a selected event is no longer the current one.
  if (selection_.kind == Target::Kind::event) selection_ = {};
}

void App::apply_to_view(const Request& request) {
  using figures::Axis;
  using figures::Theme;
  using figures::Zoom;
  switch (request.action) {
    case Action::show_stage:
      settings_.stage = static_cast<StageView>(request.number);
      break;
    case Action::toggle_zoom:
      settings_.zoom = settings_.zoom == Zoom::roles ? Zoom::participants : Zoom::roles;
      break;
    case Action::toggle_axis:
      settings_.axis = settings_.axis == Axis::order ? Axis::time : Axis::order;
      break;
    case Action::set_theme:
      settings_.theme = static_cast<Theme>(request.number);
      break;
    case Action::next_theme:
      settings_.theme = static_cast<Theme>((static_cast<int>(settings_.theme) + 1) % 3);
      break;
    case Action::toggle_states:
      flip(settings_.panes.states);
      break;
    case Action::toggle_inspector:
      flip(settings_.panes.inspector);
      break;
    case Action::toggle_code:
      flip(settings_.panes.code);
      break;
    case Action::toggle_events:
      flip(settings_.panes.events);
      break;
    case Action::toggle_help:
      settings_.help = !settings_.help;
      break;
    case Action::close:
      if (settings_.help) {
        settings_.help = false;
      } else if (!notice_.empty()) {
        notice_.clear();
      } else {
        selection_ = {};
      }
      break;
    default:
      break;
  }
}

void App::apply_to_lesson(const Request& request) {
  LessonSession& lesson = *document_->lesson;
  const bool open = lesson.page().question_open();
  switch (request.action) {
    case Action::lesson_back:
    case Action::lesson_next: {
      if (request.action == Action::lesson_back) {
        lesson.back();
      } else {
        lesson.next();
      }
      answer_ = {};
      exercise_ = {};
      follow_lesson(true);
      break;
    }
    case Action::lesson_choose:
      if (open) answer_.choice = request.number;
      break;
    case Action::lesson_type:
      if (std::string* text = typed_into(); text && request.number != 8) {
        if (text->size() < 12) *text += static_cast<char>(request.number);
      } else if (text && !text->empty()) {
        text->pop_back();
      }
      break;
    case Action::exercise_focus:
      exercise_.focus = request.number;
      break;
    case Action::exercise_run:
      run_exercise();
      break;
    case Action::lesson_reveal:
      if (open && answer_.given()) reveal(answer_);
      break;
    case Action::lesson_give_up:
      if (open) reveal({});
      break;
    default:
      break;
  }
}

void App::reveal(const GivenAnswer& answer) {
  notice_ = document_->lesson->reveal(answer);
  if (!notice_.empty()) return;
  follow_lesson(false);
  answer_ = {};
  playback_.toggle();  // shows what the question asked about
}

void App::run_exercise() {
  notice_ = document_->lesson->try_exercise(exercise_.values);
  if (!notice_.empty()) return;
  follow_lesson(false);
  playback_.go_to(UINT32_MAX);  // shows the result
}

void App::follow_lesson(bool move) {
  const PageView& shown = document_->lesson->page();
  runs_ = document_->runs();
  layout_.reset();
  causes_.forget();
  const std::size_t run = std::min(shown.run, runs_.size() - 1);
  if (run != run_ || runs_[run].model->event_count() != playback_.event_count()) {
    run_ = run;
    playback_ = Playback{runs_[run].model->event_count()};
    move = true;
  }
  playback_.set_horizon(shown.horizon);
  if (!shown.exercise) {
    exercise_ = {};
  } else {
    exercise_.values.resize(shown.exercise->fields.size());
  }
  if (!move) return;
  exercise_.focus.reset();
  playback_.go_to(shown.at);
  settings_.stage = shown.activity ? StageView::activity : StageView::interaction;
  if (shown.zoom) settings_.zoom = *shown.zoom;
  // Keeps the panes that the user opened or closed, until the lesson asks for other panes.
  if (shown.panes != lesson_panes_) settings_.panes = lesson_panes_ = shown.panes;
  selection_ = shown.selection.value_or(Target{});
}

void App::select(Target target) {
  const bool after_horizon = target.kind == Target::Kind::event && target.id > playback_.reach();
  selection_ = after_horizon ? Target{} : target;
  const PageView* shown = page();
  if (shown && shown->question_open() && shown->question->kind == QuestionView::Kind::click) {
    answer_.click = selection_;
  }
}

void App::continue_on() {
  const PageView* shown = page();
  if (settings_.help) {
    settings_.help = false;
  } else if (shown) {
    apply_to_lesson({shown->question_open() ? Action::lesson_reveal : Action::lesson_next});
  } else if (!document_) {
    open_named(lesson_one);
  }
}

void App::advance(float seconds) {
  if (first_launch_) return first_launch_->advance(seconds);
  const Model* shown = model();
  if (!shown || !playback_.playing()) return;
  if (!snapshot().by_time()) return playback_.advance(seconds);
  const auto whole =
      static_cast<float>(std::max<std::int64_t>(1, shown->end_ns() - shown->start_ns()));
  playback_.advance(seconds, [&](std::uint32_t seq) {
    if (seq >= shown->event_count()) return 0.f;
    const std::int64_t from = seq == 0 ? shown->start_ns() : shown->event(seq).time_ns;
    const auto gap =
        static_cast<float>(std::max<std::int64_t>(0, shown->event(seq + 1).time_ns - from));
    return gap / whole * seconds_per_run / seconds_per_event;
  });
}

bool App::animating() const {
  return first_launch_ ? first_launch_->animating() : playback_.playing();
}

const figures::InteractionLayout& App::layout() {
  if (!layout_ || laid_out_ != model()) {
    laid_out_ = model();
    layout_.emplace(*laid_out_);
  }
  return *layout_;
}

Snapshot App::snapshot() const {
  Snapshot shown;
  shown.model = model();
  shown.runs = &runs_;
  shown.lesson = page();
  shown.playback = playback_;
  shown.settings = settings_;
  shown.selection = selection_;
  shown.answer = answer_;
  shown.exercise = exercise_;
  shown.title = document_ ? document_->title : std::string{};
  shown.notice = notice_;
  return shown;
}

}  // namespace proactor_lab::gui
