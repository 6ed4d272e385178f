// The house rules that a compiler does not see: who may include whom, which files may touch Linux,
// what stands at the top of the repository, how long a file grows. README.md's table of
// folders says the same in words.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/catch.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path root = PROACTOR_LAB_SOURCE_DIR;
const std::vector<std::string> folders = {"core", "sim", "traces", "lessons", "gui"};
constexpr int line_count_max = 500;

/// What of the core a layer above may know when it only looks at traces: plain values, and the
/// recorder's interface. None of these may include another core header that is not listed here.
const std::set<std::string> core_values = {
    "core/call_site.hpp",  "core/completion.hpp", "core/fact.hpp",   "core/fact_clock.hpp",
    "core/fact_index.hpp", "core/fact_lane.hpp",  "core/handle.hpp", "core/large_pages.hpp",
    "core/opcode.hpp",     "core/recorder.hpp",   "core/time.hpp",
};

/// Files whose path matches `files` may include what matches `headers`, as written between the
/// quotes or brackets. Standard headers and a layer's own folder need no rule.
struct Permission {
  std::regex files;
  std::regex headers;
};

const std::string linux_headers =
    "(sys|linux|asm|net|netinet|arpa)/.*|(unistd|fcntl|poll|pthread|sched|signal|netdb|dirent|"
    "errno|time|string|stdlib|stdio)\\.h";

const std::vector<Permission>& permissions() {
  static const std::vector<Permission> table = {
      {std::regex{"core/(blocking/)?(io_uring_|epoll_|live_).*"}, std::regex{linux_headers}},
      {std::regex{"core/fact_clock\\.cpp"}, std::regex{"cpuid\\.h"}},  // the compiler's own
      {std::regex{"core/large_pages\\.cpp"}, std::regex{"sys/mman\\.h"}},
      {std::regex{"core/io_uring_(ring|wake)\\.hpp"}, std::regex{"liburing\\.h"}},
      {std::regex{"sim/.*"}, std::regex{"core/.*"}},
      {std::regex{"traces/.*"}, std::regex{"(sqlite3|simdjson|zlib)\\.h"}},
      {std::regex{"lessons/.*"}, std::regex{"(core|sim|traces)/.*"}},
      {std::regex{"lessons/.*"}, std::regex{"nlohmann/.*|md4c(-html)?\\.h"}},
      {std::regex{"lessons/live.*"}, std::regex{linux_headers}},
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

struct Include {
  std::string file;
  int line;
  std::string header;
  bool quoted;
};

std::string where(const Include& include) {
  return include.file + ":" + std::to_string(include.line) + " includes " + include.header;
}

std::string relative_name(const fs::path& path) {
  return path.lexically_relative(root).generic_string();
}

std::vector<fs::path> sources_in(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".hpp") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<Include> includes_of(const fs::path& path) {
  static const std::regex pattern{R"re(\s*#\s*include\s*(["<])([^">]+)[">].*)re"};
  std::vector<Include> includes;
  std::ifstream in(path);
  std::string text;
  std::smatch match;
  for (int line = 1; std::getline(in, text); ++line) {
    if (text.find("include") == std::string::npos || !std::regex_match(text, match, pattern)) {
      continue;
    }
    includes.push_back({relative_name(path), line, match[2], match[1] == "\""});
  }
  return includes;
}

/// `<vector>` and its like: C++'s own headers have neither a dot nor a slash.
bool is_standard(const Include& include) {
  return !include.quoted && include.header.find_first_of("./") == std::string::npos;
}

bool is_permitted(const std::string& folder, const Include& include) {
  if (is_standard(include)) return true;
  if (include.quoted && include.header.starts_with(folder + "/")) return true;
  const bool only_looks = folder == "traces" || folder == "gui";
  if (only_looks && core_values.contains(include.header)) return true;
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
  INFO("Not allowed by the table in tests/layers_test.cpp:\n" << offences);
  CHECK(offences.empty());
}

TEST_CASE("the core's values know nothing else of the core") {
  std::string offences;
  for (const auto& header : core_values) {
    for (const auto& include : includes_of(root / header)) {
      if (include.header.starts_with("core/") && !core_values.contains(include.header)) {
        offences += where(include) + "\n";
      }
    }
  }
  INFO(offences);
  CHECK(offences.empty());
}

TEST_CASE("a quoted include names an existing file by its path from the repository's root") {
  std::string offences;
  auto all = folders;
  all.push_back("tests");
  for (const auto& folder : all) {
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
  CHECK(permitted("sim/simulated_os.cpp", "core/proactor.hpp", true));
  CHECK_FALSE(permitted("sim/simulated_os.cpp", "traces/trace.hpp", true));
  CHECK_FALSE(permitted("sim/simulated_os.cpp", "sys/socket.h", false));
  CHECK(permitted("traces/writer.cpp", "core/recorder.hpp", true));
  CHECK_FALSE(permitted("traces/writer.cpp", "core/proactor.hpp", true));
  CHECK_FALSE(permitted("traces/writer.cpp", "sim/choice_source.hpp", true));
  CHECK_FALSE(permitted("traces/writer.cpp", "unistd.h", false));
  CHECK(permitted("core/io_uring_ring.hpp", "liburing.h", false));
  CHECK_FALSE(permitted("core/io_uring_backend.hpp", "liburing.h", false));
  CHECK_FALSE(permitted("core/proactor.cpp", "sys/socket.h", false));
  CHECK(permitted("lessons/live_clients.cpp", "sys/socket.h", false));
  CHECK_FALSE(permitted("lessons/programs/echo_server.cpp", "sys/socket.h", false));
  CHECK_FALSE(permitted("gui/window.cpp", "core/proactor.hpp", true));
  CHECK_FALSE(permitted("gui/window.cpp", "sim/simulated_os.hpp", true));
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
  auto all = folders;
  all.push_back("tests");
  for (const auto& folder : all) {
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
