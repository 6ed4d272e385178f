// Arithmetic on instants at the ends of its range: it saturates, and no operation overflows (the
// sanitizer of undefined behaviour would report it).
#include "core/values/time.hpp"

#include "tests/support/catch.hpp"

using namespace proactor_lab;

namespace {

constexpr Duration longest = Duration::max();
constexpr Duration shortest = Duration::min();
constexpr Duration one{1};

}  // namespace

TEST_CASE("an instant and a delay are added as long as the sum is an instant") {
  CHECK(saturating_add(Instant{}, one) == instant_at_ns(1));
  CHECK(saturating_add(instant_at_ns(-5), Duration{3}) == instant_at_ns(-2));
  CHECK(saturating_add(never, Duration{-1}) == never - one);
  CHECK(saturating_add(Instant::min(), longest) == instant_at_ns(-1));
  CHECK(saturating_add(never, shortest) == instant_at_ns(-1));
}

TEST_CASE("past the range's ends a sum is its end") {
  CHECK(saturating_add(never, one) == never);
  CHECK(saturating_add(never, longest) == never);
  CHECK(saturating_add(instant_at_ns(1), longest) == never);
  CHECK(saturating_add(Instant::min(), Duration{-1}) == Instant::min());
  CHECK(saturating_add(Instant::min(), shortest) == Instant::min());
  CHECK(saturating_add(instant_at_ns(-1), shortest) == Instant::min());
}

TEST_CASE("a difference of instants is exact, or the longest there is") {
  CHECK(saturating_difference(instant_at_ns(3), instant_at_ns(5)) == Duration{2});
  CHECK(saturating_difference(instant_at_ns(5), instant_at_ns(3)) == Duration{-2});
  CHECK(saturating_difference(never, never) == Duration::zero());
  CHECK(saturating_difference(Instant::min(), Instant::min()) == Duration::zero());
  CHECK(saturating_difference(instant_at_ns(1), Instant::min()) == shortest);
  CHECK(saturating_difference(Instant::min(), never) == longest);
  CHECK(saturating_difference(never, Instant::min()) == shortest);
  CHECK(saturating_difference(instant_at_ns(-1), never) == longest);
}

TEST_CASE("both can be computed by the compiler") {
  static_assert(saturating_add(never, one) == never);
  static_assert(saturating_difference(Instant::min(), never) == Duration::max());
}
