// Ten million events: the peak memory of a process that loads them.
#include <cstdio>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/traces/sections.hpp"
#include "traces/model/model.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::bench {
namespace {

constexpr double gib_allowed = 1.3;

struct Loaded {
  double seconds = 0;
  double trace_gib = 0;  // peak, after the trace was loaded
  double model_gib = 0;  // peak, after its model was built, too
  std::size_t events = 0;
};

double highest_gib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);
}

Loaded load(const std::string& path) {
  Loaded loaded;
  Trace trace;
  loaded.seconds = seconds_of([&] { trace = read_trace_file(path); });
  loaded.trace_gib = highest_gib();
  const Model model(trace);
  loaded.model_gib = highest_gib();
  loaded.events = trace.events.size();
  return loaded;
}

/// Loads in a child process, so that only its memory is counted.
bool load_apart(const std::string& path, Loaded& loaded) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const pid_t child = fork();
  if (child == 0) {
    const Loaded mine = load(path);
    const bool told = write(ends[1], &mine, sizeof mine) == sizeof mine;
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  const bool told = child > 0 && read(ends[0], &loaded, sizeof loaded) == sizeof loaded;
  close(ends[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  return told;
}

}  // namespace

void measure_ten_millions(bool quick, Verdicts& verdicts) {
  const std::uint64_t events = quick ? 1'000'000 : 10'000'000;
  const TraceFile file(events);
  Loaded loaded;
  if (!load_apart(file.path(), loaded)) {
    std::puts("the process that loads the large trace failed");
    return;
  }
  std::printf("%zu events, %.1f GB: loaded in %.2f s within %.2f GiB, with its model %.2f GiB",
              loaded.events, static_cast<double>(file.bytes()) / 1e9, loaded.seconds,
              loaded.trace_gib, loaded.model_gib);
  if (quick) {
    std::printf("\n\n");
    return;
  }
  std::printf("; wanted %.1f: %s\n\n", gib_allowed,
              judge(verdicts, loaded.model_gib <= gib_allowed, "ten million events, GiB",
                    text("%.2f", loaded.model_gib)));
}

}  // namespace proactor_lab::bench
