// A self-contained HTML page: its text, figures, style and script are in one file. Its
// Content-Security-Policy forbids loading anything and running any other script.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab::figures {

/// The content of a page as JSON; page_run.hpp makes the parts.
struct PageContent {
  std::string title;       ///< of the document
  std::string note;        ///< what was omitted, if anything
  std::string runs;        ///< a JSON list
  std::string activities;  ///< a JSON list
  std::string lesson;      ///< a JSON object; empty: none
};

std::string page_document(const PageContent& content);

/// The page's source files, compiled in.
std::string_view page_template();
std::string_view page_style();
std::string_view page_script();

}  // namespace proactor_lab::figures
