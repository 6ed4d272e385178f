// The window's panes: one function and one file per pane. Each draws within `box` and appends the
// user's requests to `requests`.
#pragma once

#include "gui/paint/canvas.hpp"
#include "gui/view/cause_chain.hpp"
#include "gui/view/layout.hpp"
#include "gui/view/view.hpp"

namespace proactor_lab::gui {

void draw_header(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                 Requests& requests);
void draw_lesson(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                 Requests& requests);
/// An exercise's fields and its button, in the lesson's column. Returns the height used.
float draw_exercise(const Canvas& canvas, figures::Point at, float width, const Snapshot& snapshot,
                    Requests& requests);
void draw_tabs(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
               Requests& requests);
void draw_stage(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                Requests& requests);
/// Describes the current event in words.
void draw_narration(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot);
void draw_transport(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                    Requests& requests);
/// The run as a strip of bars below the playhead. A press or drag moves the playhead.
void draw_overview(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                   Requests& requests);
void draw_code(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot);
void draw_events(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                 Requests& requests);
void draw_states(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                 Requests& requests);
void draw_inspector(const Canvas& canvas, figures::Rect box, const Snapshot& snapshot,
                    CauseChain& causes, Requests& requests);
/// All keys, drawn over all panes.
void draw_help(const Canvas& canvas, figures::Rect window, Requests& requests);
/// An important message over the stage: what went wrong and what to do.
void draw_notice(const Canvas& canvas, figures::Rect stage, const Snapshot& snapshot,
                 Requests& requests);

/// Our logo: an operation on its way around, and the completion that returns.
void draw_logo(const Canvas& canvas, figures::Point centre, float radius);

}  // namespace proactor_lab::gui
