// The fuzzers' initial inputs, their earlier findings, and a few thousand mutations of both, in
// every build. libFuzzer itself needs clang++ (./lab fuzz readers).
#include <random>

#include "tests/fuzz/readers/corpus.hpp"
#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {
namespace {

/// Changes, removes or repeats a few bytes, or replaces them with words that matter to a reader.
std::string mutated(std::string bytes, std::mt19937& random) {
  static const std::string_view words[] = {"\"",
                                           "{",
                                           "}",
                                           "[",
                                           "]",
                                           ",",
                                           ":",
                                           "\\",
                                           "\n",
                                           "|",
                                           "-1",
                                           "0",
                                           "99999999999999999999",
                                           "1e308",
                                           "null",
                                           "\xFF",
                                           "\x1f\x8b",
                                           "true",
                                           "\"seq\":",
                                           "#",
                                           "```"};
  for (unsigned count = random() % 4 + 1; count > 0 && !bytes.empty(); --count) {
    const std::size_t at = random() % bytes.size();
    const std::size_t length = std::min<std::size_t>(random() % 40, bytes.size() - at);
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(random() % bytes.size(), bytes.substr(at, length));
        break;
      case 3:
        bytes.insert(at, words[random() % std::size(words)]);
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

TEST_CASE("no reader falls over what it once fell over, nor over mutations of good files") {
  for (const Reader& reader : readers()) {
    INFO(reader.name);
    std::vector<std::string> inputs = seeds_of(reader);
    REQUIRE(inputs.size() > 1);
    for (std::string& found : found_for(reader)) inputs.push_back(std::move(found));
    std::mt19937 random(1);
    for (const std::string& input : inputs) reader.read(input);
    for (int i = 0; i < 1000; ++i) {
      reader.read(mutated(inputs[random() % inputs.size()], random));
    }
  }
}

}  // namespace
}  // namespace proactor_lab::fuzz
