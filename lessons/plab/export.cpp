// plab export: a trace as text for a terminal, or as an SVG picture.
#include <iostream>
#include <memory>

#include "lessons/plab/command.hpp"
#include "lessons/plab/output_file.hpp"
#include "traces/figures/activity.hpp"
#include "traces/figures/interaction.hpp"
#include "traces/figures/svg.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

struct ExportArguments {
  std::string trace;
  std::string to;
  std::string out = "-";
  std::string view = "interaction";
  std::string axis = "order";
  std::string zoom = "participants";
  std::string theme = "light";
  std::uint32_t first = 1;
  std::uint32_t events = 400;
  int columns = 100;
};

std::string as_text(const Model& model, const ExportArguments& arguments) {
  if (arguments.view == "activity") {
    const figures::ActivityGroup group{model.trace().header.program, &model};
    return figures::activity_text({&group, 1}, arguments.columns);
  }
  return figures::interaction_text(model, arguments.columns, arguments.first, arguments.events);
}

std::string as_svg(const Model& model, const ExportArguments& arguments) {
  const figures::Theme theme = arguments.theme == "dark"       ? figures::Theme::dark
                               : arguments.theme == "contrast" ? figures::Theme::contrast
                                                               : figures::Theme::light;
  if (arguments.view == "activity") {
    const figures::ActivityGroup group{model.trace().header.program, &model};
    figures::ActivityOptions options;
    return figures::to_svg(figures::activity_scene({&group, 1}, options), theme);
  }
  figures::InteractionOptions options;
  options.axis = arguments.axis == "time" ? figures::Axis::time : figures::Axis::order;
  options.zoom = arguments.zoom == "roles" ? figures::Zoom::roles : figures::Zoom::participants;
  return figures::to_svg(
      figures::interaction_sheet(model, options, arguments.first, arguments.events), theme);
}

int export_trace(const ExportArguments& arguments) {
  const Trace trace = read_trace_file(arguments.trace);
  const Model model(trace);
  write_output(arguments.out,
               arguments.to == "svg" ? as_svg(model, arguments) : as_text(model, arguments));
  return ok;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = app.add_subcommand("export", "Draw a trace as text or SVG");
  command->add_option("trace", arguments->trace, "A trace file")->required();
  command->add_option("--to", arguments->to, "The format")
      ->required()
      ->check(CLI::IsMember({"text", "svg"}));
  command->add_option("-o,--out", arguments->out, "Where to; - is standard output")
      ->capture_default_str();
  command->add_option("--view", arguments->view, "Which diagram")
      ->check(CLI::IsMember({"interaction", "activity"}))
      ->capture_default_str();
  command->add_option("--axis", arguments->axis, "What the vertical axis shows")
      ->check(CLI::IsMember({"order", "time"}))
      ->capture_default_str();
  command->add_option("--zoom", arguments->zoom, "How many columns")
      ->check(CLI::IsMember({"roles", "participants"}))
      ->capture_default_str();
  command->add_option("--theme", arguments->theme, "Of the SVG")
      ->check(CLI::IsMember({"light", "dark", "contrast"}))
      ->capture_default_str();
  command->add_option("--first", arguments->first, "The first event to draw")
      ->check(CLI::PositiveNumber);
  command->add_option("--events", arguments->events, "How many events at most")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  command->add_option("--columns", arguments->columns, "Width of the text")
      ->check(CLI::Range(60, 400))
      ->capture_default_str();
  command->callback(
      [&action, arguments] { action = [arguments] { return export_trace(*arguments); }; });
}

}  // namespace proactor_lab::plab
