#include "lessons/player/lesson_sections.hpp"

#include <algorithm>

#include "lessons/scenario/lesson_json.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

/// Reads line by line and appends each line to the open passage.
class Splitter {
 public:
  explicit Splitter(const std::string& file) : file_(file) {}

  LessonSections split(std::string_view markdown) {
    open_ = &result_.introduction;
    while (!markdown.empty()) {
      const std::size_t end = markdown.find('\n');
      std::string_view line = markdown.substr(0, end);
      markdown.remove_prefix(end == std::string_view::npos ? markdown.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      if (line.find('\r') != std::string_view::npos || has_control_characters(line)) {
        fail("control characters", "remove them");
      }
      take(line);
    }
    if (in_code_) fail("a code block is never closed", "end it with ```");
    if (result_.title.empty()) fail("no title", "begin with '# The lesson's title'");
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const {
    throw InputError(file_, "line " + std::to_string(line_), problem, remedy);
  }

  void take(std::string_view line) {
    if (line.starts_with("```")) in_code_ = !in_code_;
    if (in_code_) return append(line);
    if (line.starts_with("# ")) return take_title(trimmed(line.substr(2)));
    if (line.starts_with("## ")) return begin_step(trimmed(line.substr(3)));
    if (line == "### reveal") return begin_reveal();
    if (line.starts_with("- [")) return begin_option(line.substr(3), false);
    if (line.starts_with("> [")) return begin_option(line.substr(3), true);
    if (line.starts_with(">") && quoting_) return append(trimmed(line.substr(1)));
    if (line.starts_with("  ") && choosing_) return append(trimmed(line));
    if (quoting_ || choosing_) return_to_prose();
    append(line);
  }

  void append(std::string_view line) {
    if (open_->lines == 0) {
      if (line.empty()) return;
      open_->line = line_;
    }
    // Lines of other passages are replaced by blank ones, so that line numbers in messages are
    // right.
    for (; open_->line + open_->lines < line_; ++open_->lines) open_->text += '\n';
    open_->text += line;
    open_->text += '\n';
    ++open_->lines;
  }

  void take_title(std::string_view title) {
    if (!result_.title.empty()) fail("a second title", "steps begin with '## step-id'");
    if (!result_.steps.empty()) fail("the title comes after a step", "begin the file with it");
    if (title.empty()) fail("the title is empty", "write it behind the '#'");
    result_.title = title;
  }

  void begin_step(std::string_view heading) {
    const std::size_t colon = heading.find(':');
    const std::string_view id = trimmed(heading.substr(0, colon));
    if (!is_kebab_name(id)) {
      fail("a step's heading must be '## step-id' or '## step-id: Title'",
           "ids are lower-case words joined by '-'");
    }
    for (const LessonSection& step : result_.steps) {
      if (step.id == id) fail("a second section '" + step.id + "'", "give it another id");
    }
    LessonSection& step = result_.steps.emplace_back();
    step.id = id;
    step.line = line_;
    if (colon != std::string_view::npos) step.title = trimmed(heading.substr(colon + 1));
    revealing_ = false;
    return_to_prose();
  }

  void begin_reveal() {
    if (result_.steps.empty() || revealing_) fail("'### reveal' belongs once into a step", "");
    revealing_ = true;
    return_to_prose();
  }

  void return_to_prose() {
    quoting_ = choosing_ = false;
    open_ = &(revealing_ ? result_.steps.back().reveal : result_.steps.back().body);
  }

  void begin_option(std::string_view rest, bool is_feedback) {
    const std::size_t close = rest.find(']');
    if (result_.steps.empty() || close == std::string_view::npos || close == 0) {
      fail("choices are '- [value] text' and feedback is '> [value] text', inside a step",
           "a plain list item must not begin with '['");
    }
    auto& options = is_feedback ? result_.steps.back().feedback : result_.steps.back().choices;
    const std::string value(trimmed(rest.substr(0, close)));
    const auto same = [&](const LessonOption& option) { return option.value == value; };
    if (std::any_of(options.begin(), options.end(), same)) {
      fail("[" + value + "] stands twice", "keep one of them");
    }
    options.push_back({value, {{}, line_, 0}});
    quoting_ = is_feedback;
    choosing_ = !is_feedback;
    open_ = &options.back().passage;
    append(trimmed(rest.substr(close + 1)));
    if (open_->text.empty()) fail("[" + value + "] has no text", "write it behind the bracket");
  }

  const std::string& file_;
  LessonSections result_;
  LessonPassage* open_ = nullptr;
  std::size_t line_ = 0;
  bool in_code_ = false;
  bool revealing_ = false;
  bool quoting_ = false;
  bool choosing_ = false;
};

}  // namespace

LessonSections split_lesson_text(std::string_view markdown, const std::string& file) {
  if (!is_utf8(markdown)) {
    throw InputError(file, "", "not valid UTF-8", "save it in that encoding");
  }
  return Splitter(file).split(markdown);
}

bool is_kebab_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= 60 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace proactor_lab
