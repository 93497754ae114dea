"""The IVR menu as data and its one step. Pure; knows neither TwiML nor the telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from channels.voice.words import phrase
from router.rules.text import digits_latin

#: Keys that a menu may give a meaning; "#" ends an input and is therefore not free.
KEYS = "0123456789*"
LANGUAGES = ("fa", "en")


class Action(StrEnum):
    """What a key does."""

    QUEUE = "queue"  #: to the people in `value` ("" = the channel's own queue)
    LANGUAGE = "language"  #: the menu again in the other language
    REPEAT = "repeat"  #: the menu again
    VOICEMAIL = "voicemail"  #: leave a recorded message
    CALLBACK = "callback"  #: be called back
    HANGUP = "hangup"  #: end the call


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One key of the menu. `fa` and `en` are the sentences that offer it; "" = the key works unannounced."""

    action: Action = Action.QUEUE
    value: str = ""
    fa: str = ""
    en: str = ""


def _choices() -> Mapping[str, Choice]:
    return {
        "1": Choice(action=Action.QUEUE, fa="برای گفت‌وگو با کارشناس عدد یک را فشار دهید.",
                    en="To speak with an agent, press one."),
        "2": Choice(action=Action.VOICEMAIL, fa="برای گذاشتن پیام صوتی عدد دو را فشار دهید.",
                    en="To leave a voice message, press two."),
        "3": Choice(action=Action.CALLBACK, fa="برای آنکه با شما تماس بگیریم عدد سه را فشار دهید.",
                    en="To be called back, press three."),
        "9": Choice(action=Action.LANGUAGE, fa="برای فارسی عدد نه را فشار دهید.", en="For English, press nine."),
        "0": Choice(action=Action.REPEAT, fa="برای شنیدن دوباره صفر را فشار دهید.",
                    en="To hear this again, press zero."),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """The whole menu: `[channels.<name>.menu]`."""

    greeting_fa: str = "به پیشخوان خوش آمدید."
    greeting_en: str = "Welcome to the front desk."
    choices: Mapping[str, Choice] = field(default_factory=_choices)
    timeout_seconds: int = 6  #: silence that counts as no input
    misunderstandings: int = 3  #: so many wrong or missing inputs lead to the channel's own queue

    def __post_init__(self) -> None:
        if not 1 <= self.timeout_seconds <= 60 or not 1 <= self.misunderstandings <= 10:
            raise ValueError("menu: timeout_seconds is 1 to 60 and misunderstandings 1 to 10")
        for key, choice in self.choices.items():
            if len(key) != 1 or key not in KEYS:
                raise ValueError(f"menu.choices.{key}: a key is one of {' '.join(KEYS)}")
            if choice.value and choice.action is not Action.QUEUE:
                raise ValueError(f"menu.choices.{key}.value: only a queue has a value")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a caller stands in the menu; travels in the URL of the next step."""

    language: str
    misses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Words and the language they are spoken in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The answer to one input: what is said, and either the menu again (`action` None) or what happens now."""

    state: State
    said: tuple[Sentence, ...]
    action: Action | None = None
    queue: str = ""
    choice: str = ""  #: the key that had a meaning


def opening(menu: Menu, language: str) -> Turn:
    """The greeting and the menu."""
    greeting = Sentence(text=menu.greeting_fa if language == "fa" else menu.greeting_en, language=language)
    return Turn(state=State(language=language), said=(greeting, *offered(menu, language)))


def offered(menu: Menu, language: str) -> tuple[Sentence, ...]:
    """The menu's sentences; the other language is offered in itself."""
    said = []
    for choice in menu.choices.values():
        spoken = other(language) if choice.action is Action.LANGUAGE else language
        if text := choice.fa if spoken == "fa" else choice.en:
            said.append(Sentence(text=text, language=spoken))
    return tuple(said)


def other(language: str) -> str:
    """The other of the two languages."""
    return "en" if language == "fa" else "fa"


def step(menu: Menu, state: State, keys: str) -> Turn:
    """One input ("" = none): digits of any script. Wrong and missing input count; the last one allowed goes to people,
    so that a caller without tone dialling is served too."""
    key = digits_latin(keys).strip().rstrip("#")
    choice = menu.choices.get(key)
    if choice is None:
        return _missed(menu, state, heard=bool(key))
    if choice.action is Action.LANGUAGE:
        turned = State(language=other(state.language))
        return Turn(state=turned, said=offered(menu, turned.language), choice=key)
    if choice.action is Action.REPEAT:
        # Repeating is no misunderstanding, but must not go on for ever: it counts, and only a choice ends the count.
        return replace(_missed(menu, state, heard=False), choice=key)
    return Turn(state=replace(state, misses=0), said=(), action=choice.action, queue=choice.value, choice=key)


def _missed(menu: Menu, state: State, *, heard: bool) -> Turn:
    missed = replace(state, misses=state.misses + 1)
    if missed.misses >= menu.misunderstandings:
        said = (Sentence(text=phrase("to-agent", state.language), language=state.language),)
        return Turn(state=replace(missed, misses=0), said=said, action=Action.QUEUE)
    unclear = (Sentence(text=phrase("unclear", state.language), language=state.language),) if heard else ()
    return Turn(state=missed, said=(*unclear, *offered(menu, state.language)))
