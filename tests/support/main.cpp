// Catch2 v2 makes its main here, once for all test executables; v3 has its own main.
#if __has_include(<catch2/catch.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
