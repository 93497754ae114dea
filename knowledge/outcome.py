"""How much it counts what became of an article before. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

_IMAGINED = 20.0  #: contacts with the usual outcome, imagined beside the real ones
_SURVEY = 0.5  #: what an answer to a survey counts, of what a closed contact or a word about the article counts
_SWAY = 0.3  #: the most that outcomes change a score by


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an article where it was shown, among comparable contacts."""

    shown: int  #: contacts
    resolved: int  #: of these, resolved and not returned
    usual: float  #: 0..1, the share that is resolved of comparable contacts without it
    rated: float = 0.0  #: contacts whose citizen said in a survey how content they are, each by its part in them
    liked: float = 0.0  #: of these, content
    usually_liked: float = 0.5  #: 0..1, the share that is content of comparable contacts without it


def proven(outcomes: Mapping[K, Outcome], key: K) -> float:
    """What an article's score is multiplied by: 1 without evidence, at most 1 ± 0.3. Few contacts change little: its
    share is pulled towards the usual one as if that many contacts had been seen before. Surveys are about a whole
    contact, not about the article: they count half, each kind against what is usual of its kind."""
    found = outcomes.get(key)
    if found is None or found.shown <= 0:
        return 1.0
    usual, content = (min(1.0, max(0.0, each)) for each in (found.usual, found.usually_liked))
    rated = _SURVEY * max(0.0, found.rated)
    more = min(found.resolved, found.shown) - found.shown * usual
    more += _SURVEY * min(max(0.0, found.liked), max(0.0, found.rated)) - rated * content
    return 1 + _SWAY * max(-1.0, min(1.0, more / (found.shown + rated + _IMAGINED)))
