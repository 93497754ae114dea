"""Where a new contact goes and what the house does with it by itself: the channel's settings as a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from router.model import Medium, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """What intake needs to know about a channel."""

    name: str
    medium: Medium
    queue: str
    language: str
    acknowledge: bool = False
    acknowledge_per_day: int = 3
    effort: int = 2
    priority: int = 0
    reopen: timedelta = timedelta(hours=72)
    live: bool = False  #: the citizen is present while waiting, so leaving means something
    connects: bool = False  #: leaving an accepted contact ends the talk
    text_chars: int = 100_000
    consent_by_word: bool = False  #: who said stop is only written to again after a start word, not after any message
    one_thread: bool = True  #: without a key of its own, a word belongs to its sender's only thread


#: Signs of a robot that people's mail may carry too: such a contact waits like any other, but gets no answer by itself.
WEAK_SIGNS = frozenset({"auto-response-suppress", "reply-to-own-address", "spam", "subject", "list-id", "precedence"})


def waits(said: Said) -> bool:
    """Whether a new contact of this message waits for an agent; a robot's is kept, closed, for whoever looks."""
    return said.bounce is None and (not said.automatic or said.automatic in WEAK_SIGNS)


def acknowledges(policy: ChannelPolicy, said: Said, *, already: int) -> bool:
    """Whether a new contact is answered with its reference. Automatic mail never is; `already` counts today's."""
    return policy.acknowledge and not said.automatic and already < policy.acknowledge_per_day


def language(policy: ChannelPolicy, said_language: str, known: str) -> str:
    """The citizen's language: as written, else as known before, else the channel's."""
    for each in (said_language, known):
        if each in ("fa", "en"):
            return each
    return policy.language
