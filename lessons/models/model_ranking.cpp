#include "lessons/models/model_ranking.hpp"

#include <algorithm>
#include <cstdio>

#include "traces/model/model.hpp"

namespace proactor_lab {
namespace {

/// Best first. Models that tie with their neighbour share a line.
std::string ranking(std::vector<std::pair<const char*, const ModelFigures*>> models) {
  // Ties are not transitive, so models are sorted by their figures, and ties are only marked.
  std::stable_sort(models.begin(), models.end(), [](const auto& a, const auto& b) {
    if (const int better = compare(*a.second, *b.second); better != 0) return better > 0;
    return a.second->cpu_us_per_answer < b.second->cpu_us_per_answer;
  });
  std::string text;
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (i > 0) text += compare(*models[i - 1].second, *models[i].second) == 0 ? " = " : " > ";
    text += models[i].first;
  }
  return text;
}

std::string miss(double predicted, double measured) {
  if (measured == 0) return "";
  char text[32];
  std::snprintf(text, sizeof(text), "%+.0f%%", (predicted - measured) * 100 / measured);
  return text;
}

}  // namespace

int compare(const ModelFigures& a, const ModelFigures& b) {
  const auto differ = [](double x, double y, double tolerance) {
    return std::max(x, y) > std::min(x, y) * (1 + tolerance);
  };
  if (differ(a.answers_per_second, b.answers_per_second, throughput_tolerance)) {
    return a.answers_per_second > b.answers_per_second ? 1 : -1;
  }
  if (!differ(a.cpu_us_per_answer, b.cpu_us_per_answer, cpu_tolerance)) return 0;
  return a.cpu_us_per_answer < b.cpu_us_per_answer ? 1 : -1;
}

RankingAgreement compare_rankings(const std::vector<ModelComparison>& models) {
  RankingAgreement agreement;
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (std::size_t j = i + 1; j < models.size(); ++j) {
      const int predicted = compare(models[i].predicted, models[j].predicted);
      const int measured = compare(models[i].measured, models[j].measured);
      if (predicted == measured) {
        ++agreement.alike;
      } else if (predicted == 0 || measured == 0) {
        ++agreement.tied;
      } else {
        agreement.contradictions += agreement.contradictions.empty() ? "" : "; ";
        agreement.contradictions += std::string(models[predicted > 0 ? i : j].title) +
                                    " was predicted to be better than " +
                                    models[predicted > 0 ? j : i].title + ", and is worse";
      }
    }
  }
  return agreement;
}

std::string comparison_text(const std::vector<ModelComparison>& models) {
  char line[256];
  std::snprintf(line, sizeof(line), "%-22s %24s %20s %24s %13s %9s %19s\n", "", "answers a second",
                "median response", "CPU an answer, us", "switches", "threads", "memory, KiB");
  std::string text = line;
  const char* heads = "%-22s %8s %8s %6s %10s %9s %8s %8s %6s %6s %6s %4s %4s %9s %9s\n";
  std::snprintf(line, sizeof(line), heads, "predicted, measured", "p", "m", "miss", "p", "m", "p",
                "m", "miss", "p", "m", "p", "m", "p", "m");
  text += line;
  std::vector<std::pair<const char*, const ModelFigures*>> predicted;
  std::vector<std::pair<const char*, const ModelFigures*>> measured;
  for (const ModelComparison& each : models) {
    const ModelFigures& p = each.predicted;
    const ModelFigures& m = each.measured;
    predicted.emplace_back(each.title, &p);
    measured.emplace_back(each.title, &m);
    std::snprintf(
        line, sizeof(line),
        "%-22s %8.1f %8.1f %6s %10s %9s %8.1f %8.1f %6s %6.1f %6.1f %4u %4u %9llu %9llu\n",
        each.title, p.answers_per_second, m.answers_per_second,
        miss(p.answers_per_second, m.answers_per_second).c_str(),
        format_duration(p.percentiles[0].count()).c_str(),
        format_duration(m.percentiles[0].count()).c_str(), p.cpu_us_per_answer, m.cpu_us_per_answer,
        miss(p.cpu_us_per_answer, m.cpu_us_per_answer).c_str(), p.switches_per_answer,
        m.switches_per_answer, p.threads, m.threads,
        static_cast<unsigned long long>(p.memory_bytes / 1024),
        static_cast<unsigned long long>(m.memory_bytes / 1024));
    text += line;
  }
  text += "\nRanked by answers a second (a tie within " +
          std::to_string(static_cast<int>(throughput_tolerance * 100 + 0.5)) +
          "%), then by CPU time an answer (within " +
          std::to_string(static_cast<int>(cpu_tolerance * 100 + 0.5)) + "%):\n  predicted  " +
          ranking(predicted) + "\n  measured   " + ranking(measured) + "\n";
  const RankingAgreement agreement = compare_rankings(models);
  const std::size_t pairs = models.size() * (models.size() - 1) / 2;
  text += "Of " + std::to_string(pairs) + " pairs " + std::to_string(agreement.alike) +
          " are ordered alike, " + std::to_string(agreement.tied) + " tie in one ranking only: ";
  return text +
         (agreement.contradictions.empty() ? "the rankings agree."
                                           : "they disagree: " + agreement.contradictions + ".") +
         "\n";
}

ModelFigures median_of(const std::vector<ModelFigures>& runs) {
  const auto median = [&](auto member) {
    std::vector<std::decay_t<decltype(member(runs[0]))>> values;
    for (const ModelFigures& run : runs) values.push_back(member(run));
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  ModelFigures middle = runs[0];
  middle.answers = median([](const ModelFigures& f) { return f.answers; });
  middle.answers_per_second = median([](const ModelFigures& f) { return f.answers_per_second; });
  for (std::size_t i = 0; i < middle.percentiles.size(); ++i) {
    middle.percentiles[i] = median([i](const ModelFigures& f) { return f.percentiles[i]; });
  }
  middle.switches_per_answer = median([](const ModelFigures& f) { return f.switches_per_answer; });
  middle.threads = median([](const ModelFigures& f) { return f.threads; });
  middle.memory_bytes = median([](const ModelFigures& f) { return f.memory_bytes; });
  middle.cpu_us_per_answer = median([](const ModelFigures& f) { return f.cpu_us_per_answer; });
  middle.finish = median([](const ModelFigures& f) { return f.finish; });
  middle.cpu_share = median([](const ModelFigures& f) { return f.cpu_share; });
  return middle;
}

}  // namespace proactor_lab
