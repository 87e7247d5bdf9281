#!/usr/bin/env bash
# Sets up what is missing, and nothing else: Debian packages, .venv, the locked Python packages.
# `--tests` adds what only the tests need. When all is set up it needs no network and ends in a second.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Package, and the file (a pattern) that proves it is there.
packages=(
    "tesseract-ocr:/usr/bin/tesseract"
    "tesseract-ocr-deu:/usr/share/tesseract-ocr/*/tessdata/deu.traineddata"
    "libpango-1.0-0:/usr/lib/*/libpango-1.0.so.0"
    "libpangoft2-1.0-0:/usr/lib/*/libpangoft2-1.0.so.0"
    "libseccomp2:/usr/lib/*/libseccomp.so.2"
    "dovecot-imapd:/usr/lib/dovecot/imap"
    "fonts-dejavu-core:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
    "fonts-liberation:/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
)
if [ "${1:-}" = "--tests" ]; then
    packages+=(
        "postgresql:/usr/lib/postgresql/*/bin/initdb"
        "isync:/usr/bin/mbsync"
        "chromium:/usr/bin/chromium"
        "jq:/usr/bin/jq"
    )
fi
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)

missing=()
for entry in "${packages[@]}"; do
    compgen -G "${entry#*:}" > /dev/null || missing+=("${entry%%:*}")
done

python=${PYTHON:-python3}
if [ ! -x .venv/bin/python ]; then
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        missing+=(python3 python3-venv)
        python=/usr/bin/python3
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        missing+=(python3-venv)
    fi
fi

if [ "${#missing[@]}" -gt 0 ]; then
    echo "Installing Debian packages: ${missing[*]}" >&2
    "${as_root[@]}" apt-get update -qq
    # Dovecot is started by our own tests with our own configuration; the system's service stays off.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv

wanted=$(cat requirements-dev.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/installed.sha256 2>/dev/null || true)" != "$wanted" ]; then
    echo "Installing the locked Python packages" >&2
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    echo "$wanted" > .venv/installed.sha256
fi
