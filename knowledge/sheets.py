"""Knowledge's own style sheets and scripts: read once, known by their content, kept by browsers while that stays."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

from router.errors import NotFound

FOLDER = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css"}


class Sheets:
    """Only files that are there can be asked for: the name is looked up, never opened."""

    def __init__(self, prefix: str, folder: Path = FOLDER) -> None:
        self._prefix = prefix
        self._known = {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in sorted(folder.iterdir())
                       if path.suffix in _TYPES}
        self._marks = {name: hashlib.sha256(content).hexdigest()[:16] for name, (content, _) in self._known.items()}

    def address(self, name: str) -> str:
        """Where a file is, with its mark."""
        return f"{self._prefix}{name}?v={self._marks[name]}"

    def answer(self, request: web.Request, name: str) -> web.Response:
        """With its mark in the query it never changes."""
        found = self._known.get(name)
        if found is None:
            raise NotFound("there is no such file")
        mark = self._marks[name]
        keep = "public, max-age=31536000, immutable" if request.query.get("v") == mark else "public, no-cache"
        headers = {"Cache-Control": keep, "ETag": f'"{mark}"'}
        if f'"{mark}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=found[0], content_type=found[1], charset="utf-8", headers=headers)
