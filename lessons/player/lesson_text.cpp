#include "lessons/player/lesson_text.hpp"

#include <algorithm>
#include <charconv>

#include <md4c.h>

#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

// While Markdown is parsed, a number is represented by these two characters of Unicode's private
// use area with the number's index between them. So the SQL in `{{...}}` is not parsed as Markdown.
constexpr std::string_view number_begin = "\xEE\x80\x80";
constexpr std::string_view number_end = "\xEE\x80\x81";
constexpr int list_depth_max = 4;

std::string line_place(std::size_t line) { return "line " + std::to_string(line); }

std::size_t lines_before(std::string_view text, std::size_t at) {
  return static_cast<std::size_t>(std::count(text.begin(), text.begin() + at, '\n'));
}

std::string hide_numbers(std::string_view markdown, const std::string& file, std::size_t first_line,
                         const NumberSink& number) {
  if (const auto at = markdown.find("\xEE\x80"); at != std::string_view::npos) {
    throw InputError(file, line_place(first_line + lines_before(markdown, at)),
                     "a character of Unicode's private use area", "remove it");
  }
  std::string hidden;
  std::size_t from = 0;
  for (;;) {
    const std::size_t open = markdown.find("{{", from);
    hidden += markdown.substr(from, open - from);
    if (open == std::string_view::npos) return hidden;
    const std::size_t close = markdown.find("}}", open);
    if (close == std::string_view::npos) {
      throw InputError(file, line_place(first_line + lines_before(markdown, open)),
                       "'{{' is never closed", "end the query with '}}'");
    }
    const std::string_view query = markdown.substr(open + 2, close - open - 2);
    hidden += number_begin;
    hidden += std::to_string(number(query));
    hidden += number_end;
    from = close + 2;
  }
}

/// Converts md4c's callbacks to blocks. Stores an error until md4c has returned, because exceptions
/// must not pass through C code.
class BlockBuilder {
 public:
  std::vector<TextBlock> blocks;
  std::string refusal;

  int enter_block(MD_BLOCKTYPE type, void* detail) {
    if (!refusal.empty()) return 1;  // md4c does not always stop at once
    switch (type) {
      case MD_BLOCK_DOC:
        return 0;
      case MD_BLOCK_UL:
        lists_.push_back(0);
        return lists_.size() > list_depth_max ? refuse("lists nest more than 4 deep") : 0;
      case MD_BLOCK_OL:
        lists_.push_back(static_cast<int>(
            std::clamp(static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start, 1u, 1'000'000u)));
        return lists_.size() > list_depth_max ? refuse("lists nest more than 4 deep") : 0;
      case MD_BLOCK_LI:
        return begin_item();
      case MD_BLOCK_P:
        // An item's first paragraph is the item's own text.
        if (!blocks.empty() && blocks.back().kind == BlockKind::list_item && !item_has_text_) {
          item_has_text_ = true;
          return 0;
        }
        begin(BlockKind::paragraph, static_cast<int>(lists_.size()));
        return 0;
      case MD_BLOCK_H:
        begin(BlockKind::heading, static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level));
        return 0;
      case MD_BLOCK_CODE:
        begin(BlockKind::code, static_cast<int>(lists_.size()));
        return 0;
      case MD_BLOCK_QUOTE:
        return refuse("a block quote; in a lesson '> [value] text' is feedback for an answer");
      default:
        return refuse("Markdown that lessons do not have (a table, a rule or HTML)");
    }
  }

  int leave_block(MD_BLOCKTYPE type) {
    if (!refusal.empty()) return 1;
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) lists_.pop_back();
    if (type == MD_BLOCK_LI) item_has_text_ = true;  // later text is not part of the item
    if (type == MD_BLOCK_CODE && !blocks.back().runs.empty()) {
      std::string& code = blocks.back().runs.back().text;
      if (code.ends_with('\n')) code.pop_back();
    }
    return 0;
  }

  int enter_span(MD_SPANTYPE type, void* detail) {
    if (!refusal.empty()) return 1;
    if (type == MD_SPAN_IMG) return refuse("an image; a lesson's pictures are its panes");
    if (type == MD_SPAN_A) {
      const MD_ATTRIBUTE& link = static_cast<MD_SPAN_A_DETAIL*>(detail)->href;
      links_.emplace_back(link.text == nullptr ? "" : link.text, link.size);
    }
    styles_.push_back(type == MD_SPAN_STRONG ? RunStyle::strong
                      : type == MD_SPAN_EM   ? RunStyle::emphasis
                      : type == MD_SPAN_CODE ? RunStyle::code
                                             : style());
    return 0;
  }

  int leave_span(MD_SPANTYPE type) {
    if (!refusal.empty()) return 1;
    styles_.pop_back();
    if (type == MD_SPAN_A) {  // shown in full: a terminal or a printed page has no links
      const std::string link = links_.back();
      links_.pop_back();
      if (link.find(number_begin) != std::string::npos) return refuse("a number inside a link");
      if (!plain_text(blocks.back().runs).ends_with(link)) add(RunStyle::plain, " (" + link + ")");
    }
    return 0;
  }

  int text(MD_TEXTTYPE type, std::string_view text) {
    if (!refusal.empty()) return 1;
    switch (type) {
      case MD_TEXT_BR:
      case MD_TEXT_SOFTBR:
        add(style(), " ");
        return 0;
      case MD_TEXT_NULLCHAR:
        return refuse("a NUL character");
      case MD_TEXT_ENTITY:
        return refuse("the HTML entity " + std::string(text) + "; write the character itself");
      default:
        add_with_numbers(type == MD_TEXT_CODE ? RunStyle::code : style(), text);
        return 0;
    }
  }

 private:
  int refuse(std::string why) {
    if (refusal.empty()) refusal = std::move(why);
    return 1;
  }

  RunStyle style() const { return styles_.empty() ? RunStyle::plain : styles_.back(); }

  void begin(BlockKind kind, int level, int ordinal = 0) {
    blocks.push_back({kind, level, ordinal, {}});
    if (kind != BlockKind::list_item) item_has_text_ = true;
  }

  int begin_item() {
    int& next = lists_.back();
    begin(BlockKind::list_item, static_cast<int>(lists_.size()), next);
    if (next != 0) ++next;
    item_has_text_ = false;
    return 0;
  }

  void add(RunStyle style, std::string_view text) {
    if (blocks.empty()) begin(BlockKind::paragraph, 0);
    auto& runs = blocks.back().runs;
    if (!runs.empty() && runs.back().style == style && runs.back().number < 0) {
      runs.back().text += text;
    } else {
      runs.push_back({style, std::string(text), -1});
    }
  }

  void add_with_numbers(RunStyle style, std::string_view text) {
    for (;;) {
      const std::size_t open = text.find(number_begin);
      if (const auto words = text.substr(0, open); !words.empty()) add(style, words);
      if (open == std::string_view::npos) return;
      text.remove_prefix(open + number_begin.size());
      int index = 0;
      std::from_chars(text.data(), text.data() + text.size(), index);
      blocks.back().runs.push_back({style, {}, index});
      text.remove_prefix(text.find(number_end) + number_end.size());
    }
  }

  std::vector<RunStyle> styles_;
  std::vector<std::string> links_;
  std::vector<int> lists_;  ///< next number of each open list; 0: bullets
  bool item_has_text_ = true;
};

BlockBuilder& builder(void* context) { return *static_cast<BlockBuilder*>(context); }

}  // namespace

std::vector<TextBlock> parse_markdown(std::string_view markdown, const std::string& file,
                                      std::size_t first_line, const NumberSink& number) {
  const std::string hidden = hide_numbers(markdown, file, first_line, number);
  BlockBuilder blocks;
  MD_PARSER parser{};
  parser.flags = MD_FLAG_NOHTML;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* context) {
    return builder(context).enter_block(type, detail);
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* context) {
    return builder(context).leave_block(type);
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* context) {
    return builder(context).enter_span(type, detail);
  };
  parser.leave_span = [](MD_SPANTYPE type, void*, void* context) {
    return builder(context).leave_span(type);
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* context) {
    return builder(context).text(type, std::string_view(text, size));
  };
  const int code = md_parse(hidden.data(), static_cast<MD_SIZE>(hidden.size()), &parser, &blocks);
  if (code != 0) {
    throw InputError(file, line_place(first_line) + " or after",
                     blocks.refusal.empty() ? "not readable as Markdown" : blocks.refusal);
  }
  return std::move(blocks.blocks);
}

std::string plain_text(const std::vector<TextRun>& runs) {
  std::string text;
  for (const TextRun& run : runs) text += run.text;
  return text;
}

std::string plain_text(const std::vector<TextBlock>& blocks) {
  std::string text;
  for (const TextBlock& block : blocks) {
    if (!text.empty()) text += '\n';
    text += plain_text(block.runs);
  }
  return text;
}

}  // namespace proactor_lab
