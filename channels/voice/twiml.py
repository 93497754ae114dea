"""The carrier's call language: verbs as values, rendered to a TwiML document. Pure; knows nothing of any call.

Attributes and nesting follow Twilio's TwiML reference for Programmable Voice; only what we use is here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

#: Whatever XML 1.0 cannot carry (section 2.2) is left out: controls, lone surrogates, U+FFFE and U+FFFF.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak a text."""

    text: str
    language: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play a sound file."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Silence for so many seconds."""

    seconds: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """Take keys (and speech, in `speech` as language) while prompts are heard; without input the next verb follows."""

    action: str
    prompts: tuple[Say | Play | Pause, ...] = ()
    timeout: int = 5  #: seconds of silence after the prompts
    digits: int = 0  #: so many keys at most; 0 = until the finish key
    finish: str = "#"
    speech: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Beep and record the caller; then `action` is asked."""

    action: str
    max_seconds: int = 120
    timeout: int = 5  #: seconds of silence that end it
    finish: str = "#"
    status: str = ""  #: asked when the recording can be fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A telephone to dial; `answered` is told when it picks up. `url` leads whoever picks up until its document ends;
    then the two are connected, unless that document hung up."""

    number: str
    answered: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sip:
    """A SIP address to dial; as Number."""

    uri: str
    answered: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Connect the caller with another party; then `action` is asked."""

    to: Number | Sip
    action: str
    timeout: int = 30
    caller_id: str = ""
    recorded: str = ""  #: record both sides from the answer on, and tell this address where the recording is


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Go on with another document."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Do not take the call: "busy" or "rejected"."""

    reason: str = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """End the call."""


Prompt = Say | Play | Pause
Verb = Say | Play | Pause | Gather | Record | Dial | Redirect | Reject | Hangup


def render(*verbs: Verb) -> str:
    """The document, ready to be sent as text/xml in UTF-8."""
    root = ET.Element("Response")
    for verb in verbs:
        _append(root, verb)
    return f'<?xml version="1.0" encoding="UTF-8"?>{ET.tostring(root, encoding="unicode")}'


def _append(parent: ET.Element, verb: Verb | Number | Sip) -> None:
    attributes, text, nested = _parts(verb)
    known = {name: _clean(value) for name, value in attributes.items() if value}
    element = ET.SubElement(parent, type(verb).__name__, known)
    element.text = _clean(text) or None
    for each in nested:
        _append(element, each)


def _parts(verb: Verb | Number | Sip) -> tuple[dict[str, str], str, tuple[Prompt | Number | Sip, ...]]:
    """Attributes (empty ones are left out), text, nested verbs."""
    match verb:
        case Say():
            return {"language": verb.language, "voice": verb.voice}, verb.text, ()
        case Play():
            return {}, verb.url, ()
        case Pause():
            return {"length": str(verb.seconds)}, "", ()
        case Gather():
            return _gather(verb), "", verb.prompts
        case Record():
            return _record(verb), "", ()
        case Dial():
            dial = {"action": verb.action, "timeout": str(verb.timeout), "callerId": verb.caller_id}
            if verb.recorded:
                dial |= {"record": "record-from-answer-dual", "recordingStatusCallback": verb.recorded}
            return dial, "", (verb.to,)
        case Number():
            return _answered(verb.answered) | {"url": verb.url}, verb.number, ()
        case Sip():
            return _answered(verb.answered) | {"url": verb.url}, verb.uri, ()
        case Redirect():
            return {}, verb.url, ()
        case Reject():
            return {"reason": verb.reason}, "", ()
        case Hangup():
            return {}, "", ()


def _gather(verb: Gather) -> dict[str, str]:
    attributes = {"action": verb.action, "timeout": str(verb.timeout), "finishOnKey": verb.finish,
                  "numDigits": str(verb.digits) if verb.digits else ""}
    if verb.speech:
        attributes |= {"input": "dtmf speech", "language": verb.speech, "speechTimeout": "auto"}
    return attributes


def _record(verb: Record) -> dict[str, str]:
    return {"action": verb.action, "maxLength": str(verb.max_seconds), "timeout": str(verb.timeout),
            "finishOnKey": verb.finish, "recordingStatusCallback": verb.status}


def _answered(url: str) -> dict[str, str]:
    return {"statusCallback": url, "statusCallbackEvent": "answered"} if url else {}


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
