// plab check: checks a trace against the pattern's rules and the user's own rules.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "lessons/plab/command.hpp"
#include "lessons/plab/number_range.hpp"
#include "traces/format/input_error.hpp"
#include "traces/model/model.hpp"
#include "traces/rules/rules.hpp"
#include "traces/rules/sql_rules.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string trace;
  std::string rules;
  double handler_ms = 100;
  bool strict = false;
  bool list = false;
  bool json = false;
};

struct Listed {
  std::string name;
  Severity severity;
  std::string demand;
};

std::vector<Listed> listed(const std::vector<SqlRule>& own) {
  std::vector<Listed> all;
  const StringPool none;
  for (const auto& monitor : make_monitors(none)) {
    all.push_back(
        {std::string(monitor->rule()), monitor->info().severity, std::string(monitor->demand())});
  }
  for (const SqlRule& rule : own) all.push_back({rule.name, rule.severity, rule.demand});
  return all;
}

Json json_of(const std::vector<Listed>& rules) {
  Json list = Json::array();
  for (const Listed& rule : rules) {
    list.push_back(
        {{"name", rule.name}, {"severity", name_of(rule.severity)}, {"demand", rule.demand}});
  }
  return list;
}

std::string explanation_of(const Violation& violation, const std::string& path) {
  return "plab explain " + path + " --event " + std::to_string(violation.event);
}

Json json_of(const std::vector<Violation>& violations, const Trace& trace,
             const std::string& path) {
  Json list = Json::array();
  for (const Violation& violation : violations) {
    list.push_back({{"rule", violation.rule},
                    {"severity", name_of(violation.severity)},
                    {"event", violation.event},
                    {"others", violation.others},
                    {"time_ns", trace.events[violation.event - 1].time_ns},
                    {"sentence", violation.sentence},
                    {"command", explanation_of(violation, path)}});
  }
  return list;
}

void print(const Json& json) {
  std::cout << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print(const Violation& violation, const Trace& trace, const std::string& path) {
  const Event& event = trace.events[violation.event - 1];
  std::cout << "#" << violation.event << " at " << format_duration(event.time_ns) << ": "
            << name_of(violation.severity) << ": " << violation.rule << ": " << violation.sentence
            << "\n    " << explanation_of(violation, path);
  for (std::size_t i = 0; i < violation.others.size(); ++i) {
    std::cout << (i == 0 ? "   and see #" : ", #") << violation.others[i];
  }
  std::cout << '\n';
}

int list(const Options& options) {
  const auto rules =
      listed(options.rules.empty() ? std::vector<SqlRule>{} : read_sql_rules(options.rules));
  if (options.json) {
    print(json_of(rules));
    return ok;
  }
  for (const Listed& rule : rules) {
    std::cout << rule.name << " (" << name_of(rule.severity) << ")\n    " << rule.demand << '\n';
  }
  return ok;
}

int check(const Options& options) {
  if (options.list) return list(options);
  if (options.trace.empty()) {
    throw InputError("plab check", "", "a trace is missing", "or say --list");
  }
  std::vector<SqlRule> own;
  if (!options.rules.empty()) own = read_sql_rules(options.rules);
  const Trace trace = read_trace_file(options.trace);
  RuleOptions limits;
  limits.handler_ns = static_cast<std::int64_t>(options.handler_ms * 1e6);
  std::vector<Violation> violations = check_rules(trace, limits);
  if (!own.empty()) {
    for (Violation& each : check_sql_rules(own, options.rules, Model(trace))) {
      violations.push_back(std::move(each));
    }
    std::stable_sort(violations.begin(), violations.end(),
                     [](const Violation& a, const Violation& b) { return a.event < b.event; });
  }
  const auto rules = listed(own);
  const bool is_kept = std::all_of(violations.begin(), violations.end(), [&](const Violation& v) {
    return v.severity == Severity::hint && !options.strict;
  });
  const int code = is_kept ? ok : failed;
  if (options.json) {
    print(Json{{"trace", options.trace},
               {"events", trace.events.size()},
               {"ends_early", trace.truncated},
               {"kept", is_kept},
               {"rules", json_of(rules)},
               {"violations", json_of(violations, trace, options.trace)}});
    return code;
  }
  if (trace.truncated) std::cout << "note: the file ends early; its last events are missing\n";
  for (const Violation& violation : violations) print(violation, trace, options.trace);
  std::cout << options.trace << ": ";
  if (violations.empty()) {
    std::cout << trace.events.size() << " events keep all " << rules.size() << " rules\n";
  } else {
    std::cout << violations.size() << (violations.size() == 1 ? " violation" : " violations")
              << (is_kept ? ", hints only\n" : "\n");
  }
  return code;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("check", "Check a trace against the pattern's rules");
  command->add_option("trace", options->trace, "A trace file");
  command->add_option("--rules", options->rules, "Rules of your own in SQL (traces/RULES.md)");
  command
      ->add_option("--handler-ms", options->handler_ms, "How many milliseconds a handler may run")
      ->capture_default_str()
      ->check(number_in(1e-3, 1e9));
  command->add_flag("--strict", options->strict, "Exit 1 for hints, too");
  command->add_flag("--list", options->list, "List the rules");
  command->add_flag("--json", options->json, "Say it in JSON");
  command->callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace proactor_lab::plab
