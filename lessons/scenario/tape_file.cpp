#include "lessons/scenario/tape_file.hpp"

#include <fstream>

#include "lessons/scenario/lesson_json.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024 * 1024;

QuestionKind question_named(const JsonNode& node) {
  const std::string name = node.text();
  for (int i = 0; i < question_count; ++i) {
    if (name_of(static_cast<QuestionKind>(i)) == name) return static_cast<QuestionKind>(i);
  }
  node.fail("there is no question \"" + name + "\"");
}

}  // namespace

Tape read_tape_file(const std::string& path) {
  std::ifstream input(path, std::ios::binary);
  if (!input) throw InputError(path, "", "cannot be opened", "check the name and the permissions");
  std::string text;
  for (std::string chunk(1 << 16, '\0'); input.read(chunk.data(), 1 << 16), input.gcount() > 0;) {
    text.append(chunk.data(), static_cast<std::size_t>(input.gcount()));
    if (text.size() > file_bytes_max) throw InputError(path, "", "is larger than 64 MiB");
  }
  const OrderedJson document = parse_strict_json(text, path);
  const JsonNode root(document, path);
  root.only({"format", "answers"});
  if (root.at("format").integer(0, 1'000'000) != 1) {
    root.at("format").fail("must be 1", "this program reads tapes of format 1");
  }
  Tape tape;
  for (const JsonNode& each : root.at("answers").elements()) {
    each.only({"question", "entity", "occurrence", "answer"});
    const Question question{
        question_named(each.at("question")),
        static_cast<std::uint64_t>(each.at("entity").integer(0, INT64_MAX)),
        static_cast<std::uint32_t>(each.at("occurrence").integer(0, UINT32_MAX))};
    const auto answer = static_cast<std::uint64_t>(each.at("answer").integer(0, INT64_MAX));
    if (!tape.answers.emplace(question, answer).second) {
      each.fail("answers a question a second time", "remove one of the two");
    }
  }
  return tape;
}

std::string to_json(const Tape& tape) {
  std::string json = "{\"format\":1,\"answers\":[";
  bool first = true;
  for (const auto& [question, answer] : tape.answers) {
    json += first ? "\n" : ",\n";
    first = false;
    json += "{\"question\":\"" + std::string(name_of(question.kind)) +
            "\",\"entity\":" + std::to_string(question.entity) +
            ",\"occurrence\":" + std::to_string(question.occurrence) +
            ",\"answer\":" + std::to_string(answer) + "}";
  }
  return json + "\n]}\n";
}

}  // namespace proactor_lab
