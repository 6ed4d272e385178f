#include "lessons/plab/export_html.hpp"

#include <algorithm>

#include "traces/figures/page/page_document.hpp"

namespace proactor_lab::plab {

std::string as_html(const Model& model, const figures::PageWindow& window) {
  const std::string& program = model.trace().header.program;
  const std::uint32_t count = model.event_count();
  figures::PageContent content;
  content.title = program.empty() ? "A run" : program.substr(0, 200);
  const std::uint32_t first = std::clamp(window.first, 1u, std::max(count, 1u));
  const std::uint32_t last = std::min(count, first + window.max_events - 1);
  if (first > 1 || last < count) {
    content.note = "Events " + std::to_string(first) + " to " + std::to_string(last) + " of " +
                   std::to_string(count);
  }
  const figures::ActivityGroup group{content.title, &model};
  content.runs = "[" + figures::page_run(model, content.title, window) + "]";
  content.activities = "[" + figures::page_activity({&group, 1}) + "]";
  return figures::page_document(content);
}

}  // namespace proactor_lab::plab
