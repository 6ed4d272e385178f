// Shapes as JSON: looks that many share are kept once, and shapes refer to them. Private to the
// page.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "traces/figures/page/page_json.hpp"
#include "traces/figures/scene.hpp"

namespace proactor_lab::figures {

class PageShapes {
 public:
  /// [kind and motion, look, event, operation, x, y, width or x2, height or y2, text, limit,
  /// until]; zeros at the end are left out.
  std::string shape(const Shape& shape);
  /// Index of a shape kept once, for pictures that differ little from each other.
  std::size_t kept(const Shape& shape);

  std::string looks() { return looks_.take(); }
  std::string kept_shapes() { return kept_.take(); }

 private:
  std::size_t look(const Shape& shape);

  std::map<std::string, std::size_t> look_places_;
  std::map<std::string, std::size_t> kept_places_;
  JsonList looks_{'['};
  JsonList kept_{'['};
};

}  // namespace proactor_lab::figures
