#include "sim/client_script.hpp"

namespace proactor_lab {

std::vector<Duration> setting_out(const ClientScript& script, std::uint32_t crowd,
                                  ChoiceSource& choices) {
  std::vector<Duration> times(script.count, script.connect_at);
  for (std::uint32_t i = 1; i < script.count; ++i) {
    times[i] = times[i - 1];
    if (i % script.burst != 0) continue;
    times[i] += script.gap.draw(choices, {QuestionKind::arrival, crowd, i});
  }
  return times;
}

}  // namespace proactor_lab
