#!/usr/bin/env bash
# Every sample mail through a real mailbox, read, decided and acted upon; then the table.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./setup.sh
exec .venv/bin/python -m samples.demo "$@"
