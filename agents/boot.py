"""What a page of the console is given to begin with. Pure: from settings and the signed-in agent to plain values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from agents.given import Given
from agents.views import View, moment
from router.model import Limits, Medium

#: Characters in a single part and in each of many, by coding (3GPP TS 23.040 and 23.038).
PARTS: dict[str, dict[str, list[int]]] = {Medium.SMS.value: {"gsm": [160, 153], "ucs2": [70, 67]}}


def desk(given: Given) -> dict[str, Any]:
    """The organisation's names."""
    return {"name_fa": given.settings.desk.name_fa, "name_en": given.settings.desk.name_en}


def channels(given: Given) -> list[dict[str, Any]]:
    """Each channel with what it can carry."""
    return [{"name": name, "medium": common.medium, "queue": common.queue,
             "limits": asdict(given.limits.get(name, Limits())), "record": given.recorders.get(name, "")}
            for name, (common, _) in given.settings.channels.items() if common.enabled]


def boot(given: Given, page: str, me: View, csrf: str, now: datetime) -> dict[str, Any]:
    """See docs/console.md, "How a page is built"."""
    settings = given.settings.desk
    return {
        "page": page, "me": me, "csrf": csrf, "language": me["language"], "now": moment(now),
        "desk": {**desk(given), "timezone": settings.timezone, "dispositions": list(settings.dispositions),
                 "away_reasons": list(settings.away_reasons), "segments": list(given.routing.plan.segments)},
        "media": {medium.value: {"parts": PARTS.get(medium.value)} for medium in Medium},
        "channels": channels(given),
    }
