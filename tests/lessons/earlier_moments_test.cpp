// Later events do not change earlier moments: a run that is cut after any event gives the same
// sentences, states, tables and pictures of every earlier moment as the whole run.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "lessons/run/runner.hpp"
#include "tests/support/catch.hpp"
#include "traces/figures/activity/activity.hpp"
#include "traces/figures/interaction/interaction.hpp"
#include "traces/figures/states/states.hpp"
#include "traces/figures/svg.hpp"
#include "traces/import/import.hpp"
#include "traces/query/query.hpp"
#include "traces/trace_reader.hpp"

namespace {

using namespace proactor_lab;
namespace fs = std::filesystem;

constexpr std::uint32_t events_max = 600;  // of a run that is examined
constexpr std::uint32_t cuts_max = 40;

const fs::path root = PROACTOR_LAB_SOURCE_DIR;

Trace first_events(const Trace& trace, std::uint32_t count) {
  Trace cut = trace;
  cut.events.clear();
  for (std::uint32_t i = 0; i < count; ++i) cut.events.push_back(trace.events[i]);
  return cut;
}

/// The events after which a run is cut: all, if it is short.
std::vector<std::uint32_t> cuts_of(std::uint32_t events) {
  std::vector<std::uint32_t> cuts;
  const std::uint32_t step = std::max<std::uint32_t>(1, events / cuts_max);
  for (std::uint32_t cut = 1; cut < events; cut += step) cuts.push_back(cut);
  return cuts;
}

/// Every table as text.
std::string tables(const Model& model, std::uint32_t horizon) {
  const TraceDatabase database(model, horizon);
  std::string text;
  for (const char* table : {"operations", "completions", "handlers", "workers", "threads",
                            "handles", "buffers", "choices"}) {
    text += std::string(table) + "\n";
    for (const auto& row : database.query("SELECT * FROM " + std::string(table)).rows) {
      for (const QueryValue& value : row) text += value.text + "|";
      text += "\n";
    }
  }
  return text;
}

std::string drawn(const figures::Scene& scene) {
  return figures::to_svg(scene, figures::Theme::dark, {});
}

std::string pictures(const Model& model, std::uint32_t at) {
  std::string text;
  for (const figures::Zoom zoom : {figures::Zoom::participants, figures::Zoom::roles}) {
    figures::InteractionOptions options;
    options.zoom = zoom;
    options.at.seq = options.horizon = at;
    text += drawn(figures::interaction_scene(model, options));
  }
  figures::StatesOptions states;
  states.at.seq = states.horizon = at;
  text += drawn(figures::states_scene(model, states));
  return text;
}

/// The figure is by time, so compare only if the next event is later. Totals are shown only at the
/// end of a run.
std::string activity(const Model& model, std::uint32_t at) {
  const std::int64_t now_ns = model.time_ns(at) - model.start_ns();
  const figures::ActivityGroup group{.title = "a run", .model = &model, .horizon_ns = now_ns};
  figures::ActivityOptions options;
  options.at_ns = options.horizon_ns = now_ns;
  options.show_totals = false;
  return drawn(figures::activity_scene({&group, 1}, options));
}

/// The first line in which two texts differ, for messages.
std::string difference(const std::string& whole, const std::string& cut) {
  const auto ends = std::mismatch(whole.begin(), whole.end(), cut.begin(), cut.end());
  const auto line = [](const std::string& text, std::size_t at) {
    const std::size_t begin = text.rfind('\n', at == 0 ? 0 : at - 1);
    return text.substr(begin == std::string::npos ? 0 : begin + 1, 200);
  };
  const auto at = static_cast<std::size_t>(ends.first - whole.begin());
  return "whole: " + line(whole, at) + "\ncut:   " + line(cut, at);
}

void require_past_is_kept(const Trace& run) {
  const Trace trace = first_events(
      run, std::min<std::uint32_t>(events_max, static_cast<std::uint32_t>(run.events.size())));
  const Model whole(trace);
  for (const std::uint32_t last : cuts_of(whole.event_count())) {
    const Trace cut_trace = first_events(trace, last);
    const Model cut(cut_trace);
    INFO("cut after #" << last);
    for (std::uint32_t seq = 1; seq <= last; ++seq) {
      if (whole.sentence(seq) == cut.sentence(seq)) continue;
      INFO("#" << seq);
      CHECK(whole.sentence(seq) == cut.sentence(seq));
    }
    for (const OperationRecord& operation : cut.operations()) {
      const OperationRecord* same = whole.operation(operation.id);
      REQUIRE(same != nullptr);
      for (std::uint32_t seq = operation.first; seq <= last; ++seq) {
        if (whole.state_at(*same, seq) == cut.state_at(operation, seq)) continue;
        INFO(cut.name_of_operation(operation.id) << " at #" << seq);
        CHECK(name_of(whole.state_at(*same, seq)) == name_of(cut.state_at(operation, seq)));
      }
    }
    const std::string whole_tables = tables(whole, last);
    const std::string cut_tables = tables(cut, last);
    INFO(difference(whole_tables, cut_tables));
    CHECK((whole_tables == cut_tables));
    std::string whole_pictures = pictures(whole, last);
    std::string cut_pictures = pictures(cut, last);
    if (whole.time_ns(last + 1) > whole.time_ns(last)) {
      whole_pictures += activity(whole, last);
      cut_pictures += activity(cut, last);
    }
    INFO(difference(whole_pictures, cut_pictures));
    CHECK((whole_pictures == cut_pictures));
  }
}

/// No duration of a table is negative.
void require_durations(const Trace& trace) {
  const Model model(trace);
  const TraceDatabase database(model);
  for (const char* columns :
       {"operations WHERE min(submit_delay_for_ns, start_delay_for_ns, in_flight_for_ns) < 0",
        "operations WHERE min(queued_for_ns, dispatch_delay_for_ns, handled_for_ns) < 0",
        "completions WHERE min(queued_for_ns, dispatch_delay_for_ns) < 0",
        "completions WHERE handled_for_ns < 0", "handlers WHERE handled_for_ns < 0"}) {
    INFO(columns);
    CHECK(database.answer("SELECT count(*) FROM " + std::string(columns)) == "0");
  }
}

std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("what happened in a shipped scenario does not change with what comes later") {
  for (const fs::path& file : files_in(root / "lessons/scenarios", ".json")) {
    INFO(file.filename());
    const Scenario scenario = read_scenario_file(file);
    if (scenario.program.empty()) continue;
    const RunResult run = run_simulated(scenario);
    require_past_is_kept(run.trace);
    require_durations(run.trace);
  }
}

TEST_CASE("what happened in an imported log does not change with what comes later") {
  for (const auto& [folder, format] :
       {std::pair{"asio", ImportFormat::asio}, std::pair{"io_uring", ImportFormat::io_uring}}) {
    for (const fs::path& file : files_in(root / "tests/traces/imports" / folder, ".log")) {
      INFO(file.filename());
      std::ifstream input(file);
      LogLines lines(input, file.string());
      Trace trace;
      import_log(format, lines, {}, trace);
      require_past_is_kept(trace);
      require_durations(trace);
    }
  }
}

TEST_CASE("each completion of a multishot operation has its own result, moments and state") {
  const Trace trace = read_trace_file((root / "tests/goldens/multishot_accept.json").string());
  const Model model(trace);
  require_past_is_kept(trace);
  require_durations(trace);
  CHECK(model.sentence(6) == "The operating system completes accept #1 on listener: success.");
  CHECK(model.sentence(16) == "The operating system completes accept #1 on listener: cancelled.");
  const OperationRecord& accept = model.operations().front();
  CHECK(model.state_at(accept, 10) == OperationState::in_flight);
  CHECK(model.state_at(accept, 20) == OperationState::done);
  const std::vector<CompletionRecord> completions = model.completions(accept);
  REQUIRE(completions.size() == 3);
  CHECK((completions[1].result == 6 && completions[1].entered == 14 && completions[1].more));
  CHECK((completions[2].result == -125 && completions[2].exited == 20 && !completions[2].more));
}
