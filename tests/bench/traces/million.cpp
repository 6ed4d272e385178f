// A million events: loaded, written, checked, and searched for moments.
#include <cstdio>
#include <fstream>
#include <random>
#include <vector>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "tests/bench/traces/sections.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/model/model.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::bench {
namespace {

constexpr double load_wanted_s = 0.6;
constexpr double write_wanted_s = 0.4;
constexpr double check_wanted_s = 0.3;
constexpr double seek_wanted_us = 50;
constexpr double bytes_wanted = 100;

double simdjson_seconds(const std::string& path) {
  return seconds_of([&] {
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    if (parser.load(path).get(document) != simdjson::SUCCESS) std::puts("simdjson refuses it");
  });
}

double nlohmann_seconds(const std::string& path) {
  return seconds_of([&] {
    std::ifstream file(path, std::ios::binary);
    if (nlohmann::json::parse(file).size() != 2) std::puts("nlohmann_json reads something else");
  });
}

double write_seconds(const Trace& trace) {
  const std::string path = "/dev/shm/bench_traces_written.json";
  const double seconds = seconds_of([&] {
    std::ofstream file(path, std::ios::binary);
    TraceWriter writer(trace.header, trace.strings, [&](std::string_view part) {
      file.write(part.data(), static_cast<std::streamsize>(part.size()));
    });
    for (const Event& event : trace.events) writer.add(event);
    writer.finish();
  });
  std::remove(path.c_str());
  return seconds;
}

/// Microseconds of the median seek and of the slowest in a hundred, of many seeks to random
/// moments.
struct Seeks {
  double median_us = 0;
  double worst_us = 0;
  std::size_t alive = 0;
};

Seeks seek(const Model& model, int count) {
  std::mt19937 random(1);
  std::vector<double> times;
  Seeks seeks;
  Snapshot snapshot;
  for (int i = 0; i < count; ++i) {
    const auto seq = static_cast<std::uint32_t>(random() % model.event_count() + 1);
    // The best of three, because other work on the machine only adds time.
    double best = 1;
    for (int k = 0; k < 3; ++k) {
      best = std::min(best, seconds_of([&] { model.timeline().look(seq, snapshot); }));
    }
    times.push_back(best * 1e6);
    seeks.alive = std::max(seeks.alive, snapshot.alive.size());
  }
  seeks.median_us = median(times);
  seeks.worst_us = times[times.size() - times.size() / 100 - 1];
  return seeks;
}

void print(const char* what, double seconds, double wanted, Verdicts& verdicts) {
  std::printf("  %-44s %6.3f s   wanted %.1f: %s\n", what, seconds, wanted,
              judge(verdicts, seconds <= wanted, what, text("%.3f s", seconds)));
}

}  // namespace

void measure_a_million(bool quick, Verdicts& verdicts) {
  const int rounds = quick ? 3 : 9;
  const TraceFile file(1'000'000);
  std::vector<double> simdjson, load, build, write, check, median_us, worst_us;
  double nlohmann = 0;
  std::size_t events = 0;
  std::size_t alive = 0;
  std::size_t violations = 0;
  double trace_bytes = 0;
  double model_bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    simdjson.push_back(simdjson_seconds(file.path()));
    if (round == 0) nlohmann = nlohmann_seconds(file.path());
    Trace trace;
    load.push_back(seconds_of([&] { trace = read_trace_file(file.path()); }));
    std::unique_ptr<Model> model;
    build.push_back(seconds_of([&] { model = std::make_unique<Model>(trace); }));
    write.push_back(write_seconds(trace));
    check.push_back(seconds_of([&] { violations = check_rules(trace).size(); }));
    const Seeks seeks = seek(*model, 2000);
    median_us.push_back(seeks.median_us);
    worst_us.push_back(seeks.worst_us);
    events = trace.events.size();
    alive = seeks.alive;
    trace_bytes = static_cast<double>(trace.events.capacity_bytes()) / static_cast<double>(events);
    model_bytes = static_cast<double>(model->capacity_bytes()) / static_cast<double>(events);
  }
  std::printf("%zu events, %.0f MB, %zu operations alive, median of %d rounds\n", events,
              static_cast<double>(file.bytes()) / 1e6, alive, rounds);
  std::printf("  %-44s %6.3f s\n", "simdjson, bare parse", median(simdjson));
  std::printf("  %-44s %6.3f s   (once)\n", "nlohmann_json, bare parse", nlohmann);
  print("load", median(load), load_wanted_s, verdicts);
  std::printf("  %-44s %6.3f s\n", "  and the model of it", median(build));
  print("write", median(write), write_wanted_s, verdicts);
  print("check with all rules", median(check), check_wanted_s, verdicts);
  if (violations != 0) std::printf("    %zu violations were found\n", violations);
  const double worst = median(worst_us);
  std::printf("  %-44s %6.1f us  wanted %.0f: %s   (median %.1f us)\n",
              "seek to any moment, 99 of 100 below", worst, seek_wanted_us,
              judge(verdicts, worst <= seek_wanted_us, "seek", text("%.1f us", worst)),
              median(median_us));
  const double bytes = trace_bytes + model_bytes;
  std::printf("  %-44s %6.1f     wanted %.0f: %s   (the model's part: %.1f)\n",
              "bytes an event in memory", bytes, bytes_wanted,
              judge(verdicts, bytes <= bytes_wanted, "bytes an event", text("%.1f", bytes)),
              model_bytes);
}

}  // namespace proactor_lab::bench
