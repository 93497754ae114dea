"""The table of dialogues in config.toml, and the systems that they may ask. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from settings.checks import at_least, need
from settings.values import Secret

_NONE = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Another system that dialogues may ask: `[flows.endpoints.<name>]`."""

    base_url: str  #: e.g. "https://inquiry.example.org/api"
    token: Secret = _NONE  #: sent as a bearer token; none = nothing is sent
    private: bool = False  #: the address may be inside our own network
    seconds: float = 8.0  #: patience
    max_bytes: int = 65_536  #: a longer answer is none

    def __post_init__(self) -> None:
        need(self.base_url.startswith(("https://", "http://")) and not self.base_url.endswith("/"),
             "base_url: must begin with https:// or http:// and not end with '/'")
        need(self.private or self.base_url.startswith("https://"),
             "base_url: outside our own network only https:// is asked")
        need(0 < self.seconds <= 60, "seconds: must be more than 0 and at most 60")
        at_least(self, max_bytes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSettings:
    """Dialogues that answer by themselves: `[flows]`."""

    folder: str = ""  #: the house's own definitions, *.toml; "" = the shipped ones only
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)  #: the only systems that dialogues may ask
