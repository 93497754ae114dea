"""What every provider of the sandbox that speaks HTTP has: it listens on loopback, and has a session of its own to tell
the house something. Never a network."""

from __future__ import annotations

import aiohttp
from aiohttp import web


class Loopback:
    """A server on loopback; its heirs add their routes in `application`."""

    port = 0
    _seconds = 10.0  #: for what is told to the house
    _runner: web.AppRunner | None = None
    _session: aiohttp.ClientSession | None = None

    def application(self) -> web.Application:
        """What is served."""
        raise NotImplementedError

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._seconds))

    async def stop(self) -> None:
        """Stop listening; what hangs is cut off."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()
        self._runner = self._session = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def _out(self) -> aiohttp.ClientSession:
        assert self._session is not None, "start() first"
        return self._session
