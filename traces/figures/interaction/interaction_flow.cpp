// What moves besides the operations: threads with their marbles, blocking calls, the world.
#include <algorithm>

#include "traces/figures/interaction/interaction_painter.hpp"
#include "traces/figures/interaction_words.hpp"

namespace proactor_lab::figures {

namespace {

std::string marble_name(const ThreadRecord& thread) { return "T" + std::to_string(thread.id); }

}  // namespace

/// Threads in the same column are placed side by side.
float InteractionPainter::marble_x(std::size_t thread_place, const Place& place) const {
  if (place.spot == Spot::system) return lane_middle(place.lane);
  float room = columns_.blocking ? 250 : 40;
  float spacing = std::min(46.f, room / static_cast<float>(std::max(thread_count_, 1u)));
  float middle = static_cast<float>(thread_count_ - 1) / 2;
  if (thread_count_ == 0) middle = 0;
  return columns_.x_of(place.spot) + (static_cast<float>(thread_place) - middle) * spacing;
}

void InteractionPainter::paint_threads() {
  for (std::size_t i = 0; i < model_.threads().size(); ++i) {
    const ThreadRecord& thread = model_.threads()[i];
    const std::vector<Place>& places = layout_.places(static_cast<std::uint32_t>(i));
    if (places.empty() || !shown(places.front().from)) continue;
    if (columns_.blocking) {
      float x = marble_x(i, {0, Spot::initiator, false, 0, 0, 0});
      live(Motion::spans);
      scene_.line({x, top_}, {x, bottom_}, {Ink::text_faint, 1, Dash::dashed, 0.45f});
    }
    auto after =
        std::upper_bound(places.begin(), places.end(), first_visible_,
                         [](std::uint32_t seq, const Place& place) { return seq < place.from; });
    if (after != places.begin()) --after;
    for (auto place = after; place != places.end() && shown(place->from); ++place) {
      auto next = std::next(place);
      Place moved = *place;
      std::uint32_t until = next == places.end() ? 0 : until_shown(next->from);
      if (moved.spot == Spot::nowhere) continue;
      float x = marble_x(i, moved);
      float top = y(moved.from);
      float bottom =
          until == 0 ? (still_ ? bottom_ : now_y_) : std::min(y(until), std::max(now_y_, top));
      if (!visible(top, bottom) || bottom <= top) continue;
      top = near(top);
      bottom = near(bottom);
      bool handles = moved.spot == Spot::completion_handler;
      bool works = handles || (columns_.blocking && moved.handle != 0);
      float width = works ? 14.f : moved.spot == Spot::initiator ? 11.f : 8.f;
      Rect box{x - width / 2, top, width, bottom - top};
      Target target{Target::Kind::thread, thread.id};
      live(Motion::grows, moved.from, moved.operation);
      if (moved.waiting) {
        Shape& shape = scene_.rectangle(box, Ink::waiting, 3, 0.22f);
        ThreadActivity why = model_.activity_at(thread, moved.from);
        if (why == ThreadActivity::blocked_lock) shape.pattern = Pattern::diagonals;
        if (why == ThreadActivity::runnable) shape.pattern = Pattern::dots;
        shape.stroke = Ink::waiting;
        shape.stroke_alpha = 0.8f;
        shape.target = target;
        continue;
      }
      // Only work for a connection is coloured; the rest of a thread's life is neutral.
      Ink ink = works ? ink_of_handle(model_, moved.handle) : Ink::text_dim;
      scene_.rectangle(box, ink, 3, works ? 1.f : 0.55f).target = target;
    }
  }
}

void InteractionPainter::paint_marbles() {
  if (still_) return;
  for (std::size_t i = 0; i < model_.threads().size(); ++i) {
    const ThreadRecord& thread = model_.threads()[i];
    const std::vector<Place>& places = layout_.places(static_cast<std::uint32_t>(i));
    auto after =
        std::upper_bound(places.begin(), places.end(), at_.seq,
                         [](std::uint32_t seq, const Place& place) { return seq < place.from; });
    if (after == places.begin()) continue;
    const Place& here = *std::prev(after);
    if (here.spot == Spot::nowhere) continue;
    float x = marble_x(i, here);
    bool waiting = here.waiting;
    if (after != places.end() && after->from == at_.seq + 1 && after->spot != Spot::nowhere) {
      float gone = reveal(after->from);
      x += (marble_x(i, *after) - x) * gone;
      if (gone > 0.5f) waiting = after->waiting;
    }
    Target target{Target::Kind::thread, thread.id};
    Shape& marble = scene_.circle({x, now_y_}, 10.5f, waiting ? Ink::background : Ink::text);
    marble.stroke = waiting ? Ink::waiting : Ink::background;
    marble.thickness = waiting ? 2.f : 1.5f;
    marble.target = target;
    scene_.text({x, now_y_ - 4.75f}, marble_name(thread),
                {waiting ? Ink::text_dim : Ink::background, 9.5f, Face::bold, Anchor::middle, 1});
  }
}

/// A blocking call is drawn in the system's column like an operation, but with the thread inside.
void InteractionPainter::paint_calls() {
  if (last_visible_ == 0) return;
  for (std::uint32_t place : layout_.calls_between(first_visible_, last_visible_)) {
    const CallBand& call = layout_.calls()[place];
    if (!shown(call.band.from) || is_folded(call.band.lane)) continue;
    bool entered = happened(call.band.from);
    Ink ink = ink_of_handle(model_, call.handle);
    bool closed = happened(call.band.to);
    float top = y(call.band.from) - 4;
    float bottom = closed ? std::min(y(call.band.to), std::max(now_y_, top)) : now_y_;
    if (still_ && !closed) bottom = bottom_;
    if (entered && visible(top, bottom)) {
      top = near(top);
      bottom = near(bottom);
      Rect box{lane_x(call.band.lane) + 2, top, lane_width_ - 4, std::max(bottom - top, 3.f)};
      live(Motion::grows, call.band.from);
      Shape& shape = scene_.rectangle(box, ink, 6, 0.12f);
      shape.stroke = ink;
      shape.thickness = 1.2f;
      shape.target = {Target::Kind::thread, call.thread};
    }
    std::size_t thread = 0;
    while (thread < model_.threads().size() && model_.threads()[thread].id != call.thread) ++thread;
    std::string opcode(model_.trace().text(call.opcode));
    std::string letter = model_.letter_of_handle(call.handle);
    HandOver hand;
    hand.seq = call.band.from;
    hand.from_x = marble_x(thread, {0, Spot::initiator, false, 0, 0, 0}) + 8;
    hand.to_x = lane_x(call.band.lane) + 2;
    hand.ink = ink;
    hand.words = opcode + "(" + letter + ")";
    hand.words_x = columns_.border_x - 8;
    hand.anchor = Anchor::right;
    hand.target = {Target::Kind::thread, call.thread};
    hand_over(hand);
    if (!shown(call.band.to)) continue;
    std::swap(hand.from_x, hand.to_x);
    hand.seq = call.band.to;
    const Event& end = model_.event(call.band.to);
    hand.words = "returns " + std::to_string(end.value);
    hand_over(hand);
  }
}

void InteractionPainter::paint_events() {
  for (std::uint32_t seq = first_visible_; seq <= last_visible_; ++seq) {
    const Event& event = model_.event(seq);
    if (!shown(seq)) continue;
    switch (event.kind) {
      case EventKind::wait_entered:
      case EventKind::wait_returned:
        paint_wait(event);
        break;
      case EventKind::choice_made:
        paint_mark(event);
        break;
      case EventKind::note:
        paint_remark(event, std::string(model_.trace().text(event.text)), Ink::text_dim);
        break;
      case EventKind::fault_injected:
        paint_remark(event, "fault: " + std::string(model_.trace().text(event.label)), Ink::bad);
        break;
      case EventKind::readiness_reported:
        paint_remark(event, model_.name_of_handle(event.handle) + " is ready", Ink::system);
        break;
      case EventKind::poll_armed:
        paint_remark(event, "#" + std::to_string(event.operation) + ": poll", Ink::system);
        break;
      case EventKind::handed_to_worker:
        paint_remark(event, "#" + std::to_string(event.operation) + ": worker", Ink::system);
        break;
      default:
        break;
    }
  }
}

void InteractionPainter::paint_wait(const Event& event) {
  HandOver hand;
  hand.seq = event.seq;
  hand.ink = Ink::text_dim;
  hand.to_x = columns_.demultiplexer_x - 6;
  hand.target = {Target::Kind::event, event.seq};
  if (event.kind == EventKind::wait_returned) {
    float at = y(event.seq);
    live(Motion::fades, event.seq);
    if (columns_.roles || !visible(at - 14, at)) return;
    std::string words =
        event.value == 1 ? "1 is ready" : std::to_string(event.value) + " are ready";
    if (event.value == 0) words = "nothing yet";
    label({columns_.demultiplexer_x - 9, at - 9}, words, Ink::text_dim, Anchor::right,
          reveal(event.seq));
    return;
  }
  // The first wait comes directly from the program that starts the loop.
  Spot from = Spot::proactor;
  for (std::size_t i = 0; i < model_.threads().size(); ++i) {
    if (model_.threads()[i].id != event.thread) continue;
    const std::vector<Place>& places = layout_.places(static_cast<std::uint32_t>(i));
    auto here =
        std::lower_bound(places.begin(), places.end(), event.seq,
                         [](const Place& place, std::uint32_t seq) { return place.from < seq; });
    if (here != places.begin()) from = std::prev(here)->spot;
  }
  hand.from_x = columns_.x_of(from) + 6;
  bool starts = from == Spot::initiator;
  if (hand.to_x - hand.from_x < 20 && !columns_.roles) return;
  hand.words = starts ? "run the event loop" : "wait";
  hand.words_x = hand.from_x + 6;
  if (columns_.roles && !starts) return;
  hand_over(hand);
}

/// Marks a choice with a dot beside the time.
void InteractionPainter::paint_mark(const Event& event) {
  float at = y(event.seq);
  if (!visible(at - 4, at + 4)) return;
  live(Motion::fades, event.seq);
  Shape& dot = scene_.circle({columns_.gutter - 4, at}, 2.6f, Ink::cancelled, reveal(event.seq));
  dot.target = {Target::Kind::event, event.seq};
}

void InteractionPainter::paint_remark(const Event& event, const std::string& words, Ink ink) {
  float at = y(event.seq);
  if (!visible(at - 14, at)) return;
  live(Motion::fades, event.seq);
  float x = event.thread != 0 ? columns_.initiator_x + 12 : columns_.border_x + 14;
  label({x, at - 8}, words, ink, Anchor::left, reveal(event.seq));
}

}  // namespace proactor_lab::figures
