#!/usr/bin/env bash
# installed_plab.sh SOURCE_DIR BUILD_DIR [SANITIZERS]
# plab, installed and moved elsewhere, finds the lessons and scenarios that were installed with it.
set -euo pipefail
source_dir=$1 build_dir=$2 sanitizers=${3:-}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
unset PROACTOR_LAB_LESSONS

cmake --install "$build_dir" --component plab --prefix "$out/first" >"$out/install.log"
mv "$out/first" "$out/prefix"
# Sanitizers alone put the sources' full names into what they compile.
if grep -rlF ${sanitizers:+--exclude=plab} -e "$source_dir" "$out/prefix"; then
  echo "The installed files named above hold the source tree's path"
  exit 1
fi
cd "$out"
prefix/bin/plab lesson list | tee lessons.txt
grep -q one-read lessons.txt
prefix/bin/plab run echo --seed 7 --out echo.json
prefix/bin/plab check echo.json
