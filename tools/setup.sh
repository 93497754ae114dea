#!/usr/bin/env bash
# Make .venv if there is none and install one requirements file into it, with hashes.
# Done once: a copy of the file in .venv tells what is installed, so a changed file is installed again.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=${1:?which requirements file}
venv=${VENV:-.venv}
python=$venv/bin/python
stamp=$venv/installed-$wanted

say() { printf '%s\n' "$*" >&2; }

suits() { # python, what it must be able to import
    "$1" -c "import sys; sys.exit(sys.version_info < (3, 11)); " 2>/dev/null && "$1" -c "import $2" 2>/dev/null
}

find_python() { # $1: modules it must have
    local name
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$name" >/dev/null 2>&1 && suits "$name" "$1"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

new_venv() {
    local base
    rm -rf "$venv"
    if base=$(find_python "venv, ensurepip, sqlite3, ssl"); then
        say "Making $venv with $("$base" -V) ..."
        "$base" -m venv "$venv"
    elif base=$(find_python "venv, pip, sqlite3, ssl"); then
        # Debian without python3-venv, but with pip: pip can install into an environment that has none.
        say "Making $venv with $("$base" -V) and its own pip ..."
        "$base" -m venv --without-pip "$venv"
        "$base" -m pip --python "$python" install -qq pip
    elif base=$(find_python "sqlite3, ssl"); then
        say "$base ($("$base" -V)) cannot make a virtual environment: its module ensurepip is missing."
        say "On Debian or Ubuntu:  apt install python3-venv     then run make again."
        say "Or name another Python:  PYTHON=/path/to/python3.11 make run"
        exit 1
    else
        say "Python 3.11 or newer is needed (with sqlite3 and ssl) and none was found as python3, python3.11 ... python3.14."
        say "On Debian or Ubuntu:  apt install python3 python3-venv     On macOS:  brew install python@3.12"
        say "Or name one:  PYTHON=/path/to/python3.11 make run"
        exit 1
    fi
}

if ! suits "$python" pip; then
    new_venv
fi
if ! cmp -s "$wanted" "$stamp"; then
    say "Installing $wanted (once) ..."
    "$python" -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$wanted"
    cp "$wanted" "$stamp"
fi
