// Shapes as JSON. Looks that many shapes share are stored once and referred to by index. Private to
// the page.
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
  /// until]; trailing zeros are omitted.
  std::string shape(const Shape& shape);
  /// Index of a shape that is stored once, for pictures that differ little from each other.
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
