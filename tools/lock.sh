#!/usr/bin/env bash
# Pin the dependencies of pyproject.toml: exact versions and hashes for every platform, no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet uv
    uv=.venv/bin/uv
fi

compile() {
    "$uv" pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --quiet "$@"
}

compile --upgrade --output-file requirements.txt
# The same versions under test as in use.
compile --upgrade --extra test --constraint requirements.txt --output-file requirements-test.txt

if grep -nE '://|^-|^ *--(index|find|extra)' requirements.txt requirements-test.txt; then
    echo "an address got into a requirements file: the lines above" >&2
    exit 1
fi
