// What the core costs, compared with its peers, in one run: `./lab bench core`.
//
//   bench_core [--quick] [--only SERVER] [instructions] [cpu] [facts] [connections] [threads]
//
// Without names all sections run. Figures with a target say "holds" or "MISSED"; missed ones are
// listed again at the end. Instructions are counted exactly, so their targets are asserted: the
// exit code is 1 if one is missed. Times do not change the exit code, because a noisy machine must
// not fail a build.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tests/bench/core/load.hpp"
#include "tests/bench/core/sections.hpp"
#include "tests/bench/core/servers.hpp"

namespace {

using namespace proactor_lab::bench;

constexpr std::size_t descriptors_wanted = 11'000;  // 10,000 connections, and some more

struct Section {
  std::string_view name;
  void (*measure)(const Settings&, Verdicts&);
  bool chosen = false;
};

/// Runs this process as a server.
int serve(int argc, char** argv) {
  const ServerKind* kind = argc == 6 ? find_server_kind(argv[2]) : nullptr;
  if (kind == nullptr || kind->run == nullptr) {
    std::fputs(
        "bench_core: --serve NAME WARM_UP REQUESTS LOCKSTEP_CLIENTS is for the bench itself\n",
        stderr);
    return 2;
  }
  Meter meter({.warm_up = std::strtoull(argv[3], nullptr, 10),
               .requests = std::strtoull(argv[4], nullptr, 10),
               .lockstep_clients = std::strtoull(argv[5], nullptr, 10)});
  kind->run(meter);
  return 3;  // the meter ends the process; a server that returns has failed
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--serve") return serve(argc, argv);
  Settings settings;
  std::array<Section, 5> sections = {{{"instructions", measure_instructions},
                                      {"cpu", measure_cpu},
                                      {"facts", measure_facts},
                                      {"connections", measure_connections},
                                      {"threads", measure_threads}}};
  bool all = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    bool known = word == "--quick";
    settings.quick = settings.quick || known;
    if (word == "--only" && i + 1 < argc && find_server_kind(argv[i + 1]) != nullptr) {
      settings.only = argv[++i];
      known = true;
    }
    for (Section& section : sections) {
      if (section.name != word) continue;
      section.chosen = known = true;
      all = false;
    }
    if (!known) {
      std::fprintf(stderr, "bench_core: there is no section '%s'\n", argv[i]);
      return 2;
    }
  }
  if (!allow_descriptors(descriptors_wanted)) {
    std::printf("Descriptors stay limited (%s): sections that need many will say so.\n",
                std::strerror(errno));
  }
  for (const ServerKind& kind : server_kinds()) {
    if (kind.run == nullptr) {
      std::printf("Not compared, its library is missing here: %s\n", kind.label.data());
    }
  }
  Verdicts verdicts;
  for (const Section& section : sections) {
    if (all || section.chosen) section.measure(settings, verdicts);
  }
  return report(verdicts) ? 0 : 1;
}
