#!/usr/bin/env bash
# The whole check: format, lint, types, import contracts, all tests. `--quick` leaves out what needs
# a server, the OCR engine or minutes, and ends within one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./setup.sh --tests
export PATH="$PWD/.venv/bin:$PATH" OMP_THREAD_LIMIT=1
marks=()
case "${1:-}" in
    --quick) marks=(-m "not full") ;;
    "") ;;
    *) echo "usage: $0 [--quick]" >&2; exit 64 ;;
esac
ruff format --check --quiet .
ruff check --quiet .
mypy --no-error-summary
lint-imports --no-cache > /tmp/lint-imports.$$ 2>&1 || { cat /tmp/lint-imports.$$; exit 1; }
rm -f /tmp/lint-imports.$$
exec pytest -n 2 --dist loadfile "${marks[@]}"
