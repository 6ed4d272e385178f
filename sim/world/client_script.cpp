#include "sim/world/client_script.hpp"

#include <charconv>

namespace proactor_lab {

std::optional<std::uint32_t> ClientScript::index_of(std::string_view whole_name) const {
  if (!whole_name.starts_with(name)) return std::nullopt;
  std::uint32_t number = 1;
  if (count > 1 && whole_name.size() > name.size()) {
    const std::string_view digits = whole_name.substr(name.size() + 1);
    std::from_chars(digits.begin(), digits.end(), number);
  }
  if (number == 0 || number > count || name_of(number - 1) != whole_name) return std::nullopt;
  return number - 1;
}

std::vector<Duration> setting_out(const ClientScript& script, std::uint32_t crowd,
                                  ChoiceSource& choices) {
  std::vector<Duration> times(script.count, script.connect_at);
  for (std::uint32_t i = 1; i < script.count; ++i) {
    times[i] = times[i - 1];
    if (i % script.burst != 0) continue;
    const Duration gap = script.gap.draw(choices, {QuestionKind::arrival, crowd, i});
    times[i] = saturating_add(Instant{times[i]}, gap).time_since_epoch();
  }
  return times;
}

}  // namespace proactor_lab
