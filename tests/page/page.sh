#!/usr/bin/env bash
# page.sh TESTS [ARGUMENTS]
# Runs the tests of exported pages, which drive a real browser without a display.
#
# Skipped (77) where there is no Chromium; PROACTOR_LAB_BROWSER=required, which the full `./lab test`
# sets, makes that a failure. CHROMIUM names another one.
set -euo pipefail
tests=$1
shift
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$browser" ]; then
  echo "No chromium is installed (Debian: apt-get install chromium): exported pages are not opened."
  if [ "${PROACTOR_LAB_BROWSER:-}" = required ]; then exit 1; fi
  exit 77
fi
CHROMIUM=$browser exec "$tests" "$@"
