#include "traces/figures/states/states.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "traces/figures/interaction_words.hpp"

namespace proactor_lab::figures {

namespace {

constexpr float box_height = 32;
constexpr float token_radius = 9.5f;
constexpr std::uint32_t tokens_max = 12;  // more tokens are drawn as one pile with their number
constexpr float done_token_alpha = 0.55f;

/// One state of the U: the application's are on the left, the operating system's on the right.
struct StatePlace {
  OperationState state;
  bool system;
  int row;
};

constexpr std::array<StatePlace, 7> state_places = {{
    {OperationState::initiated, false, 0},
    {OperationState::submitted, true, 0},
    {OperationState::done, false, 1},
    {OperationState::in_flight, true, 1},
    {OperationState::handling, false, 2},
    {OperationState::completed, true, 3},
    {OperationState::queued, false, 3},
}};

struct Edge {
  OperationState from;
  OperationState to;
  const char* verb;
};

constexpr std::array<Edge, 6> edges = {{
    {OperationState::initiated, OperationState::submitted, "submit"},
    {OperationState::submitted, OperationState::in_flight, "start"},
    {OperationState::in_flight, OperationState::completed, "complete"},
    {OperationState::completed, OperationState::queued, "queue"},
    {OperationState::queued, OperationState::handling, "dispatch"},
    {OperationState::handling, OperationState::done, "return"},
}};

class StatesPainter {
 public:
  StatesPainter(const Model& model, const StatesOptions& options)
      : model_(model), options_(options), scene_(options.width, options.height) {
    limit_ = std::min(options.horizon, model.event_count());
    at_ = options.at;
    if (at_.seq >= limit_) at_ = {limit_, 0};
    compact_ = options.height < 270;
  }

  Scene paint() {
    find_tokens();
    paint_headings();
    for (const Edge& edge : edges) paint_edge(edge);
    if (abandoned_count(at_.seq) > 0) paint_abandoned();
    for (const StatePlace& place : state_places) paint_box(place);
    paint_tokens();
    paint_legend();
    return std::move(scene_);
  }

 private:
  struct TokenNow {
    const OperationRecord* operation = nullptr;
    OperationState now = OperationState::none;
    OperationState next = OperationState::none;
    Point from;
    Point to;
    bool piled_now = false;
    bool piled_next = false;
  };

  float box_width() const { return std::min(108.f, options_.width * 0.31f); }

  Rect box_of(OperationState state) const {
    if (state == OperationState::abandoned) {
      Rect flight = box_of(OperationState::in_flight);
      return {flight.x - box_width() * 0.62f - 34, flight.y + 46, box_width() * 0.8f, 24};
    }
    const StatePlace* place = std::find_if(state_places.begin(), state_places.end(),
                                           [&](const StatePlace& p) { return p.state == state; });
    if (place == state_places.end()) return {};
    float legend = compact_ ? 0 : 40;
    float first = 28;
    float step = (options_.height - first - legend - box_height - 14) / 3;
    float inset = 14;
    float x = place->system ? options_.width - inset - box_width() : inset;
    return {x, first + step * static_cast<float>(place->row), box_width(), box_height};
  }

  /// Number of tokens in each state. Tokens of finished operations are only counted.
  struct Crowd {
    std::array<std::uint32_t, operation_state_count> in_state{};
    std::uint32_t& operator[](OperationState s) { return in_state[static_cast<std::size_t>(s)]; }
  };

  void find_tokens() {
    std::uint32_t next_seq = at_.fraction > 0 ? at_.seq + 1 : at_.seq;
    // Live and abandoned operations, and the finished ones if few enough to be drawn separately.
    std::uint32_t done = model_.done_at(next_seq);
    std::uint32_t since = done <= tokens_max ? 1 : at_.seq;
    if (model_.first_abandoned() != 0) since = std::min(since, model_.first_abandoned());
    for (std::uint32_t place : model_.operations_between(std::max(since, 1u), next_seq)) {
      const OperationRecord& operation = model_.operations()[place];
      TokenNow token;
      token.operation = &operation;
      token.now = model_.state_at(operation, at_.seq);
      token.next = model_.state_at(operation, next_seq);
      if (token.next == OperationState::none) continue;
      ++now_[token.now];
      ++next_[token.next];
      tokens_.push_back(token);
    }
    now_[OperationState::done] = model_.done_at(at_.seq);
    next_[OperationState::done] = done;
    place_tokens(&TokenNow::now, &TokenNow::from, &TokenNow::piled_now, now_);
    place_tokens(&TokenNow::next, &TokenNow::to, &TokenNow::piled_next, next_);
    for (TokenNow& token : tokens_) nudge_dequeued(token, next_seq);
  }

  void place_tokens(OperationState TokenNow::*state, Point TokenNow::*where, bool TokenNow::*piled,
                    Crowd& crowd) {
    Crowd seen;
    for (TokenNow& token : tokens_) {
      OperationState in = token.*state;
      std::uint32_t count = crowd[in];
      std::uint32_t index = seen[in]++;
      Rect box = box_of(in == OperationState::none ? OperationState::initiated : in);
      token.*piled = count > tokens_max;
      if (token.*piled) {
        token.*where = {box.x + 10, box.y};
        continue;
      }
      float room = box.width - 8;
      float spacing =
          std::min(2 * token_radius - 1, room / static_cast<float>(std::max(count, 2u) - 1));
      token.*where = {box.x + 4 + spacing * static_cast<float>(index), box.y};
      if (in == OperationState::none) token.*where = {box.x - 4, box.y + box.height / 2};
    }
  }

  /// Dequeued is not a state; its token is half way between queued and handling.
  void nudge_dequeued(TokenNow& token, std::uint32_t next_seq) const {
    const OperationRecord& operation = *token.operation;
    if (operation.dequeued == 0) return;
    Rect queued = box_of(OperationState::queued);
    Rect handling = box_of(OperationState::handling);
    Point half{queued.x + 24, (handling.bottom() + queued.y) / 2};
    if (token.now == OperationState::queued && operation.dequeued <= at_.seq) token.from = half;
    if (token.next == OperationState::queued && operation.dequeued <= next_seq) token.to = half;
  }

  std::uint32_t abandoned_count(std::uint32_t seq) {
    return seq == 0 ? 0 : next_[OperationState::abandoned];
  }

  void paint_headings() {
    Rect left = box_of(OperationState::initiated);
    Rect right = box_of(OperationState::submitted);
    scene_.text({left.middle_x(), 2}, "application",
                {Ink::application, 11, Face::regular, Anchor::middle, 1});
    scene_.text({right.middle_x(), 2}, "operating system",
                {Ink::system, 11, Face::regular, Anchor::middle, 1});
    float middle = options_.width / 2;
    scene_.line({middle, 6}, {middle, box_of(OperationState::queued).bottom() + 4},
                {Ink::kernel_border, 2, Dash::solid, 0.35f});
  }

  bool leads_now(const Edge& edge) const {
    return std::any_of(tokens_.begin(), tokens_.end(), [&](const TokenNow& token) {
      return token.now != token.next && token.now == edge.from && token.next == edge.to;
    });
  }

  void paint_edge(const Edge& edge) {
    Rect from = box_of(edge.from);
    Rect to = box_of(edge.to);
    bool active = leads_now(edge);
    Stroke stroke{active ? Ink::accent : Ink::text_faint, active ? 2.f : 1.2f, Dash::solid, 1};
    std::string dwell;
    if (auto median = model_.median_dwell_at(edge.from, at_.seq)) {
      dwell = *median == 0 ? "at once" : format_duration(*median);
    }
    TextStyle verb{active ? Ink::accent : Ink::text_dim, 11, Face::regular, Anchor::middle, 1};
    TextStyle time{Ink::text_faint, 10, Face::regular, Anchor::middle, 1};
    bool across = std::abs(from.y - to.y) < 1;
    if (across) {
      bool right = to.x > from.x;
      Point start{right ? from.right() : from.x, from.middle_y()};
      Point end{right ? to.x - 2 : to.right() + 2, to.middle_y()};
      scene_.arrow(start, end, stroke);
      float middle = (start.x + end.x) / 2;
      Rect chip{middle - 19, start.y - 17, 38, 12};
      scene_.rectangle(chip, Ink::background, 3, 0.75f);
      scene_.text({middle, start.y - 17}, edge.verb, verb);
      scene_.text({middle, start.y + 4}, dwell, time);
      return;
    }
    bool down = to.y > from.y;
    float x = from.middle_x();
    scene_.arrow({x, down ? from.bottom() : from.y}, {x, down ? to.y - 2 : to.bottom() + 2},
                 stroke);
    float middle = down ? (from.bottom() + to.y) / 2 : (from.y + to.bottom()) / 2;
    float text_x = x + 9;  // tokens move on the other side
    verb.anchor = time.anchor = Anchor::left;
    scene_.text({text_x, middle - (dwell.empty() ? 5.5f : 11)}, edge.verb, verb);
    scene_.text({text_x, middle + 2}, dwell, time);
  }

  void paint_abandoned() {
    Rect box = box_of(OperationState::abandoned);
    Rect flight = box_of(OperationState::in_flight);
    scene_.arrow({flight.x, flight.bottom() - 4}, {box.right() - 8, box.y - 2},
                 {Ink::bad, 1.2f, Dash::dashed, 1});
    Shape& shape = scene_.rectangle(box, Ink::panel_raised, 6);
    shape.stroke = Ink::bad;
    shape.target = {Target::Kind::state, static_cast<std::uint32_t>(OperationState::abandoned)};
    scene_.text({box.middle_x(), box.middle_y() - 5.5f}, "abandoned",
                {Ink::bad, 11, Face::regular, Anchor::middle, 1});
  }

  void paint_box(const StatePlace& place) {
    Rect box = box_of(place.state);
    std::uint32_t count = now_[place.state];
    const TokenNow* arriving = nullptr;
    for (const TokenNow& token : tokens_) {
      if (token.now != token.next && token.next == place.state) arriving = &token;
    }
    bool occupied = count > 0 && place.state != OperationState::done;
    Shape& shape = scene_.rectangle(box, occupied ? Ink::panel_raised : Ink::panel, 7);
    shape.stroke = arriving != nullptr ? Ink::accent : occupied ? Ink::text_dim : Ink::grid;
    shape.thickness = arriving != nullptr ? 2.f : 1.2f;
    shape.target = {Target::Kind::state, static_cast<std::uint32_t>(place.state)};
    scene_.text({box.middle_x(), box.middle_y() - 5}, std::string(name_of(place.state)),
                {occupied ? Ink::text : Ink::text_dim, 12.5f, occupied ? Face::bold : Face::regular,
                 Anchor::middle, 1});
    if (count > tokens_max) paint_pile(place.state, box, count);
  }

  void paint_pile(OperationState state, Rect box, std::uint32_t count) {
    std::string words = "×" + std::to_string(count);
    float width = text_width(words, 11, Face::bold) + 14;
    bool faint = state == OperationState::done;
    for (int i = 2; i >= 0; --i) {
      float shift = static_cast<float>(i) * 2.5f;
      Rect pill{box.x + 2 + shift, box.y - 10 - shift, width, 19};
      Shape& shape = scene_.rectangle(pill, faint ? Ink::panel_raised : Ink::waiting, 9.5f);
      shape.stroke = faint ? Ink::text_faint : Ink::background;
      if (i > 0) continue;
      scene_.text({pill.middle_x(), pill.middle_y() - 5.5f}, words,
                  {faint ? Ink::text_dim : Ink::on_fill, 11, Face::bold, Anchor::middle, 1});
    }
  }

  void paint_tokens() {
    const TokenNow* followed = nullptr;
    for (const TokenNow& token : tokens_) {
      if (is_followed(token)) {
        followed = &token;
      } else {
        paint_token(token);
      }
    }
    if (followed != nullptr) paint_token(*followed);  // on top of the others
  }

  bool is_followed(const TokenNow& token) const {
    return options_.selection.kind == Target::Kind::operation &&
           options_.selection.id == token.operation->id;
  }

  void paint_token(const TokenNow& token) {
    bool still =
        token.now == token.next && token.from.x == token.to.x && token.from.y == token.to.y;
    bool followed = is_followed(token);
    if (still && token.piled_now && !followed) return;  // drawn as part of its pile
    float f = at_.fraction * at_.fraction * (3 - 2 * at_.fraction);
    float appear = token.now == OperationState::none ? f : 1;
    Point at{token.from.x + (token.to.x - token.from.x) * f,
             token.from.y + (token.to.y - token.from.y) * f};
    const OperationRecord& operation = *token.operation;
    Ink ink = ink_of_handle(model_, operation.handle);
    bool done = token.now == OperationState::done && token.next == OperationState::done;
    float alpha = appear * (done && !followed ? done_token_alpha : 1);
    scene_.set_life({Motion::none, 0, 0, operation.id, 0});
    if (followed) {
      Shape& halo = scene_.circle(at, token_radius + 5, Ink::playhead, 0.25f);
      halo.stroke = Ink::playhead;
      halo.thickness = 1.5f;
    }
    Shape& shape = scene_.circle(at, token_radius, ink, alpha);
    bool judged = operation.completed != 0 && operation.completed <= at_.seq;
    Outcome outcome = judged ? model_.outcome(operation) : Outcome::none;
    bool badge = outcome != Outcome::none && outcome != Outcome::ok;
    shape.stroke = badge ? ink_of_outcome(outcome) : Ink::background;
    shape.thickness = badge ? 3.f : 1.2f;
    shape.target = {Target::Kind::operation, operation.id};
    std::string number = std::to_string(operation.id);
    float size = number.size() <= 2 ? 10.f : number.size() == 3 ? 8.5f : 7.f;
    scene_.text({at.x, at.y - size / 2}, number,
                {Ink::on_fill, size, Face::bold, Anchor::middle, alpha});
    bool asked = operation.cancel_requested != 0 && operation.cancel_requested <= at_.seq;
    if (asked && !judged) {
      scene_.outline({at.x - token_radius - 3, at.y - token_radius - 3, 2 * token_radius + 6,
                      2 * token_radius + 6},
                     {Ink::cancelled, 1.8f, Dash::dashed, 1}, token_radius + 3);
    }
    scene_.set_life({});
  }

  void paint_legend() {
    if (compact_) return;
    float y = options_.height - 24;
    float x = 14;
    scene_.text({x, y}, "Outcome", {Ink::text_dim, 11, Face::regular, Anchor::left, 1});
    x += text_width("Outcome", 11) + 9;
    constexpr std::array outcomes = {Outcome::ok, Outcome::short_transfer, Outcome::end_of_stream,
                                     Outcome::error, Outcome::cancelled};
    float room = options_.width - 14 - x;
    float words = 0;
    for (Outcome outcome : outcomes) words += text_width(std::string(name_of(outcome)), 10);
    float padding = std::clamp((room - words - 4 * 5) / 10, 3.f, 8.f);
    for (Outcome outcome : outcomes) {
      std::string name(name_of(outcome));
      Ink ink = ink_of_outcome(outcome);
      Rect pill{x, y - 3, text_width(name, 10) + 2 * padding, 18};
      if (pill.right() > options_.width) return;
      scene_.outline(pill, {ink, 1.2f, Dash::solid, 1}, 9);
      scene_.text({pill.middle_x(), pill.middle_y() - 5}, name,
                  {ink, 10, Face::regular, Anchor::middle, 1});
      x = pill.right() + 5;
    }
  }

  const Model& model_;
  StatesOptions options_;
  Scene scene_;
  std::uint32_t limit_ = 0;
  Moment at_;
  bool compact_ = false;
  std::vector<TokenNow> tokens_;
  Crowd now_;
  Crowd next_;
};

}  // namespace

Scene states_scene(const Model& model, const StatesOptions& options) {
  return StatesPainter(model, options).paint();
}

}  // namespace proactor_lab::figures
