"""Joins a real SIP endpoint (baresip) to our webhooks as a carrier does: a call in, prompts spoken and played over RTP,
keys (RFC 2833) as digits, the recorder, hang-up both ways, and the REST interface for the live call.

baresip is driven by its ctrl_tcp module, JSON in netstrings; its commands act on the current call, so one baresip and
one bridge carry one call at a time. It cannot dial a second telephone: every Dial ends as "failed".
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import math
import struct
import uuid
import wave
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from channels.sandbox.follower import Leg
from channels.sandbox.rest import Rest
from channels.voice.speech import Synthesiser
from router.errors import Unavailable

log = logging.getLogger("pishkhan.bridge")

RATE = 8000  #: samples a second, 16 bit, mono: what a telephone carries
#: baresip ends the call when a played file ends, so files are longer than their words and are left in time.
_PADDING = b"\x00\x00" * RATE * 30
_SILENT = "aubridge,mute"
_QUIET = 300  #: root mean square below which a moment counts as silence
_KEPT_PROMPTS = 20
_LONGEST = 200_000  #: bytes of one control message


class Control:
    """baresip's control connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Control:
        """Connect on loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=_LONGEST * 2))

    def tell(self, command: str, params: str = "") -> None:
        """Send a command; its answer comes among the events and is not waited for."""
        body = orjson.dumps({"command": command, "params": params})
        self._writer.write(b"%d:%s," % (len(body), body))

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What happens, until the connection ends."""
        while True:
            try:
                length = int((await self._reader.readuntil(b":"))[:-1])
                if length > _LONGEST:
                    raise ValueError(length)
                found = orjson.loads((await self._reader.readexactly(length + 1))[:-1])
            except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                return
            if isinstance(found, dict) and found.get("event"):
                yield found

    async def close(self) -> None:
        """Let go."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


class SipMedia:
    """The sound of one SIP call. `spoken` is the truth of what was played to its end, `cut` of what was not."""

    def __init__(self, control: Control, folder: Path, speaker: Synthesiser, bridge: Bridge) -> None:
        self._control, self._folder, self._speaker, self._bridge = control, folder, speaker, bridge
        self.spoken: list[str] = []
        self.cut: list[str] = []
        self.closed = False
        self.call_id = ""  #: SIP Call-ID
        self.leg: Leg

    async def say(self, text: str, language: str) -> None:
        """Synthesise and play."""
        try:
            await self._play(await self._speaker.wav(text, language))
        except asyncio.CancelledError:
            self.cut.append(text)
            raise
        except Unavailable:
            log.warning("bridge call=%s a sentence could not be synthesised", self.leg.sid)
            return
        self.spoken.append(text)

    async def play(self, url: str) -> None:
        """Fetch a WAV file and play it; what cannot be fetched is silence."""
        try:
            async with self._bridge.session.get(url) as answer:
                sound = await answer.content.read(10_000_000) if answer.status == 200 else b""
        except (aiohttp.ClientError, TimeoutError):
            sound = b""
        if sound[:4] == b"RIFF":
            await self._play(sound)
            self.spoken.append(url)

    async def _play(self, sound: bytes) -> None:
        samples = _samples(sound)
        path = await asyncio.to_thread(self._bridge.prompt, _wav(samples + _PADDING))
        try:
            self._control.tell("ausrc", f"aufile,{path}")
            await asyncio.sleep(len(samples) / 2 / RATE)
        finally:
            # Also after the call: baresip starts the next one with the source that was set last.
            self._control.tell("ausrc", _SILENT)

    async def pause(self, seconds: float) -> None:
        """Silence."""
        await asyncio.sleep(seconds)

    async def record(self, seconds: float, silence: float) -> tuple[str, str, int] | None:
        """What comes in until a key, silence or the longest time; baresip writes it down (module sndfile)."""
        heard = _Incoming(self._folder)
        quiet, samples = 0.0, b""
        with contextlib.suppress(asyncio.QueueEmpty):
            while True:
                self.leg.keys.get_nowait()
        while self.leg.keys.empty() and len(samples) < seconds * RATE * 2 and quiet < silence:
            await asyncio.sleep(0.2)
            fresh = await asyncio.to_thread(heard.fresh)
            samples += fresh
            quiet = 0.0 if loudness(fresh) > _QUIET else quiet + 0.2
        if loudness(samples) <= _QUIET:
            return None
        sid = f"RE{uuid.uuid4().hex}"
        return self._bridge.keep(sid, _wav(samples)), sid, max(1, round(len(samples) / 2 / RATE))

    async def dial(self, to: str, seconds: float, answered: Coroutine[Any, Any, bool]) -> str:
        """This bridge has one telephone only."""
        answered.close()
        return "failed"

    def talk(self) -> None:
        """It records no talks."""

    async def hang_up(self) -> None:
        """Send BYE."""
        if not self.closed:
            self._control.tell("hangup")


class Bridge(Rest):
    """`await start()`, then every call to the baresip behind `control_port` follows our TwiML. `folder` is where that
    baresip writes recordings (`snd_path`) and where prompts are put for it."""

    def __init__(self, *, control_port: int, folder: Path, hook_url: str = "", token: str = "carrier-token",
                 account: str = "AC1", called: str = "+982112345678", words_a_minute: int = 150) -> None:
        super().__init__(hook_url=hook_url, token=token, account=account, called=called)
        self._control_port, self._folder = control_port, folder
        self.calls: list[SipMedia] = []  #: every call, in order
        self._prompts: list[Path] = []
        self._speaker = Synthesiser(words_a_minute=words_a_minute)

    async def start(self, port: int = 0) -> None:
        """Connect to baresip and listen for REST requests."""
        await super().start(port)
        self._control = await Control.open(self._control_port)
        self._stack.push_async_callback(self._control.close)
        self.own(self._listen())

    async def _listen(self) -> None:
        async for event in self._control.events():
            call = next((each for each in self.calls if each.call_id == event.get("id")), None)
            match event.get("type"):
                case "CALL_ESTABLISHED":
                    self._answer(str(event["id"]), str(event.get("peeruri", "")))
                case "CALL_DTMF_START" if call is not None:
                    with contextlib.suppress(asyncio.QueueFull):
                        call.leg.keys.put_nowait(str(event.get("param", "")))
                case "CALL_CLOSED" if call is not None:
                    call.closed = True
                    call.leg.leave()
                case _:
                    pass

    def prompt(self, sound: bytes) -> Path:
        """A file for baresip. It outlives its call for a while, because a command about it may be carried out late."""
        path = self._folder / f"prompt-{uuid.uuid4().hex}.wav"
        path.write_bytes(sound)
        self._prompts.append(path)
        while len(self._prompts) > _KEPT_PROMPTS:
            self._prompts.pop(0).unlink(missing_ok=True)
        return path

    def _answer(self, call_id: str, peer: str) -> None:
        media, sid = SipMedia(self._control, self._folder, self._speaker, self), f"CA{uuid.uuid4().hex}"
        media.call_id = call_id
        media.leg = Leg(sid=sid, number=peer, called=self.called, media=media, hooks=self.hooks())
        self.calls.append(media)
        self.legs[sid] = media.leg
        self.own(self.carry(media.leg))


class _Incoming:
    """The newest file of what a caller says, read as it grows."""

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime_ns)
        self._path = files[-1] if files else None
        self._at = self._path.stat().st_size if self._path else 0

    def fresh(self) -> bytes:
        """Whole samples that came since."""
        if self._path is None:
            return b""
        with self._path.open("rb") as file:
            file.seek(self._at)
            got = file.read(RATE * 2 * 10)
        got = got[: len(got) // 2 * 2]
        self._at += len(got)
        return got


def loudness(samples: bytes) -> float:
    """Root mean square of 16-bit samples; 0 for none."""
    values = struct.unpack(f"<{len(samples) // 2}h", samples[: len(samples) // 2 * 2])
    return math.sqrt(sum(value * value for value in values) / len(values)) if values else 0.0


def _samples(sound: bytes) -> bytes:
    with wave.open(io.BytesIO(sound)) as file:
        return bytes(file.readframes(file.getnframes()))


def _wav(samples: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return buffer.getvalue()
