#include "sim/time/delay.hpp"

#include <algorithm>
#include <bit>

namespace proactor_lab {
namespace {

constexpr std::uint64_t unit = std::uint64_t{1} << 16;

/// `value` times `share` / 2^16, without overflow.
std::int64_t scaled(std::int64_t value, std::uint64_t share) {
  const auto whole = static_cast<std::uint64_t>(value);
  return static_cast<std::int64_t>((whole >> 16) * share + (((whole & 0xFFFF) * share) >> 16));
}

/// log2(1 + part / 2^16) * 2^16, approximated by a parabola through both ends; the error is below
/// one percent.
std::uint64_t log2_of_one_and(std::uint64_t part) {
  return part + ((part * (unit - part)) >> 16) * 22'713 / unit;
}

}  // namespace

Duration DelayRange::shaped(std::uint64_t bits) const {
  switch (shape) {
    case DelayShape::even:
      break;
    case DelayShape::bell: {
      // The mean of four uniform draws.
      std::uint64_t sum = 0;
      for (int i = 0; i < 4; ++i) sum += (bits >> (16 * i)) & 0xFFFF;
      return least + Duration{scaled((most - least).count(), sum / 4)};
    }
    case DelayShape::heavy: {
      // Each leading zero of the draw has probability 1/2 and doubles the delay; the bits that
      // follow interpolate between two doublings.
      const int doublings = std::min(std::countl_zero(bits), 32);
      const std::uint64_t part = (bits << (doublings + 1)) >> 48;
      Duration base = least;
      for (int i = 0; i < doublings && base < most; ++i) base *= 2;
      return std::min(most, base + Duration{scaled(base.count(), part)});
    }
    case DelayShape::exponential: {
      // -log2 of a uniform draw in (0, 1) is its leading zeros and a fraction; it is multiplied by
      // ln 2 and by the mean.
      const int zeros = std::min(std::countl_zero(bits), 31);
      const std::uint64_t part = (bits << (zeros + 1)) >> 48;
      const std::uint64_t log =
          (static_cast<std::uint64_t>(zeros) + 1) * unit - log2_of_one_and(part);
      constexpr std::uint64_t ln2 = 45'426;  // times 2^16
      return Duration{scaled(least.count(), (log * ln2) >> 16)};
    }
  }
  return least;
}

}  // namespace proactor_lab
