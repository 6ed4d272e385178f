// Paints one scene of the interaction diagram. Private to the figure.
//
// All painting is by event: `reveal(seq)` is the part of event `seq` that has happened by the
// playhead. Nothing later than the playhead is drawn.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "traces/figures/interaction/interaction.hpp"
#include "traces/figures/interaction/interaction_columns.hpp"
#include "traces/figures/interaction/interaction_film.hpp"
#include "traces/figures/interaction/interaction_layout.hpp"

namespace proactor_lab::figures {

/// What is handed from one column to another at an event.
struct HandOver {
  std::uint32_t seq = 0;
  float from_x = 0;
  float to_x = 0;
  Ink ink = Ink::text_dim;
  std::string words;
  float words_x = 0;
  Anchor anchor = Anchor::left;
  std::string token;  ///< drawn at the tip while the event is the current one
  Target target;
  float alpha = 1;
  float slope = 8;  ///< vertical distance between its start and its end
  bool dashed = false;
  bool thin = false;
  bool ends_at_band = false;
};

/// The tag of an operation, drawn on an arrow.
struct Token {
  Point at;
  std::string words;
  Ink ink = Ink::text_dim;
  float alpha = 1;
  Target target;
};

/// The range of events that a still picture shows.
struct Sheet {
  std::uint32_t first = 1;
  std::uint32_t last = 0;
};

class InteractionPainter {
 public:
  InteractionPainter(const InteractionLayout& layout, const InteractionOptions& options);
  InteractionPainter(const InteractionLayout& layout, const InteractionOptions& options,
                     Sheet sheet);
  Scene paint();
  /// Paints a sheet into `film`, with the data for what moves.
  void record(InteractionFilm& film);

 private:
  static constexpr float header_height = 66;
  static constexpr float bottom_margin = 8;

  InteractionPainter(const InteractionLayout& layout, InteractionOptions options,
                     const Sheet* sheet);

  // interaction.cpp: the frame
  void find_view(const Sheet* sheet);
  void paint_panels();
  void paint_headings();
  void paint_lifelines();
  void paint_gutter();
  void paint_breaks();
  void paint_playhead();
  void paint_playhead_label();
  void paint_border_label();

  // interaction_film.cpp
  void record_marbles();

  // interaction_operations.cpp: the U
  void paint_operations();
  void paint_band(const OperationRecord& operation, const Band& band);
  void paint_band_label(Rect box, const OperationRecord& operation, const Band& band);
  void paint_trays(Rect box, const OperationRecord& operation, float label_bottom);
  void paint_tray(Rect box, Ink ink, float filled, float alpha, Life life);
  void paint_outcome(Rect box, const OperationRecord& operation);
  void paint_initiation(const OperationRecord& operation, const Band& band);
  void paint_submission(const OperationRecord& operation, const Band& band, float park_x);
  void paint_completion(const OperationRecord& operation, const CompletionRecord& completion,
                        std::uint32_t place);
  void paint_queue_slot(const OperationRecord& operation, const CompletionRecord& completion,
                        std::uint32_t place);
  void paint_dispatch(const OperationRecord& operation, const CompletionRecord& completion,
                      std::uint32_t place);
  void paint_cancel_ring(const OperationRecord& operation, const Band& band);
  void paint_fold();

  // interaction_flow.cpp: threads, the world, calls
  void paint_threads();
  void paint_bar(const ThreadRecord& thread, const Place& place, std::uint32_t until);
  void paint_marbles();
  void paint_calls();
  void paint_events();
  void paint_wait(const Event& event);
  void paint_mark(const Event& event);
  void paint_remark(const Event& event, const std::string& words, Ink ink);
  float marble_x(std::size_t thread_place, const Place& place) const;

  // interaction_world.cpp: what travels between clients and the system
  void paint_flights();
  void paint_incoming(const Flight& flight);
  void paint_outgoing(const Flight& flight);
  void paint_on_the_way(const Flight& flight, float x, float from_y, Ink ink, float alpha);
  Ink flight_ink(const Flight& flight, bool knows_end) const;
  float system_edge(const Flight& flight, std::uint32_t seq) const;

  // Coordinates, visibility and opacity
  double raw_y(std::uint32_t seq) const;
  float y(std::uint32_t seq) const { return static_cast<float>(raw_y(seq) - scroll_) + top_; }
  float row_height(std::uint32_t seq) const;
  float reveal(std::uint32_t seq, float slope = 8) const;
  bool shown(std::uint32_t seq) const { return seq != 0 && reveal(seq) > 0; }
  bool happened(std::uint32_t seq) const { return seq != 0 && seq <= at_.seq; }
  bool visible(float y_top, float y_bottom) const;
  /// Clamps y to slightly outside the picture, so that long shapes stay short.
  float near(float y) const { return std::clamp(y, top_ - 40, bottom_ + 40); }
  float alpha_of(std::uint32_t operation) const;
  float lane_x(std::uint32_t lane) const;
  float lane_middle(std::uint32_t lane) const { return lane_x(lane) + lane_width_ / 2; }
  bool is_folded(std::uint32_t lane) const { return folds_ && lane + 1 >= lane_capacity_; }
  std::uint32_t until_shown(std::uint32_t seq) const { return shown(seq) ? seq : 0; }

  // interaction_marks.cpp: arrows, labels, badges, tokens
  void hand_over(const HandOver& what);
  void label(Point at, const std::string& all_words, Ink ink, Anchor anchor, float alpha,
             float size = 11);
  void badge(Point at, int step);
  void token(Point at, const std::string& words, Ink ink, float alpha, Target target);
  void paint_heads_and_tokens();
  float queue_slot_x(std::uint32_t slot) const;
  std::uint32_t place_of(const OperationRecord& operation) const {
    return static_cast<std::uint32_t>(&operation - model_.operations().data());
  }
  /// Shapes painted after this call appear with `motion` at event `since`.
  void live(Motion motion, std::uint32_t since = 0, std::uint32_t operation = 0) {
    scene_.set_life({motion, since, 0, operation, 0});
  }

  const InteractionLayout& layout_;
  const Model& model_;
  InteractionOptions options_;
  Columns columns_;
  Scene scene_;
  std::uint32_t limit_ = 0;  ///< events after this one are ignored
  Moment at_;
  bool still_ = false;  ///< a sheet: no playhead
  double scroll_ = 0;
  double time_scale_ = 0;  ///< Axis::time: pixels per nanosecond
  float top_ = header_height;
  float bottom_ = 0;
  float now_y_ = 0;
  std::uint32_t first_visible_ = 1;
  std::uint32_t last_visible_ = 0;
  std::uint32_t lane_capacity_ = 0;
  float lane_width_ = 0;
  bool folds_ = false;
  std::uint32_t thread_count_ = 0;
  std::map<int, std::vector<Rect>> labels_;  ///< boxes of the labels painted so far, by shelf of y
  std::size_t label_count_ = 0;
  std::vector<Shape> heads_;   ///< of arrows that end at a band; painted above the bands
  std::vector<Token> tokens_;  ///< painted last, above the bands
  InteractionFilm* film_ = nullptr;
};

}  // namespace proactor_lab::figures
