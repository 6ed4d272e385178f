// Chromium without a display. It is driven by its DevTools protocol over two pipes: JSON messages,
// each ended by a zero byte.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.hpp"

namespace proactor_lab::testing {

class Browser {
 public:
  using Json = nlohmann::json;

  /// Starts the program in the environment variable CHROMIUM. Throws std::runtime_error.
  Browser();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// Opens a page again and waits until it is loaded.
  void open(const std::string& file, const std::string& hash = "");
  void set_size(int width, int height);
  void set_reduced_motion(bool reduced);

  /// The value of an expression in the page. Throws if the expression throws.
  Json value(const std::string& expression);
  std::string text(const std::string& expression) { return value(expression).get<std::string>(); }
  /// Waits for the expression to be true; false after ten seconds.
  bool becomes(const std::string& expression);
  void press(const std::string& key);
  void click(double x, double y);

  /// Console messages, errors and refused requests since the page was opened.
  const std::vector<std::string>& complaints() const { return complaints_; }
  /// Addresses that were requested; the page's own is first.
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  Json call(const std::string& method, Json parameters = Json::object());
  Json read_message();
  void note(const Json& event);

  TemporaryFolder profile_;
  int to_browser_ = -1;
  int from_browser_ = -1;
  int pid_ = -1;
  int last_id_ = 0;
  std::string session_;
  std::string unread_;
  bool loaded_ = false;
  std::vector<std::string> complaints_;
  std::vector<std::string> requests_;
};

}  // namespace proactor_lab::testing
