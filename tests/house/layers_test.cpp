// House rules that a compiler does not check: which folder may include which, which files may use
// Linux headers, what is at the top of the repository, how long a file may get. README.md's table
// of folders says the same in words.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/house/source_tree.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using namespace proactor_lab::house;

constexpr int line_count_max = 500;

/// Headers of the core that a layer which only reads traces may include: plain values, and the
/// recorder's interface. The table of rooms limits what these include themselves (rooms_test.cpp).
const std::regex core_values{"core/(values|recording)/.*"};

/// Files whose path matches `files` may include headers that match `headers`, as written between
/// the quotes or brackets. Standard headers and a layer's own folder need no rule.
struct Permission {
  std::regex files;
  std::regex headers;
};

const std::string linux_headers =
    "(sys|linux|asm|net|netinet|arpa)/.*|(unistd|fcntl|poll|pthread|sched|signal|netdb|dirent|"
    "errno|time|string|stdlib|stdio)\\.h";

const std::vector<Permission>& permissions() {
  static const std::vector<Permission> table = {
      {std::regex{"core/(live/|blocking/live_).*"}, std::regex{linux_headers}},
      {std::regex{"core/recording/fact_clock\\.cpp"},
       std::regex{"cpuid\\.h"}},  // a header of the compiler
      {std::regex{"core/detail/large_pages\\.cpp"}, std::regex{"sys/mman\\.h"}},
      {std::regex{"core/live/io_uring_(ring|wake)\\.hpp"}, std::regex{"liburing\\.h"}},
      {std::regex{"sim/.*"}, std::regex{"core/.*"}},
      {std::regex{"traces/.*"}, std::regex{"(sqlite3|simdjson|zlib)\\.h"}},
      {std::regex{"lessons/.*"}, std::regex{"(core|sim|traces)/.*"}},
      {std::regex{"lessons/.*"}, std::regex{"nlohmann/.*|md4c(-html)?\\.h"}},
      {std::regex{"lessons/(live|capture)/.*"}, std::regex{linux_headers}},
      {std::regex{"lessons/plab/.*"}, std::regex{"CLI/.*|" + linux_headers}},
      {std::regex{"gui/.*"}, std::regex{"(lessons|traces)/.*"}},
      {std::regex{"gui/command_line\\.cpp"}, std::regex{"CLI/.*"}},
      {std::regex{"gui/.*"},
       std::regex{"(imgui.*|imgui_impl_.*|png|ft2build)\\.h|(backends|GLFW|GL|EGL|KHR|fontconfig|"
                  "freetype)/.*|" +
                  linux_headers}},
  };
  return table;
}

/// True for `<vector>` and the like: C++'s own headers have neither a dot nor a slash.
bool is_standard(const Include& include) {
  return !include.quoted && include.header.find_first_of("./") == std::string::npos;
}

bool is_permitted(const std::string& folder, const Include& include) {
  if (is_standard(include)) return true;
  if (include.quoted && include.header.starts_with(folder + "/")) return true;
  const bool only_looks = folder == "traces" || folder == "gui";
  if (only_looks && std::regex_match(include.header, core_values)) return true;
  return std::any_of(permissions().begin(), permissions().end(), [&](const Permission& rule) {
    return std::regex_match(include.file, rule.files) &&
           std::regex_match(include.header, rule.headers);
  });
}

}  // namespace

TEST_CASE("each folder includes only what its layer may know") {
  std::string offences;
  for (const auto& folder : folders) {
    for (const auto& path : sources_in(folder)) {
      for (const auto& include : includes_of(path)) {
        if (!is_permitted(folder, include)) offences += where(include) + "\n";
      }
    }
  }
  INFO("Not allowed by the table in tests/house/layers_test.cpp:\n" << offences);
  CHECK(offences.empty());
}

TEST_CASE("a quoted include names an existing file by its path from the repository's root") {
  std::string offences;
  for (const auto& folder : all_folders()) {
    for (const auto& path : sources_in(folder)) {
      for (const auto& include : includes_of(path)) {
        if (include.quoted && !fs::exists(root / include.header)) offences += where(include) + "\n";
      }
    }
  }
  INFO(offences);
  CHECK(offences.empty());
}

TEST_CASE("the layer rule sees an offence where there is one") {
  const auto permitted = [](const char* file, const char* header, bool quoted) {
    const std::string name = file;
    return is_permitted(name.substr(0, name.find('/')), Include{name, 1, header, quoted});
  };
  CHECK(permitted("sim/system/simulated_os.cpp", "core/proactor.hpp", true));
  CHECK_FALSE(permitted("sim/system/simulated_os.cpp", "traces/format/trace.hpp", true));
  CHECK_FALSE(permitted("sim/system/simulated_os.cpp", "sys/socket.h", false));
  CHECK(permitted("traces/writer.cpp", "core/recording/recorder.hpp", true));
  CHECK_FALSE(permitted("traces/writer.cpp", "core/proactor.hpp", true));
  CHECK_FALSE(permitted("traces/writer.cpp", "sim/time/choice_source.hpp", true));
  CHECK_FALSE(permitted("traces/writer.cpp", "unistd.h", false));
  CHECK(permitted("core/live/io_uring_ring.hpp", "liburing.h", false));
  CHECK_FALSE(permitted("core/live/io_uring_backend.hpp", "liburing.h", false));
  CHECK_FALSE(permitted("core/proactor.cpp", "sys/socket.h", false));
  CHECK(permitted("lessons/live/live_clients.cpp", "sys/socket.h", false));
  CHECK_FALSE(permitted("lessons/programs/echo_server.cpp", "sys/socket.h", false));
  CHECK_FALSE(permitted("gui/window.cpp", "core/proactor.hpp", true));
  CHECK_FALSE(permitted("gui/window.cpp", "sim/system/simulated_os.hpp", true));
}

TEST_CASE("the repository's top level holds the agreed names only") {
  const std::set<std::string> agreed = {"core",
                                        "sim",
                                        "gui",
                                        "traces",
                                        "lessons",
                                        "tests",
                                        "CMakeLists.txt",
                                        "CMakePresets.json",
                                        "README.md",
                                        "LICENSE",
                                        "lab",
                                        "CONTRIBUTING.md"};
  const std::set<std::string> ignored_by_git = {"build", "install", "compile_commands.json",
                                                "CMakeUserPresets.json"};
  for (const auto& entry : fs::directory_iterator(root)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(".") || ignored_by_git.contains(name)) continue;
    INFO(name << " is not among the names agreed for the top level");
    CHECK(agreed.contains(name));
  }
}

TEST_CASE("no source file outgrows what a person reads in one sitting") {
  for (const auto& folder : all_folders()) {
    for (const auto& path : sources_in(folder)) {
      std::ifstream in(path);
      std::string text;
      int lines = 0;
      while (std::getline(in, text)) ++lines;
      INFO(relative_name(path) << " has " << lines << " lines; ask what second thing it does");
      CHECK(lines <= line_count_max);
    }
  }
}
