// Lessons on disk for tests: a shipped lesson, copied into a separate folder so that tests may
// change it.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "lessons/player/lesson.hpp"
#include "tests/support/temporary_folder.hpp"

namespace proactor_lab::test {

inline std::filesystem::path shipped_lessons() {
  return std::filesystem::path(PROACTOR_LAB_SOURCE_DIR) / "lessons";
}

class LessonFolder {
 public:
  explicit LessonFolder(const std::string& shipped = "one-read") {
    std::filesystem::copy(shipped_lessons() / "scenarios", root() / "scenarios",
                          std::filesystem::copy_options::recursive);
    std::filesystem::copy(shipped_lessons() / "course" / shipped, root() / shipped,
                          std::filesystem::copy_options::recursive);
    folder_ = root() / shipped;
    json = nlohmann::ordered_json::parse(read("lesson.json"));
    text = read("lesson.md");
  }
  nlohmann::ordered_json json;  ///< lesson.json
  std::string text;             ///< lesson.md

  const std::filesystem::path& root() const { return temporary_.path(); }
  const std::filesystem::path& folder() const { return folder_; }

  std::string read(const std::string& name) const {
    std::ostringstream text_of_file;
    text_of_file << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return text_of_file.str();
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  void replace(const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  }
  /// Writes a changed copy of a shared scenario into the lesson's folder, where it is found first.
  void change_scenario(const std::string& name, const std::string& pointer,
                       const nlohmann::json& value) const {
    std::ifstream shared(root() / "scenarios" / name);
    nlohmann::ordered_json scenario = nlohmann::ordered_json::parse(shared);
    scenario[nlohmann::ordered_json::json_pointer(pointer)] = value;
    write(name, scenario.dump());
  }
  nlohmann::ordered_json& step(const std::string& id) {
    for (auto& each : json["steps"]) {
      if (each["id"] == id) return each;
    }
    throw std::out_of_range(id);
  }

  Lesson lesson() const {
    write("lesson.json", json.dump(1));
    write("lesson.md", text);
    return read_lesson(folder_, root());
  }
  /// The error message from reading the lesson; empty if it can be read.
  std::string refusal() const {
    try {
      lesson();
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }

 private:
  testing::TemporaryFolder temporary_;
  std::filesystem::path folder_;
};

}  // namespace proactor_lab::test
