// What travels between the clients and the system. It takes time: until it arrives it is drawn in
// the gap between the two.
#include <algorithm>

#include "traces/figures/interaction/interaction_painter.hpp"
#include "traces/figures/interaction_words.hpp"

namespace proactor_lab::figures {

void InteractionPainter::paint_flights() {
  if (last_visible_ == 0) return;
  for (std::uint32_t place : layout_.flights_between(first_visible_, last_visible_)) {
    const Flight& flight = layout_.flights()[place];
    if (!shown(flight.sent)) continue;
    if (flight.outgoing) {
      paint_outgoing(flight);
    } else {
      paint_incoming(flight);
    }
  }
}

/// A client's event may name no connection; then the operation that receives the bytes determines
/// it.
Ink InteractionPainter::flight_ink(const Flight& flight, bool knows_end) const {
  std::uint32_t handle = flight.handle;
  if (handle == 0 && knows_end) {
    if (const OperationRecord* operation = model_.operation(flight.operation)) {
      handle = operation->handle;
    } else if (flight.arrived != 0) {
      for (std::uint32_t place : layout_.calls_between(flight.arrived, flight.arrived)) {
        const CallBand& call = layout_.calls()[place];
        if (call.thread == flight.thread) handle = call.handle;
      }
    }
  }
  Ink ink = ink_of_handle(model_, handle);
  return ink == Ink::waiting ? Ink::world : ink;
}

/// Where the flight enters or leaves the system: at the band of its operation or call.
float InteractionPainter::system_edge(const Flight& flight, std::uint32_t seq) const {
  if (const OperationRecord* operation = model_.operation(flight.operation)) {
    auto place = static_cast<std::uint32_t>(operation - model_.operations().data());
    const Band& band = layout_.band(place);
    if (band.from != 0 && band.from <= seq) return lane_x(band.lane) + lane_width_ - 1;
  }
  for (std::uint32_t place : layout_.calls_between(seq, seq)) {
    const CallBand& call = layout_.calls()[place];
    if (flight.thread != 0 && call.thread == flight.thread) {
      return lane_x(call.band.lane) + lane_width_ - 1;
    }
  }
  return columns_.lanes_right + 6;
}

void InteractionPainter::paint_on_the_way(const Flight& flight, float x, float from_y, Ink ink,
                                          float alpha) {
  bool arrived = shown(flight.arrived);
  float until_y = now_y_;
  if (arrived) until_y = y(flight.arrived) - std::min(8.f, row_height(flight.arrived));
  if (still_ && !arrived) until_y = bottom_;
  if (until_y <= from_y || !visible(from_y, until_y)) return;
  live(Motion::grows, flight.sent, flight.operation);
  scene_.line({x, near(from_y)}, {x, near(until_y)}, {ink, 1.6f, Dash::dotted, 0.8f * alpha});
}

void InteractionPainter::paint_incoming(const Flight& flight) {
  const Event& sent = model_.event(flight.sent);
  bool arrived = shown(flight.arrived);
  Ink ink = flight_ink(flight, arrived);
  float alpha = alpha_of(arrived ? flight.operation : 0);
  float network_x = columns_.network_x + static_cast<float>(flight.sent % 3) * 4 - 4;
  HandOver hand;
  hand.seq = flight.sent;
  hand.from_x = columns_.world_x;
  hand.to_x = network_x;
  hand.ink = ink;
  hand.alpha = alpha;
  hand.target = {Target::Kind::event, flight.sent};
  hand.words = client_words(model_, sent);
  hand.words_x = columns_.world_x + 8;
  hand.anchor = Anchor::right;
  hand_over(hand);
  if (!happened(flight.sent)) return;
  paint_on_the_way(flight, network_x, y(flight.sent), ink, alpha);
  if (!arrived) return;
  hand.seq = flight.arrived;
  hand.from_x = network_x;
  hand.to_x = system_edge(flight, flight.arrived);
  hand.words = "";
  hand.ends_at_band = true;
  if (flight.operation != 0) hand.target = {Target::Kind::operation, flight.operation};
  hand_over(hand);
}

void InteractionPainter::paint_outgoing(const Flight& flight) {
  bool arrived = shown(flight.arrived);
  Ink ink = flight_ink(flight, true);
  float alpha = alpha_of(flight.operation);
  float network_x = columns_.network_x + static_cast<float>(flight.sent % 3) * 4 - 4;
  HandOver hand;
  hand.seq = flight.sent;
  hand.from_x = system_edge(flight, flight.sent);
  hand.to_x = network_x;
  hand.ink = ink;
  hand.alpha = alpha;
  hand.target = {Target::Kind::operation, flight.operation};
  hand_over(hand);
  if (!happened(flight.sent)) return;
  paint_on_the_way(flight, network_x, y(flight.sent), ink, alpha);
  if (!arrived) return;
  hand.seq = flight.arrived;
  hand.from_x = network_x;
  hand.to_x = columns_.world_x;
  hand.words = client_words(model_, model_.event(flight.arrived));
  hand.words_x = columns_.world_x + 8;
  hand.anchor = Anchor::right;
  hand_over(hand);
}

}  // namespace proactor_lab::figures
