"""Our own static files: read once, known by their content, cached by browsers as long as that stays the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from router.errors import NotFound
from router.routes import Access, Route

FOLDER = Path(__file__).parent / "static"
DEEPEST = 5  #: folders below /static
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
          ".woff2": "font/woff2", ".png": "image/png", ".ico": "image/x-icon", ".json": "application/json",
          ".txt": "text/plain", ".md": "text/plain", ".webmanifest": "application/manifest+json"}
_LEVELS = [f"f{number}" for number in range(DEEPEST)]
_FOREVER = "public, max-age=31536000, immutable"
_ASK = "public, no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is now."""

    content: bytes
    media_type: str
    mark: str  #: digest of the content
    changed: float


class Assets:
    """Only files that are there can be asked for: the path is looked up, never opened."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))
                       if path.is_file() and path.suffix in _TYPES}
        self._known: dict[str, Asset] = {}

    def routes(self) -> list[Route]:
        """One per depth: a variable of a path holds no slash. Readable from other sites, for the chat widget's font."""
        get = partial(Route, method="GET", access=Access.PUBLIC, summary="A static file", handler=self.serve, cors=True)
        return [get(path="/static/" + "/".join(f"{{{name}}}" for name in _LEVELS[:depth + 1]))
                for depth in range(DEEPEST)]

    def address(self, path: str) -> str:
        """Where a file is, with its mark: such an address never changes its content."""
        return f"/static/{path}?v={self._asset(path).mark}"

    async def serve(self, request: web.Request) -> web.Response:
        """With the right mark in the query it may be kept for ever; else browsers ask again and mostly hear 304."""
        asset = self._asset("/".join(request.match_info[name] for name in _LEVELS if name in request.match_info))
        keep = _FOREVER if request.query.get("v") == asset.mark else _ASK
        headers = {"ETag": f'"{asset.mark}"', "Cache-Control": keep}
        if f'"{asset.mark}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        charset = "utf-8" if asset.media_type.startswith(("text/", "application/")) else None
        return web.Response(body=asset.content, content_type=asset.media_type, charset=charset, headers=headers)

    def _asset(self, path: str) -> Asset:
        file = self._paths.get(path)
        if file is None:
            raise NotFound("there is no such file")
        changed = file.stat().st_mtime
        known = self._known.get(path)
        if known is None or known.changed != changed:
            content = file.read_bytes()
            known = Asset(content=content, media_type=_TYPES[file.suffix], changed=changed,
                          mark=hashlib.sha256(content).hexdigest()[:16])
            self._known[path] = known
        return known
