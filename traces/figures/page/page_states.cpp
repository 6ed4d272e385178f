#include "traces/figures/page/page_states.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "traces/figures/states/states.hpp"

namespace proactor_lab::figures {

namespace {

constexpr float width = 330;
constexpr float height = 300;

struct Token {
  std::uint32_t operation = 0;
  Point at;
  float alpha = 1;
  std::vector<Shape> shapes;  // relative to `at`
};

struct Picture {
  std::vector<std::size_t> still;  // indices of kept shapes
  std::vector<Token> tokens;
};

Picture picture_of(const Scene& scene, PageShapes& shapes) {
  Picture picture;
  for (const Shape& shape : scene.shapes()) {
    if (shape.life.operation == 0) {
      picture.still.push_back(shapes.kept(shape));
      continue;
    }
    const bool begins =
        picture.tokens.empty() || picture.tokens.back().operation != shape.life.operation;
    if (begins) {
      Token& token = picture.tokens.emplace_back();
      token.operation = shape.life.operation;
      token.at = shape.from;  // the token's disc comes first
      token.alpha = shape.fill_alpha;
    }
    Token& token = picture.tokens.back();
    Shape moved = shape;
    moved.from = {shape.from.x - token.at.x, shape.from.y - token.at.y};
    moved.box.x -= token.at.x;
    moved.box.y -= token.at.y;
    if (moved.fill_alpha < 1) moved.fill_alpha = 1;
    token.shapes.push_back(moved);
  }
  return picture;
}

/// The difference from `before`: [place, item, place, item...], which may lengthen the list, or
/// [-1, every item...].
std::string changes(const std::vector<std::size_t>& before, const std::vector<std::size_t>& now) {
  JsonList list('[');
  if (before.size() > now.size()) {
    list.number(std::int64_t{-1});
    for (const std::size_t thing : now) list.number(static_cast<std::int64_t>(thing));
    return list.take();
  }
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (i < before.size() && before[i] == now[i]) continue;
    list.number(static_cast<std::int64_t>(i));
    list.number(static_cast<std::int64_t>(now[i]));
  }
  return list.take();
}

const Token* token_of(const Picture& picture, std::uint32_t operation) {
  const auto found = std::find_if(picture.tokens.begin(), picture.tokens.end(),
                                  [&](const Token& token) { return token.operation == operation; });
  return found == picture.tokens.end() ? nullptr : &*found;
}

class StatesRecorder {
 public:
  explicit StatesRecorder(PageShapes& shapes) : shapes_(shapes) {}

  /// Frame: [still, tokens, still during the transition, moves].
  void add(const Picture& here, const Picture* half, const Picture* next) {
    JsonList frame('[');
    frame.raw(changes(before_, here.still));
    std::vector<std::size_t> tokens;
    for (const Token& token : here.tokens) tokens.push_back(placed(token));
    frame.raw(changes(tokens_before_, tokens));
    if (half != nullptr) {
      frame.raw(changes(here.still, half->still));
      JsonList moves('[');
      for (const Token& token : half->tokens) add_move(moves, token, here, *next);
      frame.raw(moves.take());
    }
    frames_.raw(frame.take());
    before_ = here.still;
    tokens_before_ = std::move(tokens);
  }

  std::string take() { return frames_.take(); }
  std::string faces() { return faces_.take(); }
  std::string placements() { return placements_.take(); }

 private:
  /// A token's shapes, stored once for all tokens that look the same.
  std::size_t face(const Token& token) {
    JsonList list('[');
    for (const Shape& shape : token.shapes) {
      list.number(static_cast<std::int64_t>(shapes_.kept(shape)));
    }
    std::string text = list.take();
    const auto [place, is_new] = face_places_.try_emplace(text, face_places_.size());
    if (is_new) faces_.raw(text);
    return place->second;
  }

  /// Index of [face, x, y, opacity in hundredths, operation].
  std::size_t placed(const Token& token) {
    JsonList list('[');
    list.number(static_cast<std::int64_t>(face(token)));
    put(list, token.at, token.alpha);
    list.number(static_cast<std::int64_t>(token.operation));
    std::string text = list.take();
    const auto [place, is_new] = placement_places_.try_emplace(text, placement_places_.size());
    if (is_new) placements_.raw(text);
    return place->second;
  }

  static void put(JsonList& list, Point at, float alpha) {
    list.number(at.x);
    list.number(at.y);
    list.number(static_cast<std::int64_t>(alpha * 100 + 0.5f));
  }

  /// [operation, face, from: x, y, opacity, to: x, y, opacity] for a token that moves. If the token
  /// is not drawn separately before or after the transition, the picture half way supplies that
  /// end.
  void add_move(JsonList& moves, const Token& half, const Picture& picture, const Picture& after) {
    const Token* here = token_of(picture, half.operation);
    const Token* next = token_of(after, half.operation);
    if (here != nullptr && here->at.x == half.at.x && here->at.y == half.at.y &&
        here->shapes.size() == half.shapes.size()) {
      return;
    }
    const auto mirrored = [&](Point p) { return Point{2 * half.at.x - p.x, 2 * half.at.y - p.y}; };
    Point from = here != nullptr ? here->at : next != nullptr ? mirrored(next->at) : half.at;
    Point to = here != nullptr ? mirrored(from) : next != nullptr ? next->at : half.at;
    const bool appears = half.alpha < 0.99f && here == nullptr;
    JsonList list('[');
    list.number(static_cast<std::int64_t>(half.operation));
    list.number(static_cast<std::int64_t>(face(half)));
    put(list, from, appears ? 0 : half.alpha);
    put(list, to, appears ? 1 : half.alpha);
    moves.raw(list.take());
  }

  PageShapes& shapes_;
  std::vector<std::size_t> before_;
  std::vector<std::size_t> tokens_before_;
  std::map<std::string, std::size_t> face_places_;
  std::map<std::string, std::size_t> placement_places_;
  JsonList placements_{'['};
  JsonList faces_{'['};
  JsonList frames_{'['};
};

}  // namespace

std::string page_states(const Model& model, std::uint32_t first, std::uint32_t last,
                        PageShapes& shapes) {
  StatesOptions options;
  options.width = width;
  options.height = height;
  options.horizon = last;
  const auto at = [&](std::uint32_t seq, float fraction) {
    options.at = {seq, fraction};
    return picture_of(states_scene(model, options), shapes);
  };
  StatesRecorder recorder(shapes);
  Picture here = at(first - 1, 0);
  for (std::uint32_t seq = first - 1; seq <= last; ++seq) {
    if (seq == last) {
      recorder.add(here, nullptr, nullptr);
      break;
    }
    if (model.event(seq + 1).operation == 0) {  // no state changes
      recorder.add(here, &here, &here);
      continue;
    }
    const Picture half = at(seq, 0.5f);
    Picture next = at(seq + 1, 0);
    recorder.add(here, &half, &next);
    here = std::move(next);
  }
  JsonList out('{');
  out.member("width", json_number(width));
  out.member("height", json_number(height));
  out.member("frames", recorder.take());
  out.member("faces", recorder.faces());
  out.member("tokens", recorder.placements());
  return out.take();
}

}  // namespace proactor_lab::figures
