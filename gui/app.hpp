// The window's state and the functions that change it. It owns the document and draws itself in a
// Dear ImGui frame. The frames may come from a window, an offscreen renderer or a test.
#pragma once

#include <optional>
#include <string>

#include "gui/document/document.hpp"
#include "gui/paint/fonts.hpp"
#include "gui/panes/first_launch.hpp"
#include "gui/view/cause_chain.hpp"
#include "gui/view/keys.hpp"
#include "gui/view/view.hpp"

namespace proactor_lab::gui {

class App {
 public:
  App() = default;

  /// Replaces the open document.
  void open(Document document);
  /// Opens a document by name; an error is shown in the window.
  void open_named(const std::string& name);
  /// Shows the three requests of the first screen.
  void start_first_launch(FirstLaunchRuns runs);
  void say(std::string notice) { notice_ = std::move(notice); }

  void press(Key key);
  /// Text input. While a lesson asks for a number, characters are its digits.
  void type(char32_t character);
  void apply(const Request& request);

  /// Advances playing animations by `seconds` of real time.
  void advance(float seconds);
  /// True if later frames change without user input.
  bool animating() const;

  /// Draws everything and applies the requests that resulted.
  void draw(const Fonts& fonts);

  const Playback& playback() const { return playback_; }
  const ViewSettings& settings() const { return settings_; }
  ViewSettings& settings() { return settings_; }
  const LessonSession* lesson() const { return document_ ? document_->lesson.get() : nullptr; }
  const Model* model() const { return document_ ? runs_[run_].model : nullptr; }
  /// Of the run that is shown: made for the first frame that needs it, kept until another is shown.
  const figures::InteractionLayout& layout();
  const std::string& notice() const { return notice_; }
  bool in_first_launch() const { return first_launch_.has_value(); }
  FirstLaunch* first_launch() { return first_launch_ ? &*first_launch_ : nullptr; }
  const figures::Target& selection() const { return selection_; }
  /// What the frame shows. Valid until the next change.
  Snapshot snapshot() const;

 private:
  void draw_panes(const Fonts& fonts, Requests& requests);
  void apply_to_view(const Request& request);
  void apply_to_lesson(const Request& request);
  void select(figures::Target target);
  void continue_on();
  /// Applies the lesson's page: its run, its horizon and, if `move` is true, its moment and panes.
  void follow_lesson(bool move);
  void reveal(const GivenAnswer& answer);
  const PageView* page() const;
  void run_exercise();
  /// The text that typed characters edit; null if they are key commands.
  std::string* typed_into();

  std::optional<FirstLaunch> first_launch_;
  std::optional<Document> document_;
  std::vector<NamedRun> runs_;
  std::size_t run_ = 0;
  std::optional<figures::InteractionLayout> layout_;
  const Model* laid_out_ = nullptr;
  Playback playback_;
  ViewSettings settings_;
  PaneSet lesson_panes_;  ///< the panes that the lesson asked for last
  figures::Target selection_;
  GivenAnswer answer_;
  ExerciseInput exercise_;
  std::string notice_;
  CauseChain causes_;
};

}  // namespace proactor_lab::gui
