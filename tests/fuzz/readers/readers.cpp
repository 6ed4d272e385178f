#include "tests/fuzz/readers/readers.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "lessons/player/lesson.hpp"
#include "lessons/scenario/scenario.hpp"
#include "tests/support/temporary_folder.hpp"
#include "traces/explain/explanation.hpp"
#include "traces/figures/interaction/interaction.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/import/import.hpp"
#include "traces/model/model.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::fuzz {
namespace {

const std::filesystem::path source = PROACTOR_LAB_SOURCE_DIR;

void require(bool promise) {
  if (!promise) std::abort();
}

/// Small enough that no input takes long.
ReadLimits small_limits() {
  ReadLimits limits;
  limits.events = 5'000;
  limits.text_bytes = 4 << 20;
  limits.string_bytes = 1 << 20;
  return limits;
}

/// Every query works on a trace that was read, and writing and reading it again gives the same
/// trace.
void look_at(const Trace& trace) {
  const Model model(trace);
  check_rules(trace);
  explain_run(model);
  explain_event(model, model.event_count());
  for (std::uint32_t seq = 1; seq <= model.event_count(); seq += 97) model.snapshot_at(seq);
  figures::interaction_text(model, 80, 1, 60);
  const std::string json = to_json(trace);
  std::istringstream again(json);
  require(to_json(read_trace(again, "again")) == json);
}

void read_as_trace(std::string_view bytes) {
  try {
    std::istringstream input{std::string(bytes)};
    look_at(read_trace(input, "fuzz.json", small_limits()));
  } catch (const InputError&) {
  }
}

void read_as_scenario(std::string_view bytes) {
  try {
    parse_scenario(bytes, "fuzz.json");
  } catch (const InputError&) {
  }
}

void read_as_lesson(std::string_view bytes) {
  static const testing::TemporaryFolder folder;
  static const bool ready = [] {
    std::filesystem::create_directory(folder.path() / "fuzzed");
    std::filesystem::create_directory_symlink(source / "lessons" / "scenarios",
                                              folder.path() / "scenarios");
    return true;
  }();
  require(ready);
  const std::size_t boundary = std::min(bytes.find(lesson_boundary), bytes.size());
  const std::string_view text =
      bytes.substr(std::min(boundary + lesson_boundary.size(), bytes.size()));
  std::ofstream(folder.file("fuzzed/lesson.json"), std::ios::binary) << bytes.substr(0, boundary);
  std::ofstream(folder.file("fuzzed/lesson.md"), std::ios::binary) << text;
  try {
    read_lesson(folder.path() / "fuzzed", folder.path());
  } catch (const InputError&) {
  }
}

/// Whatever the log contains, the trace made from it can be read again.
void read_as_log(ImportFormat format, std::string_view bytes) {
  try {
    std::istringstream input{std::string(bytes)};
    LogLines lines(input, "fuzz.log");
    ImportLimits limits;
    limits.events = 5'000;
    limits.alive = 500;
    limits.string_bytes = 1 << 20;
    Trace trace;
    import_log(format, lines, limits, trace);
    look_at(trace);
  } catch (const InputError&) {
  }
}

void read_as_asio_log(std::string_view bytes) { read_as_log(ImportFormat::asio, bytes); }
void read_as_io_uring_log(std::string_view bytes) { read_as_log(ImportFormat::io_uring, bytes); }

}  // namespace

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all = {
      {"trace", read_as_trace, {source / "tests/goldens/broken"}, ".json"},
      {"scenario", read_as_scenario, {source / "lessons/scenarios"}, ".json"},
      {"lesson", read_as_lesson, {source / "lessons"}, "lesson.json"},
      {"asio", read_as_asio_log, {source / "tests/traces/imports/asio"}, ".log"},
      {"io_uring", read_as_io_uring_log, {source / "tests/traces/imports/io_uring"}, ".log"},
  };
  return all;
}

const Reader* reader_named(std::string_view name) {
  for (const Reader& reader : readers()) {
    if (reader.name == name) return &reader;
  }
  return nullptr;
}

}  // namespace proactor_lab::fuzz
