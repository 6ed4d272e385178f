// plab export: converts a trace to another form. Each format is a row of the table `formats`.
#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lessons/plab/command.hpp"
#include "lessons/plab/export_html.hpp"
#include "lessons/plab/output_file.hpp"
#include "traces/export/chrome_trace.hpp"
#include "traces/export/mermaid.hpp"
#include "traces/figures/activity/activity.hpp"
#include "traces/figures/interaction/interaction.hpp"
#include "traces/figures/states/states.hpp"
#include "traces/figures/svg.hpp"
#include "traces/format/input_error.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

struct ExportArguments {
  std::string trace;
  std::string to;
  std::string out = "-";
  std::string view;  // empty: the format's default view
  std::string axis = "order";
  std::string zoom = "participants";
  std::string theme = "light";
  std::string machine = "all";
  std::uint32_t first = 1;
  std::uint32_t events = 400;
  std::uint32_t at = 0;  // 0: the end of the run
  int columns = 100;
};

/// A value of --to. `write` is called with one of its views.
struct Format {
  std::string name;
  std::vector<std::string> views;
  void (*write)(const Trace& trace, const ExportArguments& arguments, OutputFile& out);
};

void write_text(const Trace& trace, const ExportArguments& arguments, OutputFile& out) {
  const Model model(trace);
  if (arguments.view == "activity") {
    const figures::ActivityGroup group{trace.header.program, &model};
    out.write(figures::activity_text({&group, 1}, arguments.columns));
    return;
  }
  out.write(figures::interaction_text(model, arguments.columns, arguments.first, arguments.events));
}

/// Cuts off the blank space below a picture with few lanes.
figures::Scene trimmed(const figures::Scene& scene) {
  float bottom = 0;
  for (const figures::Shape& shape : scene.shapes()) {
    bottom = std::max({bottom, shape.box.bottom(), shape.from.y + shape.text_size, shape.to.y});
  }
  figures::Scene picture(scene.width(), std::min(scene.height(), bottom + 12));
  picture.append(scene, {0, 0});
  return picture;
}

figures::Scene scene_of(const Model& model, const ExportArguments& arguments) {
  if (arguments.view == "activity") {
    const figures::ActivityGroup group{model.trace().header.program, &model};
    return trimmed(figures::activity_scene({&group, 1}, {}));
  }
  if (arguments.view == "states") {
    figures::StatesOptions options;
    options.width = 480;
    options.height = 360;
    options.at = {arguments.at == 0 ? model.event_count() : arguments.at, 0};
    return figures::states_scene(model, options);
  }
  figures::InteractionOptions options;
  options.axis = arguments.axis == "time" ? figures::Axis::time : figures::Axis::order;
  options.zoom = arguments.zoom == "roles" ? figures::Zoom::roles : figures::Zoom::participants;
  return figures::interaction_sheet(model, options, arguments.first, arguments.events);
}

void write_svg(const Trace& trace, const ExportArguments& arguments, OutputFile& out) {
  const figures::Theme theme = arguments.theme == "dark"       ? figures::Theme::dark
                               : arguments.theme == "contrast" ? figures::Theme::contrast
                                                               : figures::Theme::light;
  const Model model(trace);
  figures::SvgDocument document;
  document.title = arguments.view == "states" ? "State diagram" : arguments.view + " diagram";
  document.title[0] = static_cast<char>(std::toupper(document.title[0]));
  document.title += " of " + trace.header.program + " on " + trace.header.system;
  document.description = "Operations: " + std::to_string(model.operations().size()) +
                         ". Threads: " + std::to_string(model.threads().size()) +
                         ". Events: " + std::to_string(model.event_count()) + ", in " +
                         format_duration(model.end_ns() - model.start_ns()) + ".";
  document.width_max_mm = figures::a4_width_mm;
  out.write(figures::to_svg(scene_of(model, arguments), theme, document));
}

void write_chrome(const Trace& trace, const ExportArguments&, OutputFile& out) {
  write_chrome_trace(trace, [&out](std::string_view part) { out.write(part); });
}

std::vector<StateMachine> machines_of(const Trace& trace, const std::string& wanted) {
  std::vector<StateMachine> machines = state_machines(trace);
  if (wanted == "all" && !machines.empty()) return machines;
  std::string names;
  for (StateMachine& machine : machines) {
    if (machine.name == wanted) return {std::move(machine)};
    names += (names.empty() ? "" : ", ") + machine.name;
  }
  throw InputError("--machine " + wanted, "", "this trace has no such state machine",
                   names.empty() ? "it has none at all" : "it has " + names);
}

void write_mermaid(const Trace& trace, const ExportArguments& arguments, OutputFile& out) {
  if (arguments.view == "states") {
    out.write(figures::states_mermaid(machines_of(trace, arguments.machine)));
    return;
  }
  out.write(figures::interaction_mermaid(Model(trace), arguments.first, arguments.events));
}

void write_html(const Trace& trace, const ExportArguments& arguments, OutputFile& out) {
  figures::PageWindow window;
  window.first = arguments.first;
  window.max_events = arguments.events;
  window.axis = arguments.axis == "time" ? figures::Axis::time : figures::Axis::order;
  window.zoom = arguments.zoom == "roles" ? figures::Zoom::roles : figures::Zoom::participants;
  out.write(as_html(Model(trace), window));
}

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"text", {"interaction", "activity"}, write_text},
      {"svg", {"interaction", "activity", "states"}, write_svg},
      {"html", {}, write_html},
      {"chrome", {}, write_chrome},
      {"mermaid", {"interaction", "states"}, write_mermaid},
  };
  return all;
}

int export_trace(ExportArguments arguments) {
  const auto format = std::find_if(formats().begin(), formats().end(),
                                   [&](const Format& f) { return f.name == arguments.to; });
  if (arguments.view.empty() && !format->views.empty()) arguments.view = format->views.front();
  const auto& views = format->views;
  if (!arguments.view.empty() &&
      std::find(views.begin(), views.end(), arguments.view) == views.end()) {
    throw InputError(
        "--to " + format->name, "", "has no view \"" + arguments.view + '"',
        views.empty() ? "leave --view out" : "it has " + CLI::detail::join(views, ", "));
  }
  const Trace trace = read_trace_file(arguments.trace);
  OutputFile out(arguments.out);
  format->write(trace, arguments, out);
  out.commit();
  return ok;
}

/// The views of all formats, without duplicates.
std::vector<std::string> view_names() {
  std::vector<std::string> names;
  for (const Format& format : formats()) {
    for (const std::string& view : format.views) {
      if (std::find(names.begin(), names.end(), view) == names.end()) names.push_back(view);
    }
  }
  return names;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const Format& format : formats()) names.push_back(format.name);
  return names;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = app.add_subcommand("export", "Draw a trace as text, SVG or an HTML page");
  command->add_option("trace", arguments->trace, "A trace file")->required();
  command->add_option("--to", arguments->to, "The format")
      ->required()
      ->check(CLI::IsMember(format_names()));
  command->add_option("-o,--out", arguments->out, "Where to; - is standard output")
      ->capture_default_str();
  command->add_option("--view", arguments->view, "Which diagram; the format's first if left out")
      ->check(CLI::IsMember(view_names()));
  command->add_option("--axis", arguments->axis, "What the vertical axis shows")
      ->check(CLI::IsMember({"order", "time"}))
      ->capture_default_str();
  command->add_option("--zoom", arguments->zoom, "How many columns")
      ->check(CLI::IsMember({"roles", "participants"}))
      ->capture_default_str();
  command->add_option("--theme", arguments->theme, "Of the SVG")
      ->check(CLI::IsMember({"light", "dark", "contrast"}))
      ->capture_default_str();
  command
      ->add_option("--machine", arguments->machine,
                   "Mermaid's states: operation, worker, loop, one of the program's, or all")
      ->capture_default_str();
  command->add_option("--first", arguments->first, "The first event to draw")
      ->check(CLI::PositiveNumber);
  command->add_option("--events", arguments->events, "How many events at most")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  command
      ->add_option("--at", arguments->at, "SVG's states: after this event; at the end if left out")
      ->check(CLI::PositiveNumber);
  command->add_option("--columns", arguments->columns, "Width of the text")
      ->check(CLI::Range(60, 400))
      ->capture_default_str();
  command->callback(
      [&action, arguments] { action = [arguments] { return export_trace(*arguments); }; });
}

}  // namespace proactor_lab::plab
