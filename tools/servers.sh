#!/usr/bin/env bash
# Install the real servers that tests talk to. Does nothing when they are there.
# Never ends with an error: tests/suites.py decides what a missing server means, and says so by name.
set -uo pipefail
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python

say() { printf '%s\n' "$*" >&2; }

packages=(dovecot-imapd dovecot-lmtpd kannel kannel-extras baresip-core sip-tester espeak-ng sox redis-server
    chromium fonts-dejavu-core)

missing=()
if command -v dpkg-query >/dev/null 2>&1; then
    for package in "${packages[@]}"; do
        state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)
        [ "$state" = installed ] || missing+=("$package")
    done
else
    missing=("${packages[@]}")
fi

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing ${missing[*]} ..."
        export DEBIAN_FRONTEND=noninteractive
        options=(-qq -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
        log=$(mktemp)
        if apt-get "${options[@]}" update >"$log" 2>&1 &&
            apt-get "${options[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
            rm -f "$log"
        else
            say "apt-get failed; its last words:"
            tail -n 15 "$log" >&2
        fi
    else
        say "Not installed here: ${missing[*]}"
        say "Suites whose server is missing are left out and named at the end. On Debian, to run them all:"
        say "  sudo apt-get install --no-install-recommends ${packages[*]}"
    fi
fi

if [ -f tests/servers/telemelya.py ] || [ -d tests/servers/telemelya ]; then
    "$python" -m tests.servers.telemelya install || say "telemelya could not be installed; see above"
fi
"$python" -m tests.servers.oracles install || say "the staffing oracles could not be installed; see above"
exit 0
