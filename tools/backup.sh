#!/usr/bin/env bash
# Copy a running desk's data (SQLite) into a new folder: tools/backup.sh data /var/backups/desk-today
# The database first, as one consistent snapshot; then the files, which are only ever added and are always written
# before the database names them, so every file that the copied database names is in the copy.
set -euo pipefail
from=${1:?the desk\'s data folder} to=${2:?a folder that does not exist yet}
python=${PYTHON:-$(cd "$(dirname "$0")/.." && pwd)/.venv/bin/python}
[ -f "$from/pishkhan.db" ] || { echo "$from/pishkhan.db: there is no such database" >&2; exit 1; }
mkdir "$to"
umask 077
"$python" - "$from/pishkhan.db" "$to/pishkhan.db" <<'PYTHON'
import pathlib
import sqlite3
import sys

source, target = (pathlib.Path(name).resolve() for name in sys.argv[1:])
reading = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=30)
reading.execute("VACUUM INTO ?", (str(target),))
reading.close()
copy = sqlite3.connect(target)
[[verdict]] = copy.execute("PRAGMA integrity_check").fetchall()
copy.close()
sys.exit(None if verdict == "ok" else f"the copy is damaged: {verdict}")
PYTHON
if [ -d "$from/files" ]; then
    cp -R "$from/files" "$to/files"
fi
du -sh "$to"
