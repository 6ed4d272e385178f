// Packed traces: written, read, cut, damaged, and hostile.
#include <fstream>
#include <iterator>
#include <sstream>

#include <zlib.h>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/format/text_output.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab {
namespace {

std::string packed(std::string_view text) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("t.gz");
  TextOutput output;
  REQUIRE(output.open(path, has_packed_name(path)));
  output.write(text);
  REQUIRE(output.close());
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Trace read(const std::string& bytes, const ReadLimits& limits = {}) {
  std::istringstream input(bytes);
  return read_trace(input, "t.json.gz", limits);
}

std::string problem_of(const std::string& bytes, const ReadLimits& limits = {}) {
  try {
    read(bytes, limits);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("a packed trace reads as the same trace, whatever its name") {
  const std::string json = to_json(test::echo_of_two());
  const std::string bytes = packed(json);
  CHECK(bytes.size() < json.size() / 4);
  CHECK(to_json(read(bytes)) == json);
}

TEST_CASE("packed pieces one after another are one trace") {
  const std::string json = to_json(test::echo_of_two());
  CHECK(to_json(read(packed(json.substr(0, 1000)) + packed(json.substr(1000)))) == json);
}

TEST_CASE("what was flushed of a packed trace can be read though its writer was killed") {
  const std::string json = to_json(test::echo_of_two());
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("t.json.gz");
  TextOutput output;
  REQUIRE(output.open(path, true));
  output.write(std::string_view(json).substr(0, json.size() / 2));
  output.flush();
  const Trace trace = read_trace_file(path);
  CHECK(trace.truncated);
  CHECK(trace.events.size() > 10);
}

TEST_CASE("a packed trace cut anywhere is a run that was killed or is refused") {
  const std::string bytes = packed(to_json(test::echo_of_two()));
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    const std::string problem = problem_of(bytes.substr(0, size));
    if (problem != "accepted") CHECK(problem.find("t.json.gz") == 0);
  }
}

TEST_CASE("damaged data are refused with their place") {
  std::string bytes = packed(to_json(test::echo_of_two()));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  bytes[bytes.size() / 2 + 1] = static_cast<char>(bytes[bytes.size() / 2 + 1] ^ 0x55);
  CHECK(problem_of(bytes).find("t.json.gz") == 0);
  CHECK(problem_of("\x1f\x8b garbage garbage garbage").find("the gzip data are damaged") !=
        std::string::npos);
}

TEST_CASE("a packed file cannot unpack to more than is allowed") {
  ReadLimits limits;
  limits.text_bytes = 1 << 20;
  const std::string bomb = packed(std::string(8 << 20, ' '));
  CHECK(bomb.size() < 64 * 1024);
  CHECK(problem_of(bomb, limits) ==
        "t.json.gz: unpacks to more than 1 MiB; record less: set \"limits\" in the scenario");
}

}  // namespace
}  // namespace proactor_lab
