#!/usr/bin/env bash
# Fetch the vendored front-end files again, from the versions named in agents/static/vendor/VENDOR.md.
# Needs npm. Afterwards compare: `.venv/bin/pytest tests/test_vendor.py` holds the sha256 values.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$PWD/agents/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fetch() { # package version -> folder $work/package
    npm pack --silent "$1@$2" >/dev/null
    mkdir "$1"
    tar -xzf "$1-$2.tgz" -C "$1" --strip-components=1
}

fetch preact 11.2.0
fetch htm 3.1.1
fetch tinykeys 3.1.0
fetch uplot 1.6.32
fetch vazirmatn 33.0.3

module() { # copy without the pointer to a source map that we do not ship; a bare import becomes a relative one (no import map)
    sed -e '/^\/\/# sourceMappingURL=/d' -e 's#from"preact"#from"./preact.mjs"#' "$1" >"$target/$(basename "$1")"
}

mkdir -p "$target/vazirmatn"
module preact/dist/preact.mjs
module preact/hooks/dist/hooks.mjs
module htm/dist/htm.mjs
module tinykeys/dist/tinykeys.module.js
module uplot/dist/uPlot.esm.js
cp uplot/dist/uPlot.min.css "$target/"
cp 'vazirmatn/fonts/webfonts/Vazirmatn[wght].woff2' "$target/vazirmatn/Vazirmatn.woff2"
cp vazirmatn/OFL.txt "$target/vazirmatn/OFL.txt"
for package in preact htm tinykeys uplot; do
    cp "$package/LICENSE" "$target/$package.LICENCE.txt"
done
cd "$target"
find . -type f ! -name VENDOR.md -printf '%P\n' | LC_ALL=C sort | xargs sha256sum
