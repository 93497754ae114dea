"""The widget as one script, and the sample host page. Reads this folder's `static/`, nothing else."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

STATIC = Path(__file__).parent / "static"
#: In the order in which each needs only those before it.
MODULES = ("words", "format", "state", "store", "link", "files", "dom", "message", "card", "offer", "composer", "found",
           "panel", "widget")
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(//|/\*\*? .*\*/$).*\n?", re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_CACHE = "public, max-age=300"


def script(config: Mapping[str, Any]) -> bytes:
    """The modules joined into one classic script that leaves no global behind. `config` is what this channel adds."""
    parts = [(STATIC / f"{name}.js").read_text(encoding="utf-8") for name in MODULES]
    body = "".join(_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts)
    body = _INDENT.sub("", _COMMENT.sub("", body))
    style = _INDENT.sub("", (STATIC / "widget.css").read_text(encoding="utf-8"))
    head = f"const CONFIG = {_literal(config)};\nconst STYLE = {_literal(style)};\n"
    return f'(() => {{\n"use strict";\n{head}{body}}})();\n'.encode()


def _literal(value: Any) -> str:
    # JSON is JavaScript but for two line separators; "<" is spelled out in case somebody inlines the script.
    text = orjson.dumps(value).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class Assets:
    """The files everybody may read, made once."""

    def __init__(self, name: str, config: Mapping[str, Any]) -> None:
        self._name = name
        self._script = script(config)
        self._packed = gzip.compress(self._script, mtime=0)
        self._tag = f'"{hashlib.sha256(self._script).hexdigest()[:20]}"'

    async def widget(self, request: web.Request) -> web.StreamResponse:
        """GET widget.js."""
        headers = {"Cache-Control": _CACHE, "ETag": self._tag, "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == self._tag:
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = "text/javascript; charset=utf-8"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=self._packed, headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=self._script, headers=headers)

    async def demo(self, request: web.Request) -> web.StreamResponse:
        """GET demo: a page of some town with the widget on it, `?lang=en` for English."""
        language = "en" if request.query.get("lang") == "en" else "fa"
        page = (STATIC / f"demo.{language}.html").read_text(encoding="utf-8")
        page = page.replace("/channels/web/", f"/channels/{self._name}/")  # a name has letters, digits and "-" only
        return web.Response(text=page, content_type="text/html")

    async def demo_style(self, request: web.Request) -> web.StreamResponse:
        """GET demo.css."""
        style = (STATIC / "demo.css").read_text(encoding="utf-8")
        return web.Response(text=style, content_type="text/css", headers={"Cache-Control": _CACHE})
