#!/usr/bin/env bash
# Every source stands as clang-format would write it. `./lab format` puts it right.
# Exit code 77 tells ctest that the test was skipped.
set -euo pipefail
cd "$1"
if ! command -v clang-format >/dev/null; then
  echo "skipped: clang-format is not installed"
  exit 77
fi
if ! find core sim traces lessons gui tests -name '*.[ch]pp' -print0 |
  xargs -0 -r clang-format --dry-run -Werror --ferror-limit=1; then
  echo "The files named above are not formatted; run: ./lab format"
  exit 1
fi
