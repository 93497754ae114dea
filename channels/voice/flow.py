"""The walk of a call as documents: for each situation, what the caller hears and where the call goes next.

Pure: a situation in, verbs out; the same situation always gives the same document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from channels.voice import words
from channels.voice.menu import Sentence, Turn
from channels.voice.parse import Place
from channels.voice.twiml import Dial, Gather, Hangup, Number, Pause, Play, Prompt, Record, Redirect, Say, Sip, Verb
from router.records import ContactState, Line

#: The carrier waits about 15 seconds for a document; a recording that takes longer to fetch stays there.
FETCH = timedelta(seconds=5)
CONSENTED, REFUSED = 1, 2  #: see `Place.consent`
OFFERS = ("callback", "voicemail")  #: what may be offered instead of waiting, in the order of its keys: 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Words for the caller, from an agent or from the house; `delivery` is confirmed once they were heard."""

    delivery: int
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Everything about a channel that its documents depend on."""

    base: str  #: address of the channel's routes, without trailing slash
    wait_seconds: int = 15
    announce_every: int = 4
    dial_seconds: int = 25
    record_seconds: int = 120
    menu_seconds: int = 6
    offers: tuple[str, ...] = OFFERS
    music: str = ""
    caller_id: str = ""
    screens: bool = False  #: an agent's telephone is connected only when a key is pressed there
    speech: bool = False  #: take the caller's spoken words as text while an agent answers in writing
    tags: Mapping[str, str] = field(default_factory=lambda: {"fa": "fa-IR", "en": "en-US"})
    voices: Mapping[str, str] = field(default_factory=dict)

    def url(self, step: str, place: Place) -> str:
        """The address of a step, with everything the step needs to know."""
        query = place.query()
        return f"{self.base}/{step}?{query}" if query else f"{self.base}/{step}"

    def say(self, sentence: Sentence) -> Say:
        """A sentence in its language's voice."""
        return Say(text=sentence.text, language=self.tags.get(sentence.language, sentence.language),
                   voice=self.voices.get(sentence.language, ""))

    def phrase(self, key: str, language: str, **values: str) -> Say:
        """One of our own sentences."""
        return self.say(Sentence(text=words.phrase(key, language, **values), language=language))


def menu(script: Script, turn: Turn, place: Place) -> tuple[Verb, ...]:
    """The menu: prompts that a key interrupts; silence leads to the same step without a key."""
    at = Place(language=turn.state.language, misses=turn.state.misses, n=place.n + 1)
    action = script.url("digits", at)
    prompts = tuple(script.say(sentence) for sentence in turn.said)
    return (Gather(action=action, digits=1, timeout=script.menu_seconds, prompts=prompts), Redirect(url=action))


def hold(script: Script, line: Line, place: Place, *, spoken: Sequence[Spoken] = (),
         before: Sequence[Sentence] = ()) -> tuple[Verb, ...]:
    """One round of waiting. The place is said when it or what is offered changed, or every `announce_every` rounds;
    where it is offered 1 asks for a call back, 2 for the recorder."""
    bits, late = _bits(script, line), place.n - place.said >= script.announce_every
    announces = late or not place.said or (line.place, bits) != (place.place, place.offers)
    sentences = [*before]
    if announces:
        sentences += [Sentence(text=text, language=place.language) for text in words.standing(line, place.language)]
        sentences += [Sentence(text=words.phrase(key, place.language), language=place.language) for key in _SAID[bits]]
    after = _next(place)
    if announces:
        after = replace(after, place=line.place, said=after.n, offers=bits)
    prompts = (*_speech(script, spoken), *(script.say(each) for each in sentences))
    return _round(script, after, prompts, spoken, "waiting")


#: The sentence for what is offered, by `Place.offers`.
_SAID: Mapping[int, tuple[str, ...]] = {0: (), 1: ("option-callback",), 2: ("option-voicemail",), 3: ("options",)}


def _bits(script: Script, line: Line) -> int:
    return sum(1 << at for at, each in enumerate(OFFERS) if each in script.offers or each in line.instead)


def chosen(script: Script, line: Line | None, place: Place, keys: str) -> str:
    """What a caller who waits asks for by a key; "" = nothing that is offered, or was when it was said last."""
    at = {"1": 0, "2": 1}.get(keys[:1])
    if at is None:
        return ""
    taken = OFFERS[at] in script.offers if line is None else bool(_bits(script, line) >> at & 1)
    return OFFERS[at] if taken or place.offers >> at & 1 else ""


def talk(script: Script, agent: int, place: Place, *, spoken: Sequence[Spoken] = ()) -> tuple[Verb, ...]:
    """One round with an agent who answers in writing: words are read out, and the caller may speak or press 2."""
    prompts = _speech(script, spoken)
    if agent != place.agent:
        prompts = (script.phrase("agent-reads", place.language), *prompts)
    after = replace(_next(place), agent=agent)
    return _round(script, after, prompts, spoken, "talking", listens=script.speech)


def on_hold(line: Line | None) -> bool:
    """Whether the agent who has the call let it wait."""
    if line is None or line.contact.state is not ContactState.ACTIVE or line.contact.agent is None:
        return False
    return bool(line.contact.data.get("on_hold") == int(line.contact.agent))


def held(script: Script, place: Place, *, spoken: Sequence[Spoken] = ()) -> tuple[Verb, ...]:
    """One round on hold: said at its beginning and every `announce_every` rounds; then music, or silence."""
    announces = not place.held or place.n - place.held >= script.announce_every
    after = _next(place)
    if announces:
        after = replace(after, held=after.n)
    prompts = (*_speech(script, spoken), *((script.phrase("on-hold", place.language),) if announces else ()))
    return _round(script, after, prompts, spoken, "wait")


def _speech(script: Script, spoken: Sequence[Spoken]) -> tuple[Say, ...]:
    return tuple(script.say(Sentence(text=each.text, language=each.language)) for each in spoken)


def _round(script: Script, after: Place, prompts: tuple[Prompt, ...], spoken: Sequence[Spoken], step: str,
           *, listens: bool = False) -> tuple[Verb, ...]:
    """Prompts, then music or silence, then the next poll, which says what was heard to the end."""
    timeout = script.wait_seconds
    if spoken:
        timeout = 1  # confirm soon that it was heard
    elif script.music and not listens:
        prompts, timeout = (*prompts, Play(url=script.music)), 1
    gather = Gather(action=script.url(step, after), digits=1, timeout=timeout, prompts=prompts,
                    speech=script.tags.get(after.language, "") if listens else "")
    heard = replace(after, heard=tuple(each.delivery for each in spoken))
    return (gather, Redirect(url=script.url("wait", heard)))


def _next(place: Place) -> Place:
    """The step after: what concerned only the step before is gone."""
    return replace(place, n=place.n + 1, heard=(), keys="", misses=0)


def still(script: Script, place: Place) -> tuple[Verb, ...]:
    """A moment of silence while something else is about to take the call over."""
    return (Pause(seconds=2), Redirect(url=script.url("wait", _next(place))))


def interrupt(script: Script, place: Place, spoken: Sequence[Spoken]) -> tuple[Verb, ...]:
    """What a live call is told out of turn: the words, then back to waiting, which confirms them."""
    heard = replace(_next(place), heard=tuple(each.delivery for each in spoken))
    return (*_speech(script, spoken), Redirect(url=script.url("wait", heard)))


def connect(script: Script, to: str, place: Place, *, caller_id: str = "") -> tuple[Verb, ...]:
    """Dial the agent's telephone; `place.delivery` is the message that asked for it."""
    at = _next(place)
    # A mailbox picks up too: where a key is asked for, only the key says that a person did.
    answered, url = ("", script.url("screen", at)) if script.screens else (script.url("leg", at), "")
    party = (Sip(uri=to, answered=answered, url=url) if "@" in to
             else Number(number=to, answered=answered, url=url))
    return (script.phrase("connecting", place.language),
            Dial(to=party, action=script.url("dial-done", at), timeout=script.dial_seconds,
                 caller_id=script.caller_id or caller_id,
                 recorded=script.url("talk", at) if place.consent == CONSENTED else ""))


def screen(script: Script, place: Place) -> tuple[Verb, ...]:
    """What an agent's telephone hears before the caller is connected; without the key it is hung up."""
    prompts = (script.phrase("take", place.language),)
    return (Gather(action=script.url("taken", place), digits=1, timeout=8, prompts=prompts), Hangup())


def ask_consent(script: Script, place: Place) -> tuple[Verb, ...]:
    """Tell the caller that the talk is recorded; silence agrees, 0 does not."""
    action = script.url("consent", _next(place))
    return (Gather(action=action, digits=1, timeout=3, prompts=(script.phrase("consent", place.language),)),
            Redirect(url=action))


def record(script: Script, place: Place) -> tuple[Verb, ...]:
    """The recorder; silence alone comes back to the same step as an empty message."""
    action = script.url("recording", _next(place))
    return (script.phrase("record", place.language), Record(action=action, max_seconds=script.record_seconds),
            Redirect(url=action))


def ask_number(script: Script, place: Place, *, again: bool = False) -> tuple[Verb, ...]:
    """The telephone number of a caller who shows none."""
    at = replace(_next(place), misses=place.misses + again)
    action = script.url("number", at)
    keys = ("bad-number", "which-number") if again else ("which-number",)
    prompts = tuple(script.phrase(key, place.language) for key in keys)
    return (Gather(action=action, timeout=8, prompts=prompts), Redirect(url=action))


def will_call(script: Script, number: str, place: Place) -> tuple[Verb, ...]:
    """A call back is promised; the call may end."""
    dictated = words.spelled(number, place.language)
    return (script.phrase("will-call", place.language, number=dictated), *goodbye(script, place))


def goodbye(script: Script, place: Place, *before: str) -> tuple[Verb, ...]:
    """The end, after these sentences of ours."""
    return (*(script.phrase(key, place.language) for key in before), script.phrase("goodbye", place.language), Hangup())


def back(script: Script, place: Place, *before: str) -> tuple[Verb, ...]:
    """These sentences of ours, then back to where the call stands."""
    at = script.url("wait", _next(place))
    return (*(script.phrase(key, place.language) for key in before), Redirect(url=at))


def call_back(script: Script, number: str, place: Place) -> tuple[Verb, ...]:
    """What an agent's telephone hears that we ring for a caller who asked to be called back: the caller is dialled."""
    at = _next(place)
    return (Dial(to=Number(number=number, answered=script.url("leg", at)), action=script.url("dial-done", at),
                 timeout=script.dial_seconds, caller_id=script.caller_id),)


def trouble(script: Script, step: str, place: Place) -> tuple[Verb, ...]:
    """The house cannot commit now: keep the caller on the line and take the same step again, with the same keys."""
    return (script.phrase("trouble", place.language), Pause(seconds=5), Redirect(url=script.url(step, place)))
