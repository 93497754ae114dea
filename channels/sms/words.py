"""Words of a text message that mean something to us: stop, start, and keywords that name a queue. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from channels.sms.settings import Settings
from router.model import Item, Said, Signal, SignalKind
from router.rules.text import fold

_LONGEST = 40  #: characters; nobody writes a stop word longer than that
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def understood(said: Said, settings: Settings) -> Item:
    """The message with the queue of its keyword; or a signal when the whole of it is a stop word. A start word is only
    marked: to whoever never said stop it is a message like any other."""
    if said.quarantine or said.automatic:
        return said
    word = plain(said.text)
    if not word or word not in {plain(each) for each in settings.stop_words}:
        starts = bool(word) and word in {plain(each) for each in settings.start_words}
        queue = queue_of(said.text, str(said.data.get("to", "")), settings)
        data = {**said.data, "start": {"confirm": settings.confirm_stop}} if starts else said.data
        return replace(said, queue=queue, data=data)
    return Signal(channel=said.channel, external_id=said.external_id, sender=said.sender, at=said.at,
                  kind=SignalKind.OPT_OUT,
                  value=said.text[:_LONGEST], thread=said.thread, language=said.language, raw=said.raw,
                  data={"confirm": settings.confirm_stop})


def plain(text: str) -> str:
    """The word for comparison: folded, without marks around it; "" when it is too long to be one."""
    return _EDGES.sub("", fold(text, half_space=" ")) if len(text) <= _LONGEST else ""


def queue_of(text: str, number: str, settings: Settings) -> str:
    """The queue for the first word on a number of ours ("3000:bill"), the first word anywhere ("bill"), or everything
    on the number ("3000:")."""
    first = plain((text.split(maxsplit=1) or [""])[0][:_LONGEST])
    ours = {_key(key): queue for key, queue in settings.keywords.items()}
    line = fold(number).lstrip("+")
    for wanted in ((line, first), ("", first)) if first else ():
        if wanted in ours:
            return ours[wanted]
    return ours.get((line, ""), "") if line else ""


def _key(key: str) -> tuple[str, str]:
    number, colon, word = key.rpartition(":")
    return (fold(number).lstrip("+") if colon else "", plain(word))
