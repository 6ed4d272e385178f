// FORMAT.md and trace.schema.json describe what the code does: both are compared with its tables.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "traces/format/event_fields.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;
using Json = nlohmann::ordered_json;

namespace {

const std::string root = PROACTOR_LAB_SOURCE_DIR;

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Json schema_of(Field field) {
  switch (field) {
    case Field::value:
      return {{"type", "integer"}};
    case Field::bytes:
      return {{"type", "integer"}, {"minimum", 0}};
    case Field::options:
      return {{"type", "integer"}, {"minimum", 0}, {"maximum", 65535}};
    case Field::target:
    case Field::handle:
    case Field::buffer:
      return {{"type", "integer"}, {"minimum", 1}, {"maximum", 4294967295}};
    case Field::role:
      return {{"enum", {"application", "processor"}}};
    case Field::more:
      return {{"const", true}};
    default:
      return {{"type", "string"}};
  }
}

Json event_schema() {
  const Json id{{"type", "integer"}, {"minimum", 1}, {"maximum", 4294967295}};
  Json kinds = Json::array();
  Json fields = Json::array();
  for (int i = 0; i < event_kind_count; ++i) {
    const auto kind = static_cast<EventKind>(i);
    kinds.push_back(std::string(name_of(kind)));
    if (fields_of(kind).empty()) continue;
    Json properties;
    for (const FieldName& field : fields_of(kind)) {
      properties[std::string(field.name)] = schema_of(field.field);
    }
    fields.push_back({{"if", {{"properties", {{"kind", {{"const", std::string(name_of(kind))}}}}}}},
                      {"then", {{"properties", properties}}}});
  }
  return {{"type", "object"},
          {"required", {"seq", "time_ns", "kind"}},
          {"properties",
           {{"seq", id},
            {"time_ns", {{"type", "integer"}, {"minimum", 0}}},
            {"earliest_ns", {{"type", "integer"}, {"minimum", 0}}},
            {"kind", {{"enum", kinds}}},
            {"thread", {{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}}},
            {"cause", id},
            {"operation", id},
            {"parent", id},
            {"certainty", {{"enum", {"observed", "inferred"}}}}}},
          {"allOf", fields}};
}

std::string schema() {
  const Json header{{"type", "object"},
                    {"required", {"format", "program", "system", "seed"}},
                    {"properties",
                     {{"format", {{"const", 1}}},
                      {"program", {{"type", "string"}}},
                      {"system", {{"type", "string"}}},
                      {"seed", {{"type", "integer"}, {"minimum", 0}}},
                      {"scenario", {{"type", "object"}}}}}};
  const Json document{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "A Proactor Lab trace, format 1 (FORMAT.md)"},
      {"type", "object"},
      {"required", {"header", "events"}},
      {"properties",
       {{"header", header}, {"events", {{"type", "array"}, {"items", event_schema()}}}}}};
  return document.dump(1) + "\n";
}

}  // namespace

TEST_CASE("every kind's row in the table of fields is its own") {
  for (int i = 0; i < event_kind_count; ++i) {
    const auto kind = static_cast<EventKind>(i);
    INFO(name_of(kind));
    CHECK(event_kind_named(name_of(kind)) == kind);
  }
}

TEST_CASE("FORMAT.md names every kind and every field") {
  const std::string page = read(root + "/traces/FORMAT.md");
  for (int i = 0; i < event_kind_count; ++i) {
    const auto kind = static_cast<EventKind>(i);
    INFO(name_of(kind));
    CHECK(page.find("`" + std::string(name_of(kind)) + "`") != std::string::npos);
    for (const FieldName& field : fields_of(kind)) {
      INFO(field.name);
      CHECK(page.find("`" + std::string(field.name) + "`") != std::string::npos);
    }
  }
}

TEST_CASE("RULES.md has every rule with its severity and its demand") {
  const std::string page = read(root + "/traces/RULES.md");
  const StringPool none;
  for (const auto& monitor : make_monitors(none)) {
    INFO(monitor->rule());
    CHECK(page.find("| `" + std::string(monitor->rule()) + "` | " +
                    std::string(name_of(monitor->info().severity)) + " | " +
                    std::string(monitor->demand()) + " |") != std::string::npos);
  }
}

TEST_CASE("trace.schema.json is what the table of fields says") {
  const std::string path = root + "/traces/trace.schema.json";
  if (std::getenv("PROACTOR_LAB_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << schema();
  CHECK(read(path) == schema());
}
