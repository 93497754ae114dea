"""How a prompt looks on a medium, from what the medium carries as data: buttons, numbered lines, or keys. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from desk.flows import days, phrases
from desk.flows.model import Carries, Choice, Prompt
from router.rules.text import clean, digits_fa, isolate

_FIELD = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
#: What a citizen said is shown back only so far and without links: a form must not become a way to mail others.
_SHOWN = 120
_LINK = re.compile(r"\S*(?:://|www\.)\S*", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_KEYS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One message as the medium gets it."""

    text: str
    buttons: tuple[Choice, ...] = ()
    takes: str = ""


def filled_names(text: str) -> frozenset[str]:
    """The variables that a text names."""
    return frozenset(_FIELD.findall(text))


def filled(text: str, values: Mapping[str, Any], language: str) -> str:
    """The text with its variables; what has no value is left out."""
    return _FIELD.sub(lambda match: _shown(values.get(match[1]), language), text)


def _shown(value: Any, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return phrases.say("yes" if value else "no", language)
    if isinstance(value, Mapping):
        value = ", ".join(str(part) for part in value.values())
    elif isinstance(value, list | tuple):
        value = ", ".join(str(part) for part in value)
    if _DAY.fullmatch(str(value)):
        return days.shown(date.fromisoformat(str(value)), language)
    text = " ".join(_LINK.sub("…", clean(str(value), limit=4 * _SHOWN)).split())
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return isolate(digits_fa(text) if re.fullmatch(r"[\d\W]+", text) else text) if language == "fa" else text


def rendered(prompts: Sequence[Prompt], language: str, carries: Carries) -> tuple[Rendered, ...]:
    """All that one turn says, as few messages as the medium allows; the choices stand with the last."""
    if not prompts:
        return ()
    choices, takes = prompts[-1].choices, prompts[-1].takes
    texts = [each.text for each in prompts if each.text]
    as_buttons = bool(choices) and 0 < len(choices) <= carries.buttons
    if carries.keys:
        texts += _spoken(prompts[-1], language)
    elif choices and not as_buttons:
        texts.append("\n".join(_line(number, each, language) for number, each in enumerate(choices, 1)))
    pieces = _joined(texts, carries.text_chars)
    last = len(pieces) - 1
    return tuple(Rendered(text=piece, buttons=choices if as_buttons and at == last else (),
                          takes=takes if at == last else "") for at, piece in enumerate(pieces))


def _line(number: int, choice: Choice, language: str) -> str:
    shown = digits_fa(str(number)) if language == "fa" else str(number)
    return f"{shown}) {choice.label}"


def _spoken(prompt: Prompt, language: str) -> list[str]:
    said = [phrases.say("key", language, label=each.label, key=phrases.key(number, language))
            for number, each in enumerate(prompt.choices[:_KEYS], 1)]
    if prompt.takes == "keys":
        said.append(phrases.say("hash", language))
    if prompt.first and prompt.takes in ("key", "keys"):
        said.append(phrases.say("keys-always", language))
    return said


def _joined(texts: Sequence[str], most: int) -> list[str]:
    pieces: list[str] = []
    for text in texts:
        if pieces and len(pieces[-1]) + len(text) + 2 <= most:
            pieces[-1] += f"\n\n{text}"
        else:
            pieces += [text[at : at + most] for at in range(0, len(text), max(1, most))]
    return pieces
