#!/usr/bin/env python3
"""Lets Pishkhan lead a call on Asterisk: an AGI script between the dialplan and `/channels/NAME/json/`.

Only the standard library. In extensions.conf:

    exten => 100,1,Answer()
     same => n,AGI(pishkhan_agi.py)
     same => n,Hangup()
    exten => h,1,AGI(pishkhan_agi.py,ended)

Environment: PISHKHAN_URL (https://desk.example.org/channels/line/json), PISHKHAN_SECRET (the channel's
dialplan_secret), PISHKHAN_DIAL (how a number is dialled, "PJSIP/%s@trunk"). Set `speaker = "house"`: what is said
then comes as WAV files.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

KEYS = "0123456789*#"
RETRIES = 5


class HungUp(Exception):
    """The caller is gone."""


class Asterisk:
    """The AGI conversation: one command a line on our standard output, one answer a line on our standard input."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        while line := sys.stdin.readline().strip():
            name, _, value = line.partition(":")
            self.known[name] = value.strip()

    def command(self, text: str) -> str:
        """The result of a command. Raises HungUp."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        answer = sys.stdin.readline()
        if not answer or answer.startswith(("HANGUP", "511")):
            raise HungUp
        result = answer.partition("result=")[2].split(" ", 1)
        if result[0].strip() == "-1":
            raise HungUp
        return answer.partition("result=")[2].strip()

    def key(self, result: str) -> str:
        """The key that a command answered with; "" when none was pressed."""
        code = int(result.split(" ")[0] or 0)
        return chr(code) if code > 0 and chr(code) in KEYS else ""


class Desk:
    """The other side: events out, verbs in."""

    def __init__(self, base: str, secret: str, call: dict[str, Any]) -> None:
        self.base, self.secret, self.call = base.rstrip("/"), secret, call

    def ask(self, url: str, **event: Any) -> list[dict[str, Any]]:
        """Tell what happened; the next verbs. A desk that cannot be reached is asked again for half a minute."""
        body = json.dumps({**self.call, **event}).encode()
        sign = hmac.new(self.secret.encode(), url.encode() + b"\n" + body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(url, data=body, headers={
            "Content-Type": "application/json", "X-Pishkhan-Signature": sign})
        for attempt in range(RETRIES):
            try:
                with urllib.request.urlopen(request, timeout=12) as answer:
                    found = answer.read()
                return json.loads(found)["verbs"] if found else []
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                if attempt == RETRIES - 1:
                    raise
        return []


class Leg:
    """The caller's leg, doing what the desk says until nothing is left to do."""

    def __init__(self, asterisk: Asterisk, desk: Desk, folder: Path) -> None:
        self.asterisk, self.desk, self.folder = asterisk, desk, folder
        self.sounds: dict[str, str] = {}

    def run(self, verbs: list[dict[str, Any]]) -> None:
        """Until the verbs end."""
        while verbs:
            verb, verbs = verbs[0], verbs[1:]
            following = getattr(self, verb["verb"])(verb)
            verbs = verbs if following is None else following

    def sound(self, url: str) -> str:
        """A WAV file as Asterisk names it: a path without its ending."""
        if url not in self.sounds:
            path = self.folder / f"{len(self.sounds)}.wav"
            with urllib.request.urlopen(url, timeout=12) as answer:
                path.write_bytes(answer.read())
            self.sounds[url] = str(path.with_suffix(""))
        return self.sounds[url]

    def play(self, verb: dict[str, Any], keys: str = "") -> Any:
        """Play a sound; a key of `keys` ends it and is the answer."""
        pressed = self.asterisk.key(self.asterisk.command(f'STREAM FILE "{self.sound(verb["url"])}" "{keys}"'))
        return pressed if keys else None

    def say(self, verb: dict[str, Any], keys: str = "") -> Any:
        """Words without a sound (speaker = "carrier") cannot be said here."""
        self.asterisk.command(f'VERBOSE "set speaker = house to hear: {len(verb["text"])} characters" 1')
        return "" if keys else None

    def pause(self, verb: dict[str, Any], keys: str = "") -> Any:
        """Silence."""
        pressed = self.asterisk.key(self.asterisk.command(f"WAIT FOR DIGIT {1000 * verb.get('seconds', 1)}"))
        return pressed if keys else None

    def gather(self, verb: dict[str, Any]) -> list[dict[str, Any]] | None:
        """Keys while the prompts are heard, then for so long; without any the next verb follows."""
        pressed = ""
        for prompt in verb.get("prompts", []):
            pressed = getattr(self, prompt["verb"])(prompt, KEYS)
            if pressed:
                break
        most, finish, wait = verb.get("digits", 20), verb.get("finish", ""), 1000 * verb.get("timeout", 5)
        while len(pressed) < most and pressed[-1:] != finish:
            key = self.asterisk.key(self.asterisk.command(f"WAIT FOR DIGIT {wait}"))
            if not key:
                break
            pressed += key
        pressed = pressed.rstrip(finish or None)
        return self.desk.ask(verb["action"], keys=pressed) if pressed else None

    def record(self, verb: dict[str, Any]) -> list[dict[str, Any]]:
        """Record the caller. Asterisk keeps the sound; its place is told."""
        name = f"/var/spool/asterisk/monitor/pishkhan-{self.desk.call['call']}-{len(self.sounds)}"
        limit, silence = 1000 * verb.get("max_seconds", 120), verb.get("timeout", 5)
        result = self.asterisk.command(f'RECORD FILE "{name}" wav "#" {limit} BEEP s={silence}')
        samples = int(result.partition("endpos=")[2].rstrip(")") or 0)
        told = {"url": f"file://{name}.wav", "id": name.rpartition("/")[2], "seconds": samples // 8000}
        return self.desk.ask(verb["action"], recording=told if samples else {})

    def dial(self, verb: dict[str, Any]) -> list[dict[str, Any]]:
        """Connect with a telephone; how it ended."""
        party = verb["to"]
        to = party.get("number") or party.get("uri", "").removeprefix("sip:")
        way = os.environ.get("PISHKHAN_DIAL", "PJSIP/%s") % to
        self.asterisk.command(f"EXEC Dial {way},{verb.get('timeout', 30)}")
        status = self.asterisk.command("GET VARIABLE DIALSTATUS").partition("(")[2].rstrip(")")
        how = {"ANSWER": "completed", "BUSY": "busy", "NOANSWER": "no-answer", "CANCEL": "canceled"}
        return self.desk.ask(verb["action"], dialled=how.get(status, "failed"))

    def redirect(self, verb: dict[str, Any]) -> list[dict[str, Any]]:
        """Go on with another document."""
        return self.desk.ask(verb["url"])

    def hangup(self, verb: dict[str, Any]) -> list[dict[str, Any]]:
        """The end."""
        self.asterisk.command("HANGUP")
        return []

    reject = hangup


def main() -> None:
    """One call."""
    asterisk = Asterisk()
    known = asterisk.known
    desk = Desk(os.environ["PISHKHAN_URL"], os.environ["PISHKHAN_SECRET"], {
        "call": known.get("agi_uniqueid", ""), "from": known.get("agi_callerid", ""),
        "to": known.get("agi_dnid", "")})
    if known.get("agi_arg_1") == "ended":
        desk.ask(f"{desk.base}/status", status="completed")
        return
    with tempfile.TemporaryDirectory(prefix="pishkhan-agi-") as folder:
        try:
            Leg(asterisk, desk, Path(folder)).run(desk.ask(f"{desk.base}/incoming", status="ringing"))
        except HungUp:
            desk.ask(f"{desk.base}/status", status="completed")


if __name__ == "__main__":
    main()
