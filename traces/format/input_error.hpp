// An error in an input file, described so that a person can correct it: which file, where in it,
// what is wrong, what to do. Commands print `what()` and exit with code 2.
#pragma once

#include <stdexcept>
#include <string>

namespace proactor_lab {

class InputError : public std::runtime_error {
 public:
  /// `place` is a line ("line 12"), a JSON pointer ("/clients/0") or empty; `remedy` may be empty.
  InputError(std::string file, std::string place, std::string problem, std::string remedy = {})
      : std::runtime_error(compose(file, place, problem, remedy)),
        file_(std::move(file)),
        place_(std::move(place)),
        problem_(std::move(problem)),
        remedy_(std::move(remedy)) {}

  const std::string& file() const { return file_; }
  const std::string& place() const { return place_; }
  const std::string& problem() const { return problem_; }
  const std::string& remedy() const { return remedy_; }

 private:
  static std::string compose(const std::string& file, const std::string& place,
                             const std::string& problem, const std::string& remedy) {
    std::string message = file;
    if (!place.empty()) message += (message.empty() ? "" : ": ") + place;
    if (!message.empty()) message += ": ";
    message += problem;
    if (!remedy.empty()) message += "; " + remedy;
    return message;
  }

  std::string file_;
  std::string place_;
  std::string problem_;
  std::string remedy_;
};

}  // namespace proactor_lab
