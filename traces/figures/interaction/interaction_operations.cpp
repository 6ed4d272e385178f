// The U of an operation: out along the top, down a band in the system's column, back along the
// bottom.
#include <algorithm>

#include "traces/figures/interaction/interaction_painter.hpp"
#include "traces/figures/interaction_words.hpp"
#include "traces/model/verbs.hpp"

namespace proactor_lab::figures {

namespace {

constexpr float tray_height = 9;

std::string number_of(const OperationRecord& operation) {
  return "#" + std::to_string(operation.id);
}

Target target_of(const OperationRecord& operation) {
  return {Target::Kind::operation, operation.id};
}

}  // namespace

void InteractionPainter::paint_operations() {
  if (last_visible_ == 0) return;
  std::vector<std::uint32_t> places = model_.operations_between(first_visible_, last_visible_);
  const std::vector<OperationRecord>& operations = model_.operations();
  // Arrows first: they pass behind the bands of other operations.
  for (std::uint32_t place : places) {
    paint_initiation(operations[place], layout_.band(place));
    for (const CompletionRecord& each :
         model_.completions_between(operations[place], first_visible_, last_visible_)) {
      paint_completion(operations[place], each, place);
    }
  }
  for (std::uint32_t place : places) paint_band(operations[place], layout_.band(place));
  if (folds_) paint_fold();
  for (std::uint32_t place : places) {
    paint_cancel_ring(operations[place], layout_.band(place));
    for (const CompletionRecord& each :
         model_.completions_between(operations[place], first_visible_, last_visible_)) {
      paint_queue_slot(operations[place], each, place);
      paint_dispatch(operations[place], each, place);
    }
  }
}

void InteractionPainter::paint_band(const OperationRecord& operation, const Band& band) {
  if (!happened(band.from) || is_folded(band.lane)) return;
  bool closed = happened(band.to);
  float top = std::min(y(band.from), now_y_);
  float bottom = closed ? std::min(y(band.to), std::max(now_y_, top)) : now_y_;
  if (still_ && !closed) bottom = bottom_;
  if (!visible(top, bottom)) return;
  top = near(top);
  bottom = near(bottom);
  float alpha = alpha_of(operation.id);
  Ink ink = ink_of_handle(model_, operation.handle);
  Rect box{lane_x(band.lane) + 2, top, lane_width_ - 4, std::max(bottom - top, 3.f)};
  bool inferred = model_.event(band.from).certainty == Certainty::inferred;
  float radius = std::min({8.f, box.width / 2, box.height / 2});
  live(Motion::grows, band.from, operation.id);
  scene_.rectangle(box, Ink::panel, radius);
  Shape& shape = scene_.rectangle(box, ink, radius, 0.24f * alpha);
  shape.stroke = ink;
  shape.stroke_alpha = alpha;
  shape.thickness = 1.6f;
  shape.dash = inferred ? Dash::dashed : Dash::solid;
  shape.target = target_of(operation);
  paint_band_label(box, operation, band);
  if (closed) paint_outcome(box, operation);
}

/// The label stays at the top of the visible part, so that a long band always shows its name.
void InteractionPainter::paint_band_label(Rect box, const OperationRecord& operation,
                                          const Band& band) {
  float alpha = alpha_of(operation.id);
  Ink ink = ink_of_handle(model_, operation.handle);
  float at = std::max(box.y, top_) + 4;
  float room = box.bottom() - at;
  std::string number = number_of(operation);
  std::string opcode(model_.trace().text(operation.opcode));
  if (room < 27 && text_width(number + " " + opcode, 10, Face::bold) <= box.width - 4) {
    number += " " + opcode;  // no room for two lines
  }
  float size = text_width(number, 11, Face::bold) <= box.width - 4 ? 11.f : 9.f;
  TextStyle style{ink == Ink::waiting ? Ink::text : ink, size, Face::bold, Anchor::middle, alpha};
  if (room < 12 || text_width(number, size, Face::bold) > box.width) return;
  scene_.set_life({Motion::sticks, band.from, 0, operation.id, box.bottom()});
  scene_.text({box.middle_x(), at}, number, style);
  at += 12;
  if (room >= 27 && text_width(opcode, 10) <= box.width - 2) {
    style.size = 10;
    style.face = Face::regular;
    scene_.text({box.middle_x(), at}, opcode, style);
    at += 13;
  }
  std::string letter = model_.letter_of_handle(operation.handle);
  bool moves = operation.buffer != 0;
  if (room >= (moves ? 78 : 54) && !letter.empty()) {
    scene_.text({box.middle_x(), at + 2}, letter, {ink, 18, Face::bold, Anchor::middle, alpha});
    at += 24;
  }
  if (moves && band.from != 0) paint_trays(box, operation, at);
}

/// A receive lends an empty tray and gets it back full; a send lends a full one.
void InteractionPainter::paint_trays(Rect box, const OperationRecord& operation,
                                     float label_bottom) {
  bool sends = verb_named(model_.trace().text(operation.opcode)).opcode == Opcode::send;
  float alpha = alpha_of(operation.id);
  Ink ink = ink_of_handle(model_, operation.handle);
  float width = std::min(box.width - 8, 30.f);
  if (width < 8) return;
  Rect tray{box.middle_x() - width / 2, label_bottom + 3, width, tray_height};
  float moved = reveal(operation.moved);
  float moved_y = operation.moved == 0 || moved <= 0 ? 1e9f : y(operation.moved) + 4;
  bool room_for_both = moved <= 0 ? tray.bottom() <= box.bottom() : tray.bottom() + 3 <= moved_y;
  // A film shows it until the bytes move, even if there is finally no room for both.
  Life lent{Motion::sticks, layout_.band(place_of(operation)).from, 0, operation.id, box.bottom()};
  if (!room_for_both) lent.until = operation.moved;
  if (room_for_both || film_ != nullptr) paint_tray(tray, ink, sends ? 1 : 0, alpha, lent);
  if (moved <= 0) return;
  tray.y = std::max(label_bottom + 2, std::min(moved_y, box.bottom() - tray_height - 3));
  Life full{Motion::fills, operation.moved, 0, operation.id, 0};
  paint_tray(tray, ink, sends ? 1 - moved : moved, alpha, full);
}

void InteractionPainter::paint_tray(Rect box, Ink ink, float filled, float alpha, Life life) {
  scene_.set_life(life);
  if (filled > 0) {
    Rect content{box.x, box.y, box.width * filled, box.height};
    scene_.rectangle(content, ink, 2, 0.95f * alpha);
  }
  scene_.outline(box, {ink, 1.2f, Dash::solid, alpha}, 2).target = {Target::Kind::operation,
                                                                    life.operation};
}

/// Marks an outcome other than ok on the band.
void InteractionPainter::paint_outcome(Rect box, const OperationRecord& operation) {
  Outcome outcome = model_.outcome(operation);
  if (outcome == Outcome::none || outcome == Outcome::ok) return;
  float alpha = alpha_of(operation.id);
  Ink ink = ink_of_outcome(outcome);
  std::string words(name_of(outcome));
  float width = text_width(words, 9.5f, Face::bold) + 10;
  Rect pill{box.middle_x() - width / 2, box.bottom() - 7, width, 14};
  live(Motion::lands, operation.completed, operation.id);
  Shape& shape = scene_.rectangle(pill, Ink::background, 7, alpha);
  shape.stroke = ink;
  shape.stroke_alpha = alpha;
  shape.target = target_of(operation);
  scene_.text({box.middle_x(), pill.middle_y() - 4.75f}, words,
              {ink, 9.5f, Face::bold, Anchor::middle, alpha});
}

/// From the initiator to the border. The operation waits there until it is submitted, and then
/// moves into its band.
void InteractionPainter::paint_initiation(const OperationRecord& operation, const Band& band) {
  if (!shown(operation.initiated)) return;
  Ink ink = ink_of_handle(model_, operation.handle);
  float alpha = alpha_of(operation.id);
  Spot spot = operation.initiated_in != 0 ? Spot::completion_handler : Spot::initiator;
  float bar = operation.initiated_in != 0 ? 8.f : 6.f;
  HandOver out;
  out.seq = operation.initiated;
  out.from_x = columns_.x_of(spot) + bar;
  // If several wait to be submitted, each has its own position.
  float park_x = columns_.park_x + static_cast<float>(operation.id % 4) * 5 - 8;
  out.to_x = park_x;
  out.ink = ink;
  out.words = call_words(model_, operation, at_.seq);
  out.words_x = out.from_x + 6;
  out.token = number_of(operation);
  out.target = target_of(operation);
  out.alpha = alpha;
  hand_over(out);
  if (reveal(operation.initiated) < 1) return;
  paint_submission(operation, band, park_x);
}

/// Two steps: submitted moves it to the border, started into its band.
void InteractionPainter::paint_submission(const OperationRecord& operation, const Band& band,
                                          float park_x) {
  constexpr float slope = 7;
  Ink ink = ink_of_handle(model_, operation.handle);
  float alpha = alpha_of(operation.id);
  std::uint32_t handed = operation.submitted != 0 ? operation.submitted : operation.started;
  float grown = reveal(handed, slope);
  float from_y = y(operation.initiated);
  float until_y = grown > 0 ? y(handed) - std::min(slope, row_height(handed)) : now_y_;
  if (visible(from_y, until_y) && until_y > from_y) {
    live(Motion::grows, operation.initiated, operation.id);
    scene_.line({park_x, near(from_y)}, {park_x, near(until_y)},
                {ink, 1.4f, Dash::dotted, 0.8f * alpha});
  }
  if (grown <= 0) return;
  float border_x = columns_.border_x;
  float crossed_y = y(handed);
  float to_y = until_y + (crossed_y - until_y) * grown;
  Stroke stroke{ink, 1.4f, Dash::solid, alpha};
  if (visible(until_y, to_y)) {
    live(Motion::travels, handed, operation.id);
    scene_.line({park_x, until_y}, {park_x + (border_x - park_x) * grown, to_y}, stroke);
  }
  if (!shown(band.from)) return;
  HandOver in;
  in.seq = band.from;
  in.from_x = border_x;
  in.to_x = lane_x(band.lane) + 2;
  in.ink = ink;
  in.alpha = alpha;
  in.token = number_of(operation);
  in.target = target_of(operation);
  in.dashed = model_.event(band.from).certainty == Certainty::inferred;
  float since = y(band.from) - crossed_y;
  in.ends_at_band = true;
  in.slope = std::clamp(since, 0.f, slope);
  if (since > slope && visible(crossed_y, y(band.from))) {
    stroke.dash = Dash::dotted;
    live(Motion::grows, handed, operation.id);
    scene_.line({border_x, near(crossed_y)}, {border_x, near(y(band.from) - slope)}, stroke);
  }
  hand_over(in);
}

void InteractionPainter::paint_completion(const OperationRecord& operation,
                                          const CompletionRecord& completion, std::uint32_t place) {
  const Band& band = layout_.band(place);
  if (!shown(completion.queued)) return;
  Ink ink = ink_of_handle(model_, operation.handle);
  HandOver back;
  back.seq = completion.queued;
  back.from_x = band.from == 0 ? columns_.lanes_left : lane_x(band.lane) + lane_width_ / 2;
  back.to_x = queue_slot_x(layout_.queue_stay(place, completion).slot) + 6;
  back.ink = ink;
  std::string result =
      completion.completed == 0 ? "" : result_words(model_, operation, completion.result);
  if (model_.outcome(operation, completion.result) == Outcome::cancelled)
    result = "";  // its badge is beside it
  back.words = result;
  back.words_x = columns_.border_x + 28;
  back.token = number_of(operation);
  back.target = target_of(operation);
  back.alpha = alpha_of(operation.id);
  back.dashed = model_.event(completion.queued).certainty == Certainty::inferred;
  float since = completion.completed == 0 ? 0 : y(completion.queued) - y(completion.completed);
  back.slope = since > 0 && since < 60 ? since - 1 : 10;
  hand_over(back);
}

void InteractionPainter::paint_queue_slot(const OperationRecord& operation,
                                          const CompletionRecord& completion, std::uint32_t place) {
  if (!shown(completion.queued) || reveal(completion.queued) < 1) return;
  std::uint32_t end = layout_.queue_stay(place, completion).end;
  bool taken = shown(end);
  float top = y(completion.queued);
  float bottom = taken ? std::min(y(end), now_y_) : now_y_;
  if (still_ && !taken) bottom = bottom_;
  if (!visible(top, bottom)) return;
  top = near(top);
  bottom = near(bottom);
  float alpha = alpha_of(operation.id);
  Ink ink = ink_of_handle(model_, operation.handle);
  Rect box{queue_slot_x(layout_.queue_stay(place, completion).slot) - 5, top - 4, 10,
           std::max(bottom - top + 4, 8.f)};
  live(Motion::grows, completion.queued, operation.id);
  Shape& shape = scene_.rectangle(box, ink, 3, alpha);
  shape.stroke = Ink::panel;
  shape.target = target_of(operation);
}

/// The first completion in the queue is on the border; further ones alternate left and right of it.
float InteractionPainter::queue_slot_x(std::uint32_t slot) const {
  auto step = static_cast<float>((slot % 5 + 1) / 2);
  return columns_.border_x + (slot % 2 == 0 ? 10.f : -10.f) * step;
}

void InteractionPainter::paint_dispatch(const OperationRecord& operation,
                                        const CompletionRecord& completion, std::uint32_t place) {
  Ink ink = ink_of_handle(model_, operation.handle);
  HandOver taken;
  taken.seq = completion.dequeued;
  taken.ink = ink;
  taken.target = target_of(operation);
  taken.alpha = alpha_of(operation.id);
  taken.token = number_of(operation);
  if (shown(completion.dequeued)) {
    taken.from_x = queue_slot_x(layout_.queue_stay(place, completion).slot) - 6;
    taken.to_x = columns_.proactor_x + 6;
    taken.words = "dequeue " + number_of(operation);
    taken.words_x = columns_.border_x - 30;
    taken.anchor = Anchor::right;
    hand_over(taken);
  }
  if (shown(completion.entered)) {
    taken.seq = completion.entered;
    taken.from_x = columns_.proactor_x - 6;
    taken.to_x = columns_.handler_x + 9;
    std::string handler(model_.trace().text(operation.handler));
    std::string letter = model_.letter_of_handle(operation.handle);
    taken.words =
        (handler.empty() ? "handler" : handler) + (letter.empty() ? "" : "(" + letter + ")");
    taken.words_x = taken.from_x - 2;
    taken.anchor = Anchor::right;
    hand_over(taken);
  }
  if (shown(completion.exited)) {
    taken.seq = completion.exited;
    taken.from_x = columns_.handler_x + 8;
    taken.to_x = columns_.proactor_x - 6;
    taken.words = taken.token = "";
    taken.ink = Ink::text_faint;
    taken.dashed = taken.thin = true;
    hand_over(taken);
  }
}

/// A cancel is only a request: the ring is drawn on a band that continues until the system answers.
void InteractionPainter::paint_cancel_ring(const OperationRecord& operation, const Band& band) {
  if (!shown(operation.cancel_requested) || !happened(band.from)) return;
  float at = y(operation.cancel_requested);
  if (!visible(at - 12, at + 12)) return;
  float alpha = alpha_of(operation.id) * reveal(operation.cancel_requested);
  live(Motion::fades, operation.cancel_requested, operation.id);
  Point centre{lane_middle(band.lane), at};
  Stroke stroke{Ink::cancelled, 1.2f, Dash::dotted, alpha};
  scene_.line({columns_.border_x + 2, at}, {centre.x - 10, at}, stroke);
  label({columns_.border_x + 28, at - 14}, "cancel it", Ink::cancelled, Anchor::left, alpha);
  Shape& ring = scene_.circle(centre, 9, Ink::background, 0.6f * alpha);
  ring.stroke = Ink::cancelled;
  ring.stroke_alpha = alpha;
  ring.thickness = 2;
  ring.target = target_of(operation);
  constexpr float arm = 3.5f;
  stroke = {Ink::cancelled, 2, Dash::solid, alpha};
  scene_.line({centre.x - arm, at - arm}, {centre.x + arm, at + arm}, stroke);
  scene_.line({centre.x - arm, at + arm}, {centre.x + arm, at - arm}, stroke);
}

/// If more operations are in flight than there are sublanes, the last sublane shows all the others.
void InteractionPainter::paint_fold() {
  std::uint32_t lane = lane_capacity_ - 1;
  std::uint32_t folded = 0;
  std::uint32_t since = 0;
  float top = 1e9f;
  float bottom = -1e9f;
  for (std::uint32_t place : model_.operations_between(first_visible_, last_visible_)) {
    const Band& band = layout_.band(place);
    if (!shown(band.from) || !is_folded(band.lane)) continue;
    top = std::min(top, y(band.from));
    since = since == 0 ? band.from : std::min(since, band.from);
    if (shown(band.to)) {
      bottom = std::max(bottom, y(band.to));
    } else {
      bottom = still_ ? bottom_ : now_y_;
      ++folded;
    }
  }
  if (bottom <= top || !visible(top, bottom)) return;
  top = near(top);
  bottom = near(bottom);
  Rect box{lane_x(lane) + 2, top, lane_width_ - 4, bottom - top};
  live(Motion::grows, since);
  Shape& shape = scene_.rectangle(box, Ink::waiting, 4, 0.3f);
  shape.stroke = Ink::waiting;
  shape.pattern = Pattern::diagonals;
  if (folded == 0 || film_ != nullptr) return;
  label({box.middle_x(), bottom - 16}, "+" + std::to_string(folded), Ink::text, Anchor::middle, 1,
        10);
}

}  // namespace proactor_lab::figures
