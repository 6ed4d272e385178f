#include "traces/figures/page/page_document.hpp"

#include <cstdio>

#include "traces/figures/ink.hpp"
#include "traces/figures/page/page_json.hpp"
#include "traces/figures/page/sha256.hpp"

namespace proactor_lab::figures {

namespace {

constexpr const char* theme_names[] = {"dark", "light", "contrast"};

/// The palettes as CSS custom properties, and one class per role for fills and one for strokes.
std::string palette_style() {
  std::string css;
  const auto add_theme = [&](Theme theme) {
    for (int i = 1; i < ink_count; ++i) {
      const Colour colour = colour_of(static_cast<Ink>(i), theme);
      char text[32];
      std::snprintf(text, sizeof text, "--i%d:#%02x%02x%02x;", i, colour.red, colour.green,
                    colour.blue);
      css += text;
    }
  };
  for (const Theme theme : {Theme::dark, Theme::light, Theme::contrast}) {
    css += std::string(":root[data-theme=") + theme_names[static_cast<int>(theme)] + "]{";
    add_theme(theme);
    css += "}\n";
  }
  css += "@media print{:root[data-theme]{";  // always light on paper
  add_theme(Theme::light);
  css += "}}\n";
  for (int i = 1; i < ink_count; ++i) {
    const std::string number = std::to_string(i);
    css += ".f" + number + "{fill:var(--i" + number + ")}.s" + number + "{stroke:var(--i" + number +
           ")}\n";
  }
  return css;
}

/// Replaces the placeholder `name`. The inserted text is not searched again.
void fill(std::string& page, std::size_t& from, std::string_view name, std::string_view value) {
  const std::string place = "{{" + std::string(name) + "}}";
  const std::size_t at = page.find(place, from);
  if (at == std::string::npos) return;
  page.replace(at, place.size(), value);
  from = at + value.size();
}

}  // namespace

std::string page_document(const PageContent& content) {
  const std::string style = palette_style() + std::string(page_style());
  const std::string script(page_script());
  const std::string policy = "default-src 'none'; script-src '" + policy_hash(script) +
                             "'; style-src '" + policy_hash(style) +
                             "'; base-uri 'none'; form-action 'none'; "
                             "require-trusted-types-for 'script'; trusted-types 'none'";
  JsonList data('{');
  data.member("title", json_text(content.title));
  data.member("note", json_text(content.note));
  data.member("runs", content.runs);
  data.member("activities", content.activities);
  if (!content.lesson.empty()) data.member("lesson", content.lesson);

  std::string page(page_template());
  std::size_t from = 0;
  fill(page, from, "policy", policy);
  fill(page, from, "title", html_text(content.title));
  fill(page, from, "style", style);
  fill(page, from, "data", data.take());
  fill(page, from, "script", script);
  return page;
}

}  // namespace proactor_lab::figures
