// plab export --to html: a run as a single HTML page.
#pragma once

#include <string>

#include "traces/figures/page/page_run.hpp"

namespace proactor_lab::plab {

std::string as_html(const Model& model, const figures::PageWindow& window);

}  // namespace proactor_lab::plab
