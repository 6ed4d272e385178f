#include "traces/figures/interaction/interaction_ground.hpp"

#include <algorithm>

namespace proactor_lab::figures {

namespace {

TextColumns columns_for_text(int columns, bool blocking) {
  TextColumns at;
  constexpr int time_end = TextGround::time_end;
  int room = columns - time_end;
  auto share = [&](int percent) { return time_end + room * percent / 100; };
  at.initiator = share(4);
  at.handler = share(14);
  at.proactor = share(34);
  at.demultiplexer = share(45);
  at.border = share(blocking ? 45 : 58);
  at.lanes = at.border + 5;
  at.world = columns - 2;
  at.network = at.world - 4;
  at.lane_count = std::max(1, (at.network - at.lanes) / TextGround::lane_cells);
  return at;
}

}  // namespace

TextGround::TextGround(const Model& model, int columns)
    : model_(model),
      layout_(model),
      columns_(std::max(columns, columns_min)),
      blocking_(layout_.blocks_by(model.event_count())),
      at_(columns_for_text(columns_, blocking_)) {}

int TextGround::lane_x(const Band& band) const {
  int lane = static_cast<int>(std::min<std::uint32_t>(band.lane, 10000));
  return at_.lanes + lane_cells * std::min(lane, at_.lane_count - 1);
}

const Band& TextGround::band_of(const OperationRecord& operation) const {
  auto place = static_cast<std::uint32_t>(&operation - model_.operations().data());
  return layout_.band(place);
}

int TextGround::thread_x(std::size_t thread_place, Spot spot) const {
  switch (spot) {
    case Spot::completion_handler:
      return at_.handler;
    case Spot::proactor:
      return at_.proactor;
    case Spot::demultiplexer:
      return at_.demultiplexer;
    default:
      break;
  }
  if (!blocking_) return at_.initiator;
  int spacing = std::clamp(
      (at_.border - 22 - at_.initiator) / std::max(static_cast<int>(model_.threads().size()), 1), 2,
      6);
  return at_.initiator + static_cast<int>(std::min<std::size_t>(thread_place, 100)) * spacing;
}

const Place* TextGround::place_of(std::size_t thread_place, std::uint32_t seq) const {
  if (thread_place >= model_.threads().size()) return nullptr;
  const std::vector<Place>& places = layout_.places(static_cast<std::uint32_t>(thread_place));
  auto after = std::upper_bound(places.begin(), places.end(), seq,
                                [](std::uint32_t s, const Place& p) { return s < p.from; });
  return after == places.begin() ? nullptr : &*std::prev(after);
}

std::size_t TextGround::thread_place(std::uint16_t id) const {
  std::size_t place = 0;
  while (place < model_.threads().size() && model_.threads()[place].id != id) ++place;
  return place;
}

TextLine TextGround::ground(std::uint32_t seq) const {
  TextLine line(columns_);
  if (!blocking_) {
    for (int x : {at_.initiator, at_.handler, at_.proactor, at_.demultiplexer}) line.set(x, U'│');
  }
  line.set(at_.world, U'│');
  line.set(at_.border, U'║');
  put_threads(line, seq);
  int queued = 0;
  for (std::uint32_t place : model_.operations_between(seq, seq)) {
    const OperationRecord& operation = model_.operations()[place];
    const Band& band = layout_.band(place);
    if (band.from != 0 && band.from <= seq && (band.to == 0 || band.to > seq)) {
      line.set(lane_x(band), U'┃');
    }
    for (const CompletionRecord& each : model_.completions_between(operation, seq, seq)) {
      const std::uint32_t taken = layout_.queue_stay(place, each).end;
      bool waits = each.queued != 0 && each.queued < seq && (taken == 0 || taken > seq);
      if (waits && queued < 6) line.set(at_.border - 1 - queued++, U'▪');
    }
  }
  for (std::uint32_t place : layout_.flights_between(seq, seq)) {
    const Flight& flight = layout_.flights()[place];
    if (flight.sent < seq && flight.arrived != seq) line.set(at_.network, U'┊');
  }
  for (std::uint32_t place : layout_.calls_between(seq, seq)) {
    const CallBand& call = layout_.calls()[place];
    const Place* thread = place_of(thread_place(call.thread), seq);
    bool waits = thread != nullptr && thread->waiting;
    if (call.band.to == 0 || call.band.to > seq) {
      line.set(lane_x(call.band), waits ? U'░' : U'█');
    }
  }
  return line;
}

int TextGround::edge_of(const Flight& flight, std::uint32_t seq) const {
  if (const OperationRecord* operation = model_.operation(flight.operation)) {
    if (band_of(*operation).from != 0) return lane_x(band_of(*operation));
  }
  for (std::uint32_t place : layout_.calls_between(seq, seq)) {
    const CallBand& call = layout_.calls()[place];
    if (flight.thread != 0 && call.thread == flight.thread) return lane_x(call.band);
  }
  return at_.lanes;
}

void TextGround::put_threads(TextLine& line, std::uint32_t seq) const {
  for (std::size_t i = 0; i < model_.threads().size(); ++i) {
    const Place* place = place_of(i, seq);
    if (place == nullptr || place->spot == Spot::nowhere) continue;
    if (place->spot == Spot::system) {
      line.set(thread_x(i, Spot::initiator), U'╎');
      continue;
    }
    line.set(thread_x(i, place->spot), place->waiting ? U'░' : U'█');
  }
}

}  // namespace proactor_lab::figures
