// What the window has open: a run to look at and, perhaps, a lesson about it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gui/document/lesson_view.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::gui {

/// A trace and the model of it, kept together because the model refers to the trace.
class Run {
 public:
  explicit Run(Trace trace) : trace_(std::move(trace)), model_(trace_) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const Trace& trace() const { return trace_; }
  const Model& model() const { return model_; }

 private:
  Trace trace_;
  Model model_;
};

struct Document {
  std::string title;                        ///< what the breadcrumb says
  std::string notice;                       ///< something to know about it: "cut short", ...
  std::vector<std::unique_ptr<Run>> owned;  ///< none where a lesson has the runs
  std::unique_ptr<LessonSession> lesson;    ///< none for a trace or a scenario

  /// What there is to look at; never empty.
  std::vector<NamedRun> runs() const;
};

/// A document of a trace in memory: tests and the first launch.
Document document_of(Trace trace, std::string title = {});
/// A document of a lesson's runs.
Document document_of(std::unique_ptr<LessonSession> lesson);

/// Opens a lesson, a scenario (which runs it) or a trace: a path, or the name of a lesson or a
/// scenario that comes with the program. Throws InputError.
Document open_document(const std::string& name);

}  // namespace proactor_lab::gui
