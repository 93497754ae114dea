"""Which lane an outgoing message travels in: answers to somebody who waits go before what nobody waits for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.model import ORDERS, OutKind

ANSWER, BULK = LANES = (0, 1)
_ANSWERS = ORDERS | {OutKind.REPLY}
#: Of so many turns in a row one belongs to bulk when both lanes wait, so that neither starves.
ROUND = 5


def lane_of(kind: OutKind, data: Mapping[str, Any]) -> int:
    """An agent's words are answers, what the house says by itself is bulk; `data["lane"]` ("answer", "bulk") says
    otherwise: a bot's next question is an answer to the citizen who waits for it, a notice to many is not."""
    stated = data.get("lane")
    if stated in ("answer", "bulk"):
        return ANSWER if stated == "answer" else BULK
    return ANSWER if kind in _ANSWERS else BULK


def turn(count: int, answers: bool, bulk: bool) -> int:
    """The lane whose turn it is, `count` turns after the beginning; of a lane that waits."""
    if answers and bulk:
        return BULK if count % ROUND == ROUND - 1 else ANSWER
    return ANSWER if answers else BULK
