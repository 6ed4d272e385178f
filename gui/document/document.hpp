// What the window shows: one or more runs and, optionally, a lesson about them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gui/document/lesson_view.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::gui {

/// A trace and its model. They are kept together because the model refers to the trace.
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
  std::string title;                        ///< shown in the header bar
  std::string notice;                       ///< a remark about the document: "cut short", ...
  std::vector<std::unique_ptr<Run>> owned;  ///< empty if the lesson owns the runs
  std::unique_ptr<LessonSession> lesson;    ///< null for a trace or a scenario

  /// All runs of the document; never empty.
  std::vector<NamedRun> runs() const;
};

/// A document for a trace in memory.
Document document_of(Trace trace, std::string title = {});
/// A document for a lesson's runs.
Document document_of(std::unique_ptr<LessonSession> lesson);

/// Opens a lesson, a scenario (and runs it) or a trace. `name` is a path, or the name of a lesson
/// or scenario shipped with the program. Throws InputError.
Document open_document(const std::string& name);

}  // namespace proactor_lab::gui
