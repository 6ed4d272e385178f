#!/usr/bin/env bash
# package.sh SOURCE_DIR BUILD_DIR COMPILER GENERATOR [SANITIZERS]
# The core, installed and moved elsewhere, serves a project that knows nothing of this source tree:
# tests/house/package is copied out of it, built and run.
set -euo pipefail
source_dir=$1 build_dir=$2 compiler=$3 generator=$4 sanitizers=${5:-}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cmake --install "$build_dir" --component core --prefix "$out/first" >"$out/install.log"
mv "$out/first" "$out/prefix"
# Sanitizers alone put the sources' full names into what they compile.
if grep -rlF ${sanitizers:+"--exclude=*.a"} -e "$source_dir" -e "$out/first" "$out/prefix"; then
  echo "The installed files named above hold the path of a folder that others do not have"
  exit 1
fi

include=$out/prefix/include/proactor_lab
find "$include" -name '*.hpp' -printf '#include "%P"\n' | sort >"$out/headers.cpp"
"$compiler" -std=c++20 -fsyntax-only -I "$include" "$out/headers.cpp"
if grep -rl 'include <liburing' "$include"; then
  echo "The headers named above are private: they need liburing"
  exit 1
fi

cp -r "$source_dir/tests/house/package" "$out/package"
cmake -S "$out/package" -B "$out/build" -G "$generator" -DCMAKE_PREFIX_PATH="$out/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="${sanitizers:+-fsanitize=$sanitizers}"
cmake --build "$out/build" --verbose | tee "$out/build.log"
if grep -e -Wall -e -ffile-prefix-map "$out/build.log"; then
  echo "Options of our own reach those who link the core"
  exit 1
fi
"$out/build/echo_example" | tee "$out/answer"
grep -qx 'echoed: Who is done?' "$out/answer"
