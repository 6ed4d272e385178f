// Runs a scenario on the simulated system and gives its trace: the place where program, system and
// recorder meet. The live system's runner is live_runner.hpp.
#pragma once

#include <string>
#include <vector>

#include "lessons/programs/program.hpp"
#include "lessons/scenario/scenario.hpp"
#include "sim/time/choice_source.hpp"
#include "sim/world/system_usage.hpp"
#include "traces/format/trace.hpp"
#include "traces/format/trace_writer.hpp"

namespace proactor_lab {

enum class RunEnd : std::uint8_t {
  finished,  ///< the program had nothing left to do
  limit,     ///< a limit was reached: the trace so far is kept (exit code 4)
  interrupted,
};

/// What a run took and gave, seen from outside: not from its trace, which may be cut.
struct RunMeasure {
  std::vector<Duration> response_times;  ///< of each request, at its client
  Duration last_answer{0};               ///< when it had come
  std::uint64_t unanswered = 0;          ///< requests: see `SimulatedClients::unanswered`
  SystemUsage usage;
  std::size_t handles_max = 0;  ///< open at the same time
};

struct RunResult {
  Trace trace;               ///< without events where it is not traced, or written
  std::uint64_t events = 0;  ///< of the trace
  RunMeasure measure;
  RunEnd end = RunEnd::finished;
  std::string why;                  ///< where `limit`: which one
  std::string standstill;           ///< a deadlock or a livelock, and who is in it
  std::size_t misfits = 0;          ///< answers of the tape that did not fit the run
  std::string failure;              ///< of the program, in words: see `AsyncProgram::failure`
  std::vector<ScenarioFile> files;  ///< those beneath the root, as the run left them
};

struct RunOptions {
  const Tape* tape = nullptr;     ///< answers first; the seed answers what it does not
  Tape* recorded_tape = nullptr;  ///< receives every answer
  TraceWriter::Output write;      ///< receives the trace's file, instead of `RunResult::trace`
  bool traced = true;  ///< false: only measured, quickly; steps are limited then, not events
  const ProgramEntry* program = nullptr;  ///< runs instead of the scenario's; for tests
};

/// In memory. Throws InputError if the program cannot start (a port that is taken), or needs what
/// the simulated system does not model (sim/system/not_modelled.hpp); nothing was written then.
RunResult run_simulated(const Scenario& scenario, const RunOptions& options = {});

/// What a program may know of its scenario.
ProgramSettings settings_of(const Scenario& scenario);

}  // namespace proactor_lab
