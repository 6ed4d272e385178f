// The elements of the interaction diagram: arrows with text, labels that avoid each other, badges
// and tokens.
#include <algorithm>
#include <cmath>

#include "traces/figures/interaction/interaction_painter.hpp"

namespace proactor_lab::figures {

/// Places a label so that it does not overlap existing labels and stays within the columns.
void InteractionPainter::label(Point at, const std::string& all_words, Ink ink, Anchor anchor,
                               float alpha, float size) {
  if (all_words.empty() || alpha <= 0) return;
  float room = std::min(at.x - columns_.gutter, columns_.right - at.x) * 2;
  if (anchor == Anchor::left) room = columns_.right - at.x;
  if (anchor == Anchor::right) room = at.x - columns_.gutter;
  constexpr float width_max = 260;
  std::string words = fit_text(all_words, std::clamp(room - 4, 0.f, width_max), size);
  if (words.empty()) return;
  float width = text_width(words, size);
  float left = at.x;
  if (anchor == Anchor::right) left -= width;
  if (anchor == Anchor::middle) left -= width / 2;
  Rect box{left - 3, at.y - 1, width + 6, size + 2};
  constexpr std::size_t labels_max = 300;  // in a window, more would not be readable
  if (!still_ && label_count_ >= labels_max) return;
  constexpr float shelf_height = 32;  // > label height: checking adjacent shelves suffices
  const int shelf = static_cast<int>(std::floor(box.y / shelf_height));
  for (int near = shelf - 1; near <= shelf + 1; ++near) {
    auto others = labels_.find(near);
    if (others == labels_.end()) continue;
    for (const Rect& other : others->second) {
      bool apart = other.right() <= box.x || box.right() <= other.x ||
                   other.bottom() - 2 <= box.y || box.bottom() - 2 <= other.y;
      if (!apart) return;
    }
  }
  labels_[shelf].push_back(box);
  ++label_count_;
  scene_.rectangle(box, Ink::panel, 3, 0.82f * alpha);
  scene_.text(at, words, {ink, size, Face::regular, anchor, alpha});
}

void InteractionPainter::badge(Point at, int step) {
  scene_.circle(at, 7.5f, Ink::text);
  scene_.text({at.x, at.y - 5.25f}, std::to_string(step),
              {Ink::background, 10.5f, Face::bold, Anchor::middle, 1});
}

void InteractionPainter::token(Point at, const std::string& words, Ink ink, float alpha,
                               Target target) {
  float half = std::max(9.f, text_width(words, 9.5f, Face::bold) / 2 + 4);
  Shape& shape = scene_.rectangle({at.x - half, at.y - 8.5f, 2 * half, 17}, ink, 8.5f, alpha);
  shape.stroke = Ink::background;
  shape.stroke_alpha = alpha;
  shape.target = target;
  scene_.text({at.x, at.y - 4.75f}, words, {Ink::on_fill, 9.5f, Face::bold, Anchor::middle, alpha});
}

void InteractionPainter::hand_over(const HandOver& what) {
  float slope = std::min(what.slope, row_height(what.seq));
  float grown = reveal(what.seq, slope);
  float end_y = y(what.seq);
  if (grown <= 0 || !visible(end_y - slope - 14, end_y + 10)) return;
  Point start{what.from_x, end_y - slope};
  Point tip{what.from_x + (what.to_x - what.from_x) * grown, start.y + slope * grown};
  bool current = what.seq >= at_.seq && !still_;
  float thickness = what.thin ? 1 : current ? 2.2f : 1.4f;
  Stroke stroke{what.ink, thickness, what.dashed ? Dash::dashed : Dash::solid, what.alpha};
  std::uint32_t operation =
      what.target.kind == Target::Kind::operation ? what.target.id : std::uint32_t{0};
  live(Motion::travels, what.seq, operation);
  Shape& arrow = scene_.arrow(start, tip, stroke);
  arrow.target = what.target;
  if (what.ends_at_band && grown >= 1) {
    Shape head = arrow;
    float length = std::min(10.f, std::abs(tip.x - start.x));
    float back = tip.x > start.x ? -length : length;
    head.from = {tip.x + back, tip.y + slope * back / (tip.x - start.x + 0.001f)};
    heads_.push_back(head);
  }
  live(Motion::fades, what.seq, operation);
  float words_width = text_width(what.words, 11);
  float words_left = what.anchor == Anchor::left ? what.words_x : what.words_x - words_width;
  auto line_y = [&](float x) {
    float share = (x - what.from_x) / (what.to_x - what.from_x + 0.001f);
    return start.y + slope * std::clamp(share, 0.f, 1.f);
  };
  float words_y = std::min(line_y(words_left), line_y(words_left + words_width)) - 14;
  float words_alpha = std::min(1.f, grown * 1.5f) * what.alpha;
  int step = layout_.step(what.seq);
  float words_x = what.words_x;
  if (step != 0) {
    float left = what.anchor == Anchor::left ? words_x : words_x - words_width - 4;
    left = std::max(left, columns_.gutter);  // a handler's name may be longer than its column
    if (what.anchor == Anchor::left) words_x += 21;
    badge({left + (what.anchor == Anchor::left ? 8.f : -6.f), words_y + 5.5f}, step);
  }
  label({words_x, words_y}, what.words, what.ink, what.anchor, words_alpha);
  if (film_ != nullptr && !what.token.empty()) {
    film_->tokens.push_back({what.seq, start, tip, what.token, what.ink, operation});
  }
  if (what.token.empty() || !current) return;
  float fade = what.seq == at_.seq ? 1 - at_.fraction : 1;
  float side = what.to_x > what.from_x ? -1.f : 1.f;
  tokens_.push_back(
      {{tip.x + side * 16, tip.y}, what.token, what.ink, fade * what.alpha, what.target});
}

void InteractionPainter::paint_heads_and_tokens() {
  for (const Shape& head : heads_) {
    Stroke stroke{head.stroke, head.thickness, Dash::solid, head.stroke_alpha};
    live(Motion::lands, head.life.since, head.life.operation);
    scene_.arrow(head.from, head.to, stroke).target = head.target;
  }
  for (const Token& one : tokens_) token(one.at, one.words, one.ink, one.alpha, one.target);
}

}  // namespace proactor_lab::figures
