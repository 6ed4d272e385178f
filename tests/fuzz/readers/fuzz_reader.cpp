// A libFuzzer target for one reader. The build of the executable selects the reader.
//
//   fuzz_trace --write-seeds FOLDER     first: writes initial files for libFuzzer
//   fuzz_trace FOLDER [-max_total_time=60]
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/readers/corpus.hpp"

using namespace proactor_lab::fuzz;

namespace {

const Reader& reader() {
  static const Reader* const found = reader_named(PROACTOR_LAB_READER);
  return *found;
}

void write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int count = 0;
  for (const auto& seeds : {seeds_of(reader()), found_for(reader())}) {
    for (const std::string& seed : seeds) {
      std::ofstream(folder / ("seed-" + std::to_string(++count)), std::ios::binary) << seed;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc == 3 && std::strcmp((*argv)[1], "--write-seeds") == 0) {
    write_seeds((*argv)[2]);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reader().read({reinterpret_cast<const char*>(data), size});
  return 0;
}
