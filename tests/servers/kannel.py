"""A real Kannel (bearerbox, smsbox) with its fake message centre on free loopback ports, ended by pid."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import IO

import aiohttp

from tests.suites import command

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"

CONFIG = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = adm
status-password = adm
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = {folder}/bearerbox.log
log-level = 0
dlr-storage = internal
store-type = file
store-location = {folder}/kannel.store
sms-resend-freq = 2
sms-resend-retry = 3

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 3000
log-file = {folder}/smsbox.log
log-level = 0
http-request-retry = 10
http-queue-delay = 1
mo-recode = true

group = sendsms-user
username = app
password = pw
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
concatenation = true
assume-plain-text = false
omit-empty = true
get-url = "{inbound}?from=%p&to=%P&text=%b&ts=%t&coding=%c&charset=%C&smsc=%i&id=%I&udh=%u&secret={secret}"
"""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that were free a moment ago, all different."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]


class Kannel:
    """`await start()`; `send_url` is for the channel; `phone(...)` is the telephone network."""

    def __init__(self, folder: Path, *, inbound: str, secret: str) -> None:
        self.folder, self.inbound, self.secret = folder, inbound, secret
        self.admin, self.box, self.centre, self.sendsms = free_ports(4)
        self.send_url = f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms"
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._files: list[IO[bytes]] = []
        self._phones = 0

    async def start(self) -> None:
        """Both boxes up and listening, and smsbox known to bearerbox."""
        config = self.folder / "kannel.conf"
        config.write_text(CONFIG.format(**{key: getattr(self, key) for key in (
            "admin", "box", "centre", "sendsms", "folder", "inbound", "secret")}), encoding="utf-8")
        await self._spawn("bearerbox", command("bearerbox"), "-v", "4", str(config))
        await self._listens(self.box)
        await self.start_smsbox()

    async def start_smsbox(self) -> None:
        """The box that speaks HTTP; a citizen's message sent before bearerbox knows it can wait a minute."""
        await self._spawn("smsbox", command("smsbox"), "-v", "4", str(self.folder / "kannel.conf"))
        await self._listens(self.sendsms)
        end = asyncio.get_running_loop().time() + 20
        while "smsbox:" not in await self.status():
            assert asyncio.get_running_loop().time() < end, "smsbox never reached bearerbox"
            await asyncio.sleep(0.05)

    async def status(self) -> str:
        """Kannel's own status page as text."""
        url = f"http://127.0.0.1:{self.admin}/status.txt?password=adm"
        async with aiohttp.ClientSession() as session, session.get(url) as got:
            return await got.text()

    async def phone(self, line: str, *, count: int = 1) -> Path:
        """Attach the fake message centre, which sends "from to type text" `count` times and stays attached.

        What it receives it writes into the file that is returned. One at a time: an earlier one ends.
        """
        await self.hang_up()
        self._phones += 1
        out = self.folder / f"phone{self._phones}.txt"
        await self._spawn("fakesmsc", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.centre), "-i", "0.01",
                          "-m", str(count), line, out=out)
        end = asyncio.get_running_loop().time() + 20
        while "(online" not in await self.status():
            assert asyncio.get_running_loop().time() < end, "the message centre never came online"
            await asyncio.sleep(0.05)
        return out

    async def hang_up(self) -> None:
        """Detach the fake message centre."""
        await self._end("fakesmsc")

    async def stop_smsbox(self) -> None:
        """Nothing takes messages over HTTP any more."""
        await self._end("smsbox")

    async def stop(self) -> None:
        """End everything by pid. SIGKILL: SIGTERM takes Kannel up to eleven seconds, and its store is safe."""
        for name in ("fakesmsc", "smsbox", "bearerbox"):
            await self._end(name)
        for each in self._files:
            each.close()

    async def _spawn(self, name: str, *arguments: str, out: Path | None = None) -> None:
        file = (out or self.folder / f"{name}.out").open("wb")
        self._files.append(file)
        self._running[name] = await asyncio.create_subprocess_exec(
            *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=file, stderr=file, cwd=self.folder)

    async def _end(self, name: str) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            await process.wait()

    async def _listens(self, port: int) -> None:
        end = asyncio.get_running_loop().time() + 20
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert asyncio.get_running_loop().time() < end, f"nothing listens on {port}"
                await asyncio.sleep(0.05)
                continue
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return
