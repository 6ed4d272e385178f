// A page that needs nothing but a browser: its words and figures, the style and the script are one
// file. Its security policy forbids it to load anything, and to run any script but its own.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab::figures {

/// What a page shows, as JSON; parts as page_run.hpp makes them.
struct PageContent {
  std::string title;       ///< of the document
  std::string note;        ///< what was left out, if anything
  std::string runs;        ///< a JSON list
  std::string activities;  ///< likewise
  std::string lesson;      ///< a JSON object; empty: there is none
};

std::string page_document(const PageContent& content);

/// The page's own files, compiled in.
std::string_view page_template();
std::string_view page_style();
std::string_view page_script();

}  // namespace proactor_lab::figures
