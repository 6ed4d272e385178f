// The lesson: the current step, its prose, its question, and the result of the guess.
#include <algorithm>
#include <string>

#include <imgui.h>

#include "gui/paint/rich_text.hpp"
#include "gui/panes/panes.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::Rect;

namespace {

constexpr float margin = 22;
constexpr float footer = 82;

/// Draws "STEP 5 OF 9" above a row of bars; the bars of completed steps are bright.
float draw_progress(const Canvas& canvas, Point at, float width, const PageView& page) {
  draw_caption(canvas, at,
               "STEP " + std::to_string(page.step + 1) + " OF " + std::to_string(page.step_count));
  const auto count = std::max<std::size_t>(1, page.step_count);
  const float pitch = std::min(20.f, width / static_cast<float>(count));
  for (std::size_t i = 0; i < count; ++i) {
    const Rect bar{at.x + pitch * static_cast<float>(i), at.y + 21, pitch - 4, 4};
    canvas.fill(bar, i < page.step ? Ink::accent : i == page.step ? Ink::text : Ink::grid, 2);
  }
  return 44;
}

/// Draws one choice, as tall as its text. After the reveal it is marked right, wrong, or neither.
float draw_choice(const Canvas& canvas, Point at, float width, std::size_t index,
                  const QuestionView& question, const Snapshot& snapshot, Requests& requests) {
  const ChoiceView& choice = question.choices[index];
  const GivenAnswer& answer = question.answered ? question.answer : snapshot.answer;
  const bool chosen = answer.choice == index;
  const figures::TextStyle style{Ink::text, 14};
  constexpr float line_height = 19;
  const float height =
      canvas.paragraph({0, 0}, width - 46, choice.text, style, line_height, false) + 12;
  const Rect box{at.x, at.y, width, height};
  Ink mark = chosen ? Ink::accent : Ink::grid;
  if (question.answered && choice.correct) mark = Ink::good;
  if (question.answered && chosen && !choice.correct) mark = Ink::bad;
  if (!question.answered) {
    ImGui::PushID(static_cast<int>(index));
    const Press press = canvas.press("choice", box);
    ImGui::PopID();
    if (press.hovered && !chosen) canvas.fill(box, Ink::panel_raised, 6);
    if (press.clicked) {
      requests.push_back({Action::lesson_choose, static_cast<std::uint32_t>(index)});
    }
  }
  if (mark != Ink::grid) canvas.fill(box, mark, 6, 0.16f);
  canvas.outline(box, mark, 6);
  const Point dot{box.x + 17, box.y + 6 + line_height / 2};
  if (question.answered && (choice.correct || chosen)) {
    canvas.text({dot.x, dot.y - 7}, choice.correct ? "✓" : "✗",
                {mark, 14, Face::bold, Anchor::middle});
  } else {
    canvas.ring(dot, 5.5f, chosen ? Ink::accent : Ink::text_faint, 1.5f);
    if (chosen) canvas.disc(dot, 3, Ink::accent);
  }
  canvas.paragraph({box.x + 34, box.y + 6 + (line_height - 14) / 2}, width - 46, choice.text, style,
                   line_height);
  return height + 8;
}

float draw_number(const Canvas& canvas, Point at, float width, const QuestionView& question,
                  const Snapshot& snapshot) {
  const std::string& typed = question.answered ? question.answer.number : snapshot.answer.number;
  const Rect box{at.x, at.y, std::min(width, 180.f), 32};
  const Ink mark = !question.answered ? Ink::accent : question.correct ? Ink::good : Ink::bad;
  canvas.outline(box, mark, 6);
  const float wide =
      canvas.text({box.x + 12, box.middle_y() - 7}, typed, {Ink::text, 14, Face::mono});
  if (!question.answered) canvas.fill({box.x + 13 + wide, box.y + 8, 1.5f, 16}, Ink::accent);
  if (typed.empty() && !question.answered) {
    canvas.text({box.x + 20, box.middle_y() - 6.5f}, "type a number", {Ink::text_faint, 13});
  }
  canvas.text({box.right() + 10, box.middle_y() - 7}, question.unit, {Ink::text_dim, 14});
  return box.height + 8;
}

std::string click_hint(const QuestionView& question, const Snapshot& snapshot) {
  const figures::Target& click = question.answered ? question.answer.click : snapshot.answer.click;
  const std::string words = words_of(*snapshot.model, click);
  if (words.empty()) return question.answered ? "" : "Click it on the diagram.";
  return question.answered ? "Your guess: " + words + "."
                           : "Your guess: " + words + ". Click another, or reveal.";
}

/// A learner who gave no guess is not marked wrong.
Ink ink_of(const QuestionView& question) {
  if (!question.answered || !question.answer.given()) return Ink::accent;
  return question.correct ? Ink::good : Ink::bad;
}

float draw_question_body(const Canvas& canvas, Point at, float width, const Snapshot& snapshot,
                         Requests& requests, bool draw) {
  const QuestionView& question = *snapshot.lesson->question;
  float y = at.y;
  if (draw) {
    const Ink ink = ink_of(question);
    const char* words = !question.answered        ? "PREDICT"
                        : question.correct        ? "AS YOU PREDICTED"
                        : question.answer.given() ? "NOT AS YOU PREDICTED"
                                                  : "THE ANSWER";
    canvas.text({at.x, y}, words, {ink, 11, Face::bold});
  }
  y += 21;
  if (!question.text.empty()) {
    y += canvas.paragraph({at.x, y}, width, question.text, {Ink::text, 15, Face::bold}, 21, draw) +
         8;
  }
  if (question.kind == QuestionView::Kind::choice) {
    for (std::size_t i = 0; i < question.choices.size(); ++i) {
      if (draw) {
        y += draw_choice(canvas, {at.x, y}, width, i, question, snapshot, requests);
      } else {
        y += canvas.paragraph({0, 0}, width - 46, question.choices[i].text, {Ink::text, 14}, 19,
                              false) +
             20;
      }
    }
  } else if (question.kind == QuestionView::Kind::number) {
    if (draw) draw_number(canvas, {at.x, y}, width, question, snapshot);
    y += 40;
  } else {
    const std::string hint = click_hint(question, snapshot);
    y += canvas.paragraph({at.x, y}, width, hint, {Ink::text_dim, 13}, 18, draw);
  }
  if (question.answered && question.kind != QuestionView::Kind::choice) {
    y += canvas.paragraph({at.x, y + 2}, width, "The answer: " + question.right_answer,
                          {Ink::text, 14, Face::bold}, 20, draw) +
         4;
  }
  return y - at.y;
}

float draw_question(const Canvas& canvas, Point at, float width, const Snapshot& snapshot,
                    Requests& requests) {
  constexpr float pad = 14;
  const QuestionView& question = *snapshot.lesson->question;
  const float inner = width - 2 * pad;
  const float height =
      draw_question_body(canvas, {at.x + pad, at.y + pad}, inner, snapshot, requests, false) +
      2 * pad - 4;
  const Rect box{at.x, at.y, width, height};
  const Ink ink = ink_of(question);
  canvas.fill(box, ink, 8, 0.07f);
  canvas.outline(box, ink, 8, 1.2f, 0.8f);
  draw_question_body(canvas, {at.x + pad, at.y + pad}, inner, snapshot, requests, true);
  return height;
}

void draw_footer(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  const PageView& page = *snapshot.lesson;
  canvas.line({box.x, box.y}, {box.right(), box.y}, Ink::grid);
  const float left = box.x + 18;
  const float width = box.width - 36;
  const float back_width = std::min(92.f, width * 0.32f);
  const Rect back{left, box.y + 12, back_width, 36};
  const Rect main{left + back_width + 8, box.y + 12, width - back_width - 8, 36};
  if (canvas.button("lesson back", back, "Back", false, page.has_back)) {
    requests.push_back({Action::lesson_back});
  }
  const float top = box.y + 59;
  if (page.question_open()) {
    const bool given = snapshot.answer.given();
    if (canvas.button("lesson reveal", main, given ? "Reveal" : "Guess first", true, given)) {
      requests.push_back({Action::lesson_reveal});
    }
    const char* words = "Show me without a guess";
    const float wide = canvas.width(words, {Ink::text_faint, 12});
    const Press press = canvas.press("give up", {left, top - 4, wide + 8, 20});
    canvas.text({left, top}, words, {press.hovered ? Ink::text : Ink::text_faint, 12});
    if (press.clicked) requests.push_back({Action::lesson_give_up});
    return;
  }
  const char* words = page.has_next ? "Next" : "The end";
  if (canvas.button("lesson next", main, words, true, page.has_next)) {
    requests.push_back({Action::lesson_next});
  }
  const figures::TextStyle style{Ink::text_faint, 12};
  const char* all = "Enter next   Space play   ← → step   ? keys";
  canvas.text({left, top},
              canvas.width(all, style) <= width ? all : "Enter next   Space play   ? keys", style);
}

/// A new step is scrolled to its top. After an answer, the revealed text is scrolled into view.
void follow(const PageView& page, float question_top, float height) {
  ImGuiStorage* memory = ImGui::GetStateStorage();
  const bool answered = page.question && page.question->answered;
  const int state = static_cast<int>(page.step) * 2 + (answered ? 1 : 0);
  const ImGuiID shown = ImGui::GetID("shown");
  const int before = memory->GetInt(shown, -1);
  if (before == state) return;
  memory->SetInt(shown, state);
  const bool revealed = before == state - 1 && answered;
  if (!revealed) {
    ImGui::SetScrollY(0);
  } else if (question_top > height * 0.3f) {
    ImGui::SetScrollY(question_top - 12);
  }
}

}  // namespace

void draw_lesson(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::panel);
  canvas.line({box.right(), box.y}, {box.right(), box.bottom()}, Ink::grid);
  const PageView& page = *snapshot.lesson;
  {
    const ScrollArea scroll{"lesson", {box.x, box.y + 1, box.width, box.height - footer - 1}};
    const Canvas inner{canvas.fonts(), canvas.theme()};
    const float left = box.x + margin;
    const float width = box.width - 2 * margin;
    const float top = scroll.origin().y;
    float y = top + 24;
    y += draw_progress(inner, {left, y}, width, page);
    if (!page.title.empty()) {
      y += inner.paragraph({left, y}, width, page.title, {Ink::text, 20, Face::bold}, 27) + 10;
    }
    y += draw_prose(inner, {left, y}, width, page.blocks) + 18;
    const float question_top = y - top;
    if (page.question) {
      y += draw_question(inner, {left - 6, y}, width + 12, snapshot, requests) + 16;
    }
    if (!page.feedback.empty()) y += draw_prose(inner, {left, y}, width, page.feedback) + 12;
    if (!page.reveal.empty()) y += draw_prose(inner, {left, y}, width, page.reveal) + 12;
    if (page.exercise) {
      y += draw_exercise(inner, {left - 6, y}, width + 12, snapshot, requests) + 14;
    }
    if (!page.hint.empty() && page.question_open()) {
      y += inner.paragraph({left, y}, width, "Hint: " + page.hint, {Ink::text_dim, 13}, 19) + 12;
    }
    scroll.set_content_height(y - top + 8);
    follow(page, question_top, box.height - footer);
    scroll.draw_shade(inner);
  }
  draw_footer(canvas, {box.x, box.bottom() - footer, box.width, footer}, snapshot, requests);
}

}  // namespace proactor_lab::gui
