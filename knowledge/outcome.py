"""How much it counts what became of an article before. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

_IMAGINED = 20.0  #: contacts with the usual outcome, imagined beside the real ones
_SWAY = 0.3  #: the most that outcomes change a score by


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an article where it was shown, among comparable contacts."""

    shown: int  #: contacts
    resolved: int  #: of these, resolved and not returned
    usual: float  #: 0..1, the share that is resolved of comparable contacts without it


def proven(outcomes: Mapping[K, Outcome], key: K) -> float:
    """What an article's score is multiplied by: 1 without evidence, at most 1 ± 0.3. Few contacts change little: its
    share is pulled towards the usual one as if that many contacts had been seen before."""
    found = outcomes.get(key)
    if found is None or found.shown <= 0:
        return 1.0
    usual = min(1.0, max(0.0, found.usual))
    share = (min(found.resolved, found.shown) + _IMAGINED * usual) / (found.shown + _IMAGINED)
    return 1 + _SWAY * max(-1.0, min(1.0, share - usual))
