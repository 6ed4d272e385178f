// lessons/scenario.schema.json agrees with the parser: the shipped scenarios are valid, and both
// accept the same keys.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "lessons/scenario/scenario.hpp"
#include "tests/support/catch.hpp"

using namespace proactor_lab;
using Json = nlohmann::json;

namespace {

const std::string root = PROACTOR_LAB_SOURCE_DIR;

Json read(const std::string& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

/// The part of JSON Schema that our schema uses.
class Validator {
 public:
  explicit Validator(const Json& schema) : schema_(schema) {}
  bool accepts(const Json& value) const { return accepts(value, schema_); }

 private:
  bool accepts(const Json& value, const Json& schema) const {
    if (schema.contains("$ref")) {
      const std::string name = schema["$ref"];
      return accepts(value, schema_.at(Json::json_pointer(name.substr(1))));
    }
    if (schema.contains("oneOf")) {
      const auto& ways = schema["oneOf"];
      return std::count_if(ways.begin(), ways.end(),
                           [&](const Json& way) { return accepts(value, way); }) == 1;
    }
    if (schema.contains("const")) return value == schema["const"];
    if (schema.contains("enum")) {
      const auto& words = schema["enum"];
      return std::find(words.begin(), words.end(), value) != words.end();
    }
    return fits_type(value, schema) && fits_range(value, schema) && fits_members(value, schema);
  }

  static bool fits_type(const Json& value, const Json& schema) {
    const std::string type = schema.at("type");
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == value.type_name();
  }

  static bool fits_range(const Json& value, const Json& schema) {
    if (value.is_number()) {
      const double number = value;
      return number >= schema.value("minimum", -1e300) &&
             number <= schema.value("maximum", 1e300) &&
             number > schema.value("exclusiveMinimum", -1e300);
    }
    if (!value.is_string()) return value.size() <= schema.value("maxItems", SIZE_MAX);
    const std::string text = value;
    return text.size() >= schema.value("minLength", std::size_t{0}) &&
           text.size() <= schema.value("maxLength", SIZE_MAX);
  }

  bool fits_members(const Json& value, const Json& schema) const {
    if (value.is_array()) {
      return std::all_of(value.begin(), value.end(),
                         [&](const Json& each) { return accepts(each, schema.at("items")); });
    }
    if (!value.is_object()) return true;
    for (const std::string key : schema.value("required", Json::array())) {
      if (!value.contains(key)) return false;
    }
    for (const auto& [key, member] : value.items()) {
      const auto known = schema.at("properties").find(key);
      if (known == schema.at("properties").end() || !accepts(member, *known)) return false;
    }
    return true;
  }

  const Json& schema_;
};

/// The keys that the parser accepts at `pointer`, taken from its message about an unknown key.
std::set<std::string> keys_of_parser(Json scenario, const Json::json_pointer& pointer) {
  scenario[pointer]["no such key"] = 1;
  try {
    parse_scenario(scenario.dump(), "s.json");
  } catch (const InputError& error) {
    const std::string text = error.what();
    const std::string lead = "known here: ";
    const auto at = text.find(lead);
    if (at == std::string::npos) return {};
    std::istringstream words(text.substr(at + lead.size()));
    std::set<std::string> keys;
    for (std::string word; words >> word;) {
      std::erase_if(word, [](char c) { return c == ',' || c == ')'; });
      keys.insert(word);
    }
    return keys;
  }
  return {};
}

std::set<std::string> keys_of(const Json& properties) {
  std::set<std::string> keys;
  for (const auto& [key, value] : properties.items()) keys.insert(key);
  return keys;
}

const Json& whole_scenario() {
  static const Json scenario = Json::parse(R"({
    "format": 1, "program": "file_copy",
    "latency_ms": {"min": 1, "max": 2, "shape": "bell"},
    "clients": [{"name": "A", "send": [{"text": "x"}], "link": {"loss": 0.1}}],
    "back_ends": [{"port": 9000, "answer_after_ms": {"mean": 3}, "link": {"breaks": 0.001}}],
    "files": [{"path": "a"}], "copy": {"source": "a", "target": "b"},
    "workers": {"places": 2, "jobs_only": true}, "limits": {"run_ms": 1000},
    "faults": [{"kind": "break", "at_ms": 1, "client": "A"},
               {"kind": "cut", "at_ms": 0, "client": "A", "for_ms": 0.5},
               {"kind": "no_descriptors", "at_ms": 0, "for_ms": 1},
               {"kind": "disk_error", "at_ms": 0, "for_ms": 1, "error": "EIO", "path": "a"}]})");
  return scenario;
}

}  // namespace

TEST_CASE("every shipped scenario is valid by the schema") {
  const Json schema = read(root + "/lessons/scenario.schema.json");
  const Validator validator(schema);
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/lessons/scenarios")) {
    INFO(entry.path().string());
    CHECK(validator.accepts(read(entry.path().string())));
    ++scenarios;
  }
  CHECK(scenarios > 10);
}

TEST_CASE("the schema knows the keys that the parser knows, everywhere") {
  const Json schema = read(root + "/lessons/scenario.schema.json");
  REQUIRE(Validator(schema).accepts(whole_scenario()));
  REQUIRE_NOTHROW(parse_scenario(whole_scenario().dump(), "s.json"));
  const Json& properties = schema["properties"];
  const Json& client = properties["clients"]["items"]["properties"];
  const Json& faults = properties["faults"]["items"]["oneOf"];
  const Json& link = schema["$defs"]["link"]["properties"];
  const std::vector<std::pair<std::string, Json>> places = {
      {"", properties},
      {"/clients/0", client},
      {"/clients/0/send/0", client["send"]["items"]["properties"]},
      {"/clients/0/link", link},
      {"/back_ends/0", properties["back_ends"]["items"]["properties"]},
      {"/back_ends/0/link", link},
      {"/files/0", properties["files"]["items"]["properties"]},
      {"/copy", properties["copy"]["properties"]},
      {"/workers", properties["workers"]["properties"]},
      {"/limits", properties["limits"]["properties"]},
      {"/faults/0", faults[0]["properties"]},
      {"/faults/1", faults[1]["properties"]},
      {"/faults/2", faults[2]["properties"]},
      {"/faults/3", faults[3]["properties"]},
  };
  for (const auto& [pointer, known] : places) {
    INFO(pointer);
    CHECK(keys_of_parser(whole_scenario(), Json::json_pointer(pointer)) == keys_of(known));
  }
}

TEST_CASE("what the schema refuses the parser refuses, too") {
  const Json schema = read(root + "/lessons/scenario.schema.json");
  const std::vector<std::pair<std::string, Json>> wrong = {
      {"/format", 2},
      {"/latency_ms", -1},
      {"/seed", -1},
      {"/seed", 1.5},
      {"/port", 70000},
      {"/loss", 2},
      {"/cores", 0},
      {"/freedom", "some"},
      {"/clients/0/name", ""},
      {"/clients/0/end", "never"},
      {"/limits/run_ms", 0},
      {"/workers/places", 1000},
      {"/clients/0/count", 0},
      {"/clients/0/reads", "no"},
      {"/syscall_ms", 100'000},
      {"/latency_ms", {{"min", 1}}},
  };
  for (const auto& [pointer, value] : wrong) {
    Json scenario = whole_scenario();
    scenario[Json::json_pointer(pointer)] = value;
    INFO(pointer << " = " << value.dump());
    CHECK_FALSE(Validator(schema).accepts(scenario));
    CHECK_THROWS_AS(parse_scenario(scenario.dump(), "s.json"), InputError);
  }
}
