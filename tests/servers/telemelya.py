"""Telemelya, somebody else's Bot API server, in its own environment, with the Redis and the S3 (moto) that it wants.

`python -m tests.servers.telemelya install` makes it; `make servers` calls that. The pins are in telemelya.txt.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import IO, Any

import aiohttp
from aiohttp import web

from tests.servers.environments import Environment

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Environment(name="telemelya", folder=ROOT / ".venv-telemelya", pins=Path(__file__).with_suffix(".txt"))
TOKEN = "123456:TELEMELYA-token"
_KEY = "control-key"


class Telemelya:
    """`await start()`; `url` is the server. Three processes on free loopback ports, ended by pid."""

    def __init__(self, folder: Path) -> None:
        from tests.servers.kannel import free_ports
        self.folder = folder
        self.redis, self.s3, self.port = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        self._running: list[asyncio.subprocess.Process] = []
        self._files: list[IO[bytes]] = []
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """All three up and healthy."""
        from tests.suites import command
        assert ENVIRONMENT.installed(), "telemelya is not installed: python -m tests.servers.telemelya install"
        self._session = aiohttp.ClientSession()
        await self._spawn("redis", command("redis-server"), "--port", str(self.redis), "--bind", "127.0.0.1",
                          "--save", "", "--appendonly", "no", "--dir", str(self.folder))
        await self._spawn("moto", str(ENVIRONMENT.python), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.s3))
        await self._until(f"http://127.0.0.1:{self.s3}/moto-api/")
        await self._spawn("telemelya", str(ENVIRONMENT.python), "-m", "telemelya.server.app", environ={
            "MOCK_SERVER_HOST": "127.0.0.1", "MOCK_SERVER_PORT": str(self.port), "MOCK_SERVER_URL": self.url,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis}/0", "MINIO_ENDPOINT": f"127.0.0.1:{self.s3}",
            "AUTH_KEYS": _KEY})
        await self._until(f"{self.url}/")

    async def stop(self) -> None:
        """End all by pid, the last first."""
        for process in reversed(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        for each in self._files:
            each.close()
        if self._session is not None:
            await self._session.close()

    async def inject(self, **update: Any) -> dict[str, Any]:
        """Have an update delivered to the registered webhook; the delivery's outcome."""
        body = {"session_id": "s1", **update}
        return await self.control("POST", f"test/send_update?bot_token={TOKEN}&session_id=s1", json=body)

    async def responses(self) -> list[dict[str, Any]]:
        """What the bot sent, as Telemelya recorded it."""
        found: list[dict[str, Any]] = (await self.control("GET", "test/responses?session_id=s1"))["responses"]
        return found

    async def upload(self, name: str, content: bytes) -> str:
        """A file that later updates can name; its id."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        return str((await self.control("POST", "test/upload_media?session_id=s1", data=form))["file_id"])

    async def control(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """One call of Telemelya's own control interface."""
        assert self._session is not None
        headers = {"Authorization": f"Bearer {_KEY}"}
        async with self._session.request(method, f"{self.url}/api/v1/{path}", headers=headers, **request) as got:
            assert got.status == 200, f"{path.partition('?')[0]}: {got.status} {await got.text()}"
            found: dict[str, Any] = await got.json()
            return found

    async def _spawn(self, name: str, *arguments: str, environ: dict[str, str] | None = None) -> None:
        file = (self.folder / f"{name}.out").open("wb")
        self._files.append(file)
        self._running.append(await asyncio.create_subprocess_exec(
            *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=file, stderr=file, cwd=self.folder,
            env={**os.environ, **(environ or {})}))

    async def _until(self, url: str) -> None:
        assert self._session is not None
        end = asyncio.get_running_loop().time() + 60
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with self._session.get(url) as got:
                    if got.status == 200:
                        return
            assert self._running[-1].returncode is None, f"{url}: the process ended; see {self.folder}"
            assert asyncio.get_running_loop().time() < end, f"{url} never answered; see {self.folder}"
            await asyncio.sleep(0.1)


class SecretFront:
    """A proxy in front of our webhook that adds the secret header. Telegram sends that header itself; Telemelya does
    not know it. The product is not told: it still refuses whoever comes without."""

    def __init__(self, inner: str, secret: str) -> None:
        self.inner, self.secret, self.port = inner, secret, 0
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _forward(self, request: web.Request) -> web.Response:
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.secret}
        body = await request.read()
        async with aiohttp.ClientSession() as session, \
                session.post(f"{self.inner}/{request.match_info['path']}", data=body, headers=headers) as got:
            return web.Response(status=got.status, body=await got.read())


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python -m tests.servers.telemelya install")
    ENVIRONMENT.install()
