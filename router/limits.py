"""What a channel can carry, as data: the core asks for these and never for the medium. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a channel can carry, as data, so that nobody asks which medium it is."""

    text_chars: int = 100_000
    attachment_bytes: int = 20_000_000  #: 0 = no attachments
    attachments: int = 20
    buttons: int = 0
    keys: bool = False  #: words are heard, and answered by keys of a telephone
    several: bool = False  #: one message may put several questions, and one may answer them
    immediate: bool = False  #: what a dialogue says goes back in the answer to the citizen's own request
    html: bool = False
    live: bool = False  #: the citizen is present while waiting (chat, call) and can leave
    connects: bool = False  #: accepting means connecting a telephone call
    holds: bool = False  #: a call that was connected can be put on hold
    part_cost: float = 0.0  #: what one part of a text costs; shown to whoever writes it
    currency: str = ""
    forwards: bool = False  #: answers go by other channels, to the address that the citizen gave here
    consent_by_word: bool = False  #: it knows stop and start words; a message alone is no new consent
    one_thread: bool = True  #: all words of one address belong together; mail has several threads an address
    copies: int = 0  #: how many others may get a copy of an answer
    own: tuple[str, ...] = ()  #: addresses of ours, which never get one
    register: str = ""  #: unit whose register numbers its answers; "" = they get no number
