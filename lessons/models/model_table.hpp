// The figures of the server models as a table for a terminal.
#pragma once

#include <string>
#include <vector>

#include "lessons/models/model_runs.hpp"

namespace proactor_lab {

struct ModelRow {
  const char* title;
  ModelFigures figures;
};

std::string model_table(const std::vector<ModelRow>& rows);

}  // namespace proactor_lab
