#include "sim/explore/enumeration.hpp"

#include <cassert>

namespace proactor_lab {

std::uint32_t Enumeration::pick(std::uint32_t n, const Question&) {
  if (depth_ == path_.size()) path_.push_back({n, 0});
  assert(path_[depth_].ways == n);
  return path_[depth_++].taken;
}

bool Enumeration::advance() {
  // A run that ended early did not reach the rest of the path.
  path_.resize(depth_);
  depth_ = 0;
  while (!path_.empty() && path_.back().taken + 1 == path_.back().ways) path_.pop_back();
  if (path_.empty()) return false;
  ++path_.back().taken;
  ++runs_;
  return true;
}

}  // namespace proactor_lab
