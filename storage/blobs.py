"""Files by their sha-256: written once, durable before the name is used, never overwritten."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path

from router.errors import NotFound, Unavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """See `router.ports.Blobs`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        """Store durably; returns the digest. Unavailable when the disk refuses."""
        return await asyncio.to_thread(self._put, content)

    async def read(self, digest: str) -> bytes:
        """The bytes; NotFound when absent."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound("there is no such file")
        try:
            return await asyncio.to_thread(self._path(digest).read_bytes)
        except FileNotFoundError:
            raise NotFound("there is no such file") from None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
            directory = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise Unavailable(f"the file store cannot write: {error.strerror}") from None
        return digest
