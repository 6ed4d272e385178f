// A scenario's files on the live system: a fresh temporary folder, gone with this object.
#pragma once

#include <string>
#include <vector>

#include "lessons/scenario/scenario.hpp"

namespace proactor_lab {

class LiveFolder {
 public:
  /// Puts `files` into a new folder that nobody else may enter. Throws InputError where the disk
  /// refuses it. A run that is killed leaves the folder behind.
  explicit LiveFolder(const std::vector<ScenarioFile>& files);
  ~LiveFolder();
  LiveFolder(const LiveFolder&) = delete;
  LiveFolder& operator=(const LiveFolder&) = delete;

  const std::string& path() const { return path_; }
  /// What is in it now, in the order of the names.
  std::vector<ScenarioFile> files() const;

 private:
  std::string path_;
};

}  // namespace proactor_lab
