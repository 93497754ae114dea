"""The settings of a voice channel. Says what is allowed; reads no file and no environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.voice.flow import OFFERS, Script
from channels.voice.menu import Menu
from settings import Secret

SPEAKERS = ("carrier", "house")

_NONE = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One telephone line. The field comments are the reference; `docs/channels/voice.md` says how to set it up."""

    account_sid: str = ""  #: account at the carrier; "" = no live call can be interrupted: words wait for a poll
    auth_token: Secret = _NONE  #: signs the carrier's webhooks and our requests; none = every webhook is refused
    dialplan_secret: Secret = _NONE  #: signs the events of one's own telephone system; none = no JSON routes
    api_base: str = "https://api.twilio.com/2010-04-01"  #: the carrier's REST interface
    caller_id: str = ""  #: number that agents and called-back citizens see; "" = the number that was called
    country: str = "98"  #: country code of numbers written the national way
    national_digits: int = 10  #: digits of a national number after the leading 0
    menu: Menu = field(default_factory=Menu)
    wait_seconds: int = 15  #: between two looks at a waiting call; an agent who accepts interrupts at once
    announce_every: int = 4  #: the place in line is repeated after so many rounds; a change is said at once
    dial_seconds: int = 25  #: an agent's telephone rings so long
    record_seconds: int = 120  #: longest voice message
    recording_bytes: int = 10_000_000  #: a larger recording stays at the carrier; its address is kept
    accept_by_key: bool = False  #: an agent's telephone is connected only after 1 was pressed there
    record_talks: bool = False  #: record talks with agents, after telling the caller, who may refuse
    offers: tuple[str, ...] = OFFERS  #: offered to all who wait; what a queue's steps and doors offer comes to it
    music: str = ""  #: address of a sound played while waiting; "" = silence
    speaker: str = "carrier"  #: who speaks: the carrier's own voice, or "house" = espeak-ng on this machine
    listen: bool = False  #: while an agent answers in writing, take the caller's speech as recognised by the carrier
    tags: Mapping[str, str] = field(default_factory=lambda: {"fa": "fa-IR", "en": "en-US"})  #: the carrier's languages
    voices: Mapping[str, str] = field(default_factory=dict)  #: the carrier's voices: { fa = "...", en = "..." }
    recorded: Mapping[str, str] = field(default_factory=dict)  #: sentence -> address of its recording, played instead

    def __post_init__(self) -> None:
        for name, low, high in (("wait_seconds", 2, 60), ("announce_every", 1, 100), ("dial_seconds", 5, 600),
                                ("record_seconds", 5, 3600), ("recording_bytes", 0, 60_000_000),
                                ("national_digits", 4, 14)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {low} to {high}")
        if set(self.offers) - set(OFFERS):
            raise ValueError(f"offers: each is one of {', '.join(OFFERS)}")
        if self.speaker not in SPEAKERS:
            raise ValueError(f"speaker is one of {', '.join(SPEAKERS)}")
        if not re.fullmatch(r"https?://[^\s?#]+", self.api_base):
            raise ValueError("api_base must be the http(s) address of the carrier's REST interface")
        if not re.fullmatch(r"[1-9][0-9]{0,2}", self.country):
            raise ValueError('country is a calling code without plus sign, e.g. "98"')

    def script(self, base: str) -> Script:
        """What the documents of this channel depend on; `base` is the public address of its routes."""
        return Script(
            base=base, wait_seconds=self.wait_seconds, announce_every=self.announce_every, music=self.music,
            dial_seconds=self.dial_seconds, record_seconds=self.record_seconds, menu_seconds=self.menu.timeout_seconds,
            caller_id=self.caller_id, screens=self.accept_by_key, speech=self.listen, tags=self.tags,
            voices=self.voices, offers=self.offers)
