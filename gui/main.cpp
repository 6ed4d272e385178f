#include <iostream>

#include "gui/command_line.hpp"

int main(int argc, char** argv) {
  return proactor_lab::gui::run_command(argc, argv, std::cout, std::cerr);
}
