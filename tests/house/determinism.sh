#!/usr/bin/env bash
# Same scenario and seed, same bytes: whatever the compiler, debug or release.
#
# determinism.sh [SEEDS]                      builds trace_hashes by g++ and clang++, debug and
#                                             release, and compares them over 1,000 seeds
# determinism.sh SEEDS TRACE_HASHES OTHER...  compares those that are built
#
# Every shipped scenario runs on the simulated system. Exit code 77 tells ctest that the test was
# skipped: another build is missing or may be stale. PROACTOR_LAB_COMPARE=required, which the full
# `./lab test` sets, allows no skipping.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
seeds=${1:-1000}

built=("${@:2}")
if [ ${#built[@]} -eq 0 ]; then
  cd "$root"
  for preset in dev headless; do
    for compiler in g++ clang++; do
      folder=build/determinism/$preset-$compiler
      cmake --preset "$preset" -B "$folder" -DCMAKE_CXX_COMPILER="$compiler" \
        -DPROACTOR_LAB_GUI=OFF >/dev/null
      cmake --build "$folder" --target trace_hashes
      built+=("$folder/bin/trace_hashes")
    done
  done
elif [ "${PROACTOR_LAB_COMPARE:-}" != required ]; then
  for other in "${built[@]:1}"; do
    if [ "$other" -nt "${built[0]}" ]; then continue; fi
    echo "skipped: $other is missing, or older than ${built[0]}"
    echo "./lab test builds it, or: cmake --preset dev-clang && cmake --build build/dev-clang"
    exit 77
  done
fi

# Nothing on loopback: those that ask for the live system run on the simulated one all the same.
scenarios=("$root"/lessons/scenarios/*.json)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"${built[0]}" "$seeds" "${scenarios[@]}" >"$out/first"
for i in "${!built[@]}"; do  # the first one again: a run leaves nothing behind
  "${built[i]}" "$seeds" "${scenarios[@]}" >"$out/other"
  if ! diff "$out/first" "$out/other" >"$out/differences"; then
    echo "${built[i]} and ${built[0]} differ: scenario, seed, bytes, hash"
    head -20 "$out/differences"
    exit 1
  fi
done
echo "$(wc -l <"$out/first") runs of ${#scenarios[@]} scenarios: the same bytes from ${#built[@]} builds"
