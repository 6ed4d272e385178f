// Runs a scenario on the simulated system and returns its trace. Connects program, system and
// recorder. The live system's runner is live_runner.hpp.
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
  limit,     ///< a limit was reached; the trace so far is kept (exit code 4)
  interrupted,
};

/// Measurements of a run. They do not depend on the trace, which may be cut.
struct RunMeasure {
  std::vector<Duration> response_times;  ///< of each request, measured at its client
  Duration last_answer{0};               ///< time of the last answer
  std::uint64_t unanswered = 0;          ///< requests; see `SimulatedClients::unanswered`
  SystemUsage usage;
  std::size_t handles_max = 0;  ///< maximum number of open handles
};

struct RunResult {
  Trace trace;  ///< has no events if the run is not traced or `RunOptions::write` is set
  std::uint64_t events = 0;  ///< number of events in the trace
  RunMeasure measure;
  RunEnd end = RunEnd::finished;
  std::string why;                  ///< if `limit`: which limit
  std::string standstill;           ///< description of a deadlock or livelock and its threads
  std::size_t misfits = 0;          ///< answers on the tape that did not fit the run
  std::string failure;              ///< the program's failure as text; see `AsyncProgram::failure`
  std::vector<ScenarioFile> files;  ///< files beneath the root after the run
};

struct RunOptions {
  const Tape* tape = nullptr;     ///< used first; the seed answers all other questions
  Tape* recorded_tape = nullptr;  ///< receives every answer
  TraceWriter::Output write;  ///< receives the trace file; `RunResult::trace` then has no events
  bool traced = true;         ///< false: measure only (faster); limits steps instead of events
  const ProgramEntry* program = nullptr;  ///< replaces the scenario's program; for tests
};

/// Runs in memory. Throws InputError if the program cannot start (for example, the port is taken)
/// or needs something that the simulated system does not model (sim/system/not_modelled.hpp).
/// Nothing has been written in that case.
RunResult run_simulated(const Scenario& scenario, const RunOptions& options = {});

/// The settings that a program receives from its scenario.
ProgramSettings settings_of(const Scenario& scenario);

}  // namespace proactor_lab
