"""What a dialogue says in answer to an input, for channels whose citizens hear it in the same response. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Words and what is expected of the citizen now. The same input again gets the same words."""

    texts: tuple[str, ...]
    language: str
    takes: str = ""  #: "" nothing, "key" one key, "keys" several, "words", "files", "moment" = ask again soon
    over: bool = False  #: the dialogue ended with these words
    turn: int = 0
