// The rooms of each folder. CONTRIBUTING.md's table says which room may include which. Each
// folder's README names its rooms, and only files that exist.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/house/source_tree.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using namespace proactor_lab::house;

constexpr int sources_on_top_max = 12;  // a header and its source count as one

/// The texts between backticks.
std::vector<std::string> quoted_in(const std::string& text) {
  static const std::regex pattern{"`([^`\n]+)`"};
  std::vector<std::string> names;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), pattern);
       it != std::sregex_iterator(); ++it) {
    names.push_back((*it)[1]);
  }
  return names;
}

/// A row of the table: a room, or the files at the top of a folder that rooms may include ("core/
/// seam").
struct Room {
  std::string name;
  std::set<std::string> files;  ///< empty: all files in the folder `name`
  std::vector<std::string> may_include;
};

/// The table's rows, from the lowest room to the highest.
std::vector<Room> rooms() {
  std::istringstream lines(text_of(root / "CONTRIBUTING.md"));
  std::vector<Room> table;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("| room |")) inside = true;
    if (!inside || line.starts_with("|---") || line.starts_with("| room |")) continue;
    if (!line.starts_with("|")) break;
    const std::size_t first_end = line.find('|', 1);
    const std::vector<std::string> names = quoted_in(line.substr(0, first_end));
    REQUIRE_FALSE(names.empty());
    Room room{.name = names.front(), .may_include = quoted_in(line.substr(first_end))};
    for (std::size_t i = 1; i < names.size(); ++i) {
      room.files.insert(room.name.substr(0, room.name.find(' ')) + "/" + names[i] + ".hpp");
    }
    table.push_back(room);
  }
  return table;
}

/// The room of the table that contains `file`: the one with the longest matching name.
std::string room_of(const std::string& file, const std::vector<Room>& table) {
  std::string best;
  for (const Room& room : table) {
    if (room.files.contains(file)) return room.name;
    if (!room.files.empty()) continue;
    if (file.starts_with(room.name + "/") && room.name.size() > best.size()) best = room.name;
  }
  return best;
}

std::string layer_of(const std::string& name) { return name.substr(0, name.find_first_of("/ ")); }

}  // namespace

TEST_CASE("each room includes only rooms below it, as the table in CONTRIBUTING.md says") {
  const std::vector<Room> table = rooms();
  REQUIRE(table.size() > 20);
  std::map<std::string, std::set<std::string>> used;
  std::string offences;
  for (const auto& folder : folders) {
    for (const auto& path : sources_in(folder)) {
      const std::string file = relative_name(path);
      const std::string room = room_of(file, table);
      if (room.empty()) offences += file + " is in no room of the table\n";
      for (const auto& include : includes_of(path)) {
        const std::string other = room_of(include.header, table);
        if (!include.quoted || layer_of(include.header) != folder || other == room) continue;
        used[room].insert(other);
        const auto row = std::find_if(table.begin(), table.end(),
                                      [&](const Room& each) { return each.name == room; });
        const bool allowed = row != table.end() && std::count(row->may_include.begin(),
                                                              row->may_include.end(), other) > 0;
        if (!allowed) offences += where(include) + ": " + room + " may not include " + other + "\n";
      }
    }
  }
  INFO("Not allowed by the table of rooms in CONTRIBUTING.md:\n" << offences);
  CHECK(offences.empty());

  SECTION("the table has no circle, and no arrow that no file uses") {
    std::set<std::string> below;
    for (const Room& room : table) {
      for (const std::string& other : room.may_include) {
        INFO(room.name << " includes " << other);
        CHECK(below.contains(other));
        CHECK(used[room.name].contains(other));
      }
      below.insert(room.name);
    }
  }
}

TEST_CASE("on top of a folder there are at most a dozen sources") {
  for (const auto& folder : all_folders()) {
    std::set<std::string> stems;
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension == ".cpp" || extension == ".hpp") stems.insert(entry.path().stem().string());
    }
    INFO(folder << "/ has " << stems.size());
    CHECK(stems.size() <= sources_on_top_max);
  }
}

TEST_CASE("each README names the rooms of its folder, and only files that exist") {
  // Matches "live/epoll_*.cpp", "page/page_document.*", "scenario.schema.json", but not a sentence.
  static const std::regex file_name{
      R"re([a-z0-9_./*-]+\.(hpp|cpp|json|md|sh|txt|js|css|html|\*))re"};
  static const std::regex room_name{"[a-z_/-]+/"};
  const auto exists = [](const fs::path& folder, const std::string& name) {
    if (name.find('*') == std::string::npos) return fs::exists(folder / name);
    std::string pattern;
    for (const char c : fs::path(name).filename().string()) {
      pattern += c == '*' ? std::string(".*") : c == '.' ? std::string("\\.") : std::string(1, c);
    }
    const std::regex matches{pattern};
    const fs::path in = folder / fs::path(name).parent_path();
    if (!fs::is_directory(in)) return false;
    const fs::directory_iterator entries(in);
    return std::any_of(begin(entries), end(entries), [&](const fs::directory_entry& entry) {
      return std::regex_match(entry.path().filename().string(), matches);
    });
  };
  for (const auto& folder : all_folders()) {
    const std::vector<std::string> names = quoted_in(text_of(root / folder / "README.md"));
    for (const std::string& name : names) {
      if (!std::regex_match(name, file_name) && !std::regex_match(name, room_name)) continue;
      const bool is_of_the_page = exists(root / "traces/figures/page", name);
      INFO(folder << "/README.md names " << name);
      CHECK((exists(root / folder, name) || exists(root, name) || is_of_the_page));
    }
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      if (!entry.is_directory() || fs::is_empty(entry.path())) continue;
      const std::string room = entry.path().filename().string() + "/";
      INFO(folder << "/README.md does not name " << room);
      CHECK(std::count(names.begin(), names.end(), room) > 0);
    }
  }
}
