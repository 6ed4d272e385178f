#include "lessons/plab/lesson_command.hpp"
#include "lessons/plab/output_file.hpp"
#include "lessons/player/lesson_page.hpp"

namespace proactor_lab::plab {

int export_lesson(const std::filesystem::path& root, const LessonExport& wanted) {
  Lesson lesson = read_lesson(find_lesson(root, wanted.name), root);
  write_output(wanted.out, wanted.answers ? lesson_page(std::move(lesson))
                                          : lesson_handout(std::move(lesson), wanted.question));
  return ok;
}

}  // namespace proactor_lab::plab
