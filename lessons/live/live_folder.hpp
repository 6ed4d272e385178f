// A scenario's files on the live system, in a new temporary folder that is removed with this
// object.
#pragma once

#include <string>
#include <vector>

#include "lessons/scenario/scenario.hpp"

namespace proactor_lab {

class LiveFolder {
 public:
  /// Writes `files` into a new folder that only this user can access. Throws InputError if the
  /// folder or a file cannot be written. If the process is killed, the folder remains.
  explicit LiveFolder(const std::vector<ScenarioFile>& files);
  ~LiveFolder();
  LiveFolder(const LiveFolder&) = delete;
  LiveFolder& operator=(const LiveFolder&) = delete;

  const std::string& path() const { return path_; }
  /// The files that are in the folder now, sorted by path.
  std::vector<ScenarioFile> files() const;

 private:
  std::string path_;
};

}  // namespace proactor_lab
