#include "lessons/models/model_table.hpp"

#include <cstdio>

#include "traces/model/model.hpp"

namespace proactor_lab {
namespace {

std::string in_megabytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

}  // namespace

std::string model_table(const std::vector<ModelRow>& rows) {
  char line[256];
  std::snprintf(line, sizeof(line), "%-22s %9s %29s %9s %8s %10s %10s %5s %9s\n", "", "answers",
                "response", "switches", "", "", "CPU", "CPU", "");
  std::string table = line;
  std::snprintf(line, sizeof(line), "%-22s %9s %9s %9s %9s %9s %8s %10s %10s %5s %9s\n", "model",
                "a second", "50%", "90%", "99%", "an answer", "threads", "memory", "an answer",
                "used", "finished");
  table += line;
  for (const ModelRow& row : rows) {
    const ModelFigures& figures = row.figures;
    const auto duration = [](Duration each) { return format_duration(each.count()); };
    char cpu[32];
    std::snprintf(cpu, sizeof(cpu), "%.1f us", figures.cpu_us_per_answer);
    std::snprintf(line, sizeof(line), "%-22s %9.1f %9s %9s %9s %9.2f %8u %10s %10s %4.0f%% %9s%s\n",
                  row.title, figures.answers_per_second, duration(figures.percentiles[0]).c_str(),
                  duration(figures.percentiles[1]).c_str(),
                  duration(figures.percentiles[2]).c_str(), figures.switches_per_answer,
                  figures.threads, in_megabytes(figures.memory_bytes).c_str(), cpu,
                  figures.cpu_share * 100, duration(figures.finish).c_str(),
                  figures.whole ? "" : " (limit)");
    table += line;
  }
  return table;
}

}  // namespace proactor_lab
