#!/usr/bin/env bash
# compilers.sh SOURCE_DIR PLAB OTHER_PLAB
# The same scenario and seed give the same bytes twice, and from a build by another compiler.
# Exit code 77 tells ctest that the test was skipped: the other build is missing or may be stale.
# PROACTOR_LAB_COMPARE=required, which the full `./lab test` sets, allows no skipping.
set -euo pipefail
source_dir=$1 plab=$2 other=$3
scenario=$source_dir/lessons/scenarios/echo.json
if [ "${PROACTOR_LAB_COMPARE:-}" != required ] && [ ! "$other" -nt "$plab" ]; then
  echo "skipped: no plab built by clang++ that is newer than this one at $other"
  echo "./lab test builds it, or: cmake --preset dev-clang && cmake --build build/dev-clang"
  exit 77
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$plab" run "$scenario" --seed 7 --out "$out/first.json"
"$plab" run "$scenario" --seed 7 --out "$out/second.json"
"$other" run "$scenario" --seed 7 --out "$out/other.json"
cmp "$out/first.json" "$out/second.json"
cmp "$out/first.json" "$out/other.json"
