#include "gui/command_line.hpp"

#include <charconv>
#include <optional>
#include <ostream>
#include <string>

#include <CLI/CLI.hpp>

#include "gui/app.hpp"
#include "gui/desktop.hpp"
#include "gui/screenshot.hpp"
#include "lessons/plab/number_range.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab::gui {
namespace {

enum ExitCode { well = 0, bad_input = 2, failed = 3 };

struct Options {
  std::string file;
  std::string screenshot;
  std::string at;
  std::string view = "interaction";
  std::string axis = "order";
  std::string zoom = "participants";
  std::string theme = "dark";
  std::string size = "1600x900";
  float scale = 0;
};

constexpr int largest_side = 8192;

/// Parses "1600x900". Throws InputError.
FrameSize size_named(const std::string& text, float scale) {
  FrameSize size;
  size.scale = scale > 0 ? scale : 1;
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.width);
  bool good = width.ec == std::errc{} && width.ptr != end && *width.ptr == 'x';
  if (good) {
    const auto height = std::from_chars(width.ptr + 1, end, size.height);
    good = height.ec == std::errc{} && height.ptr == end;
  }
  const auto side = [](int pixels) { return pixels >= 64 && pixels <= largest_side; };
  if (!good || !side(size.width) || !side(size.height)) {
    throw InputError{"--size " + text, "", "this is no size",
                     "give WIDTHxHEIGHT in pixels, each from 64 to " +
                         std::to_string(largest_side) + ", as 1600x900"};
  }
  return size;
}

void declare(CLI::App& command, Options& options) {
  command.add_option("FILE", options.file, "A lesson, a scenario or a trace: a path or a name")
      ->type_name("LESSON|SCENARIO|TRACE");
  command
      .add_option("--screenshot", options.screenshot,
                  "Draw one frame into this PNG file; needs no display")
      ->type_name("PNG");
  command
      .add_option("--at", options.at,
                  "The moment: #SEQ, nanoseconds since the start, or an SQL query for a seq; a "
                  "screenshot of a run is of its end if left out")
      ->type_name("MOMENT");
  command.add_option("--view", options.view, "What the stage shows")
      ->check(CLI::IsMember({"interaction", "activity"}));
  command.add_option("--axis", options.axis, "One row an event, or true time")
      ->check(CLI::IsMember({"order", "time"}));
  command.add_option("--zoom", options.zoom, "How much of the pattern is shown")
      ->check(CLI::IsMember({"roles", "participants"}));
  command.add_option("--theme", options.theme, "Colours")
      ->check(CLI::IsMember({"dark", "light", "contrast"}));
  command.add_option("--size", options.size, "Of the screenshot, in pixels")->type_name("WxH");
  command
      .add_option("--scale", options.scale, "Pixels a logical pixel; the desktop's own if left out")
      ->check(plab::number_in(0.5, 4.0));
}

void set_up(App& app, const Options& options, const CLI::App& command) {
  ViewSettings& settings = app.settings();
  if (command.count("--theme") > 0) {
    settings.theme = options.theme == "light"      ? figures::Theme::light
                     : options.theme == "contrast" ? figures::Theme::contrast
                                                   : figures::Theme::dark;
  }
  if (command.count("--view") > 0) {
    settings.stage = options.view == "activity" ? StageView::activity : StageView::interaction;
  }
  if (command.count("--axis") > 0) {
    settings.axis = options.axis == "time" ? figures::Axis::time : figures::Axis::order;
  }
  if (command.count("--zoom") > 0) {
    settings.zoom = options.zoom == "roles" ? figures::Zoom::roles : figures::Zoom::participants;
  }
  if (options.at.empty()) {
    // A picture of a run shows the whole run; a lesson is at its step's moment.
    const bool still = !options.screenshot.empty() && app.model() && !app.lesson();
    if (still) app.apply({Action::go_to, app.model()->event_count()});
    return;
  }
  if (!app.model()) {
    throw InputError{"--at", "", "there is no run to go to",
                     "name a lesson, a scenario or a trace"};
  }
  app.apply({Action::go_to, moment_named(*app.model(), options.at)});
}

int run(const Options& options, const CLI::App& command) {
  const FrameSize size = size_named(options.size, options.scale);
  App app;
  if (!options.file.empty()) {
    app.open(open_document(options.file));
  } else {
    try {
      app.start_first_launch(run_three_requests());
    } catch (const InputError& error) {
      app.say(error.what());
    }
  }
  set_up(app, options, command);
  if (options.screenshot.empty()) {
    run_desktop(app, options.scale);
    return well;
  }
  Offscreen offscreen;
  write_png(picture_of(app, offscreen, size), options.screenshot);
  return well;
}

}  // namespace

int run_command(int argc, const char* const* argv, std::ostream& output, std::ostream& errors) {
  Options options;
  CLI::App command{"See asynchronous I/O complete.", "proactor-lab"};
  declare(command, options);
  try {
    command.parse(argc, argv);
    return run(options, command);
  } catch (const CLI::CallForHelp&) {
    output << command.help();
    return well;
  } catch (const CLI::ParseError& error) {
    errors << "proactor-lab: " << error.what() << "; `proactor-lab --help` lists what it takes\n";
    return bad_input;
  } catch (const InputError& error) {
    errors << "proactor-lab: " << error.what() << '\n';
    return bad_input;
  } catch (const CannotWrite& error) {
    errors << "proactor-lab: " << error.what() << '\n';
    return bad_input;
  } catch (const NoDisplay& error) {
    errors << "proactor-lab: " << error.what() << '\n';
    return bad_input;
  } catch (const std::exception& error) {
    errors << "proactor-lab: " << error.what() << '\n';
    return failed;
  }
}

}  // namespace proactor_lab::gui
