# Read by find_package(proactor_lab): gives the target proactor_lab::core and what it links.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
if(CMAKE_SYSTEM_NAME STREQUAL Linux)
  find_dependency(PkgConfig)
  # No header of the core needs liburing; the program is linked with it.
  pkg_check_modules(liburing QUIET IMPORTED_TARGET liburing)
  if(NOT TARGET PkgConfig::liburing)
    set(proactor_lab_FOUND FALSE)
    set(proactor_lab_NOT_FOUND_MESSAGE
      "proactor_lab needs liburing, which pkg-config does not find (Debian: liburing-dev)")
    return()
  endif()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/proactor_lab-targets.cmake)
