#include "tests/bench/core/sections.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace proactor_lab::bench {

const char* judge(Verdicts& verdicts, bool holds, std::string what, std::string measured) {
  verdicts.push_back({std::move(what), std::move(measured), holds});
  return holds ? "holds" : "MISSED";
}

double median(std::vector<double>& values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string text(const char* format, double value) {
  std::array<char, 64> buffer;
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

}  // namespace proactor_lab::bench
