"""Our TwiML against an independent generator and against the carrier's rules for verbs, attributes and nesting."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Dial as TwilioDial
from twilio.twiml.voice_response import Gather as TwilioGather
from twilio.twiml.voice_response import VoiceResponse

from channels.voice import flow, menu
from channels.voice.parse import Place
from channels.voice.twiml import (
    Dial,
    Gather,
    Hangup,
    Number,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Sip,
    Verb,
    render,
)
from tests.voicing import line

#: Twilio's TwiML reference (Programmable Voice): verb -> (attributes, verbs that may stand inside, may it have text).
RULES: dict[str, tuple[set[str], set[str], bool]] = {
    "Response": (set(), {"Say", "Play", "Pause", "Gather", "Record", "Dial", "Redirect", "Reject", "Hangup"}, False),
    "Say": ({"language", "voice", "loop"}, set(), True),
    "Play": ({"loop", "digits"}, set(), True),
    "Pause": ({"length"}, set(), False),
    "Gather": ({"action", "method", "timeout", "numDigits", "finishOnKey", "input", "language", "speechTimeout",
                "hints", "actionOnEmptyResult", "bargeIn"}, {"Say", "Play", "Pause"}, False),
    "Record": ({"action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim",
                "recordingStatusCallback"}, set(), False),
    "Dial": ({"action", "method", "timeout", "callerId", "timeLimit", "hangupOnStar", "record"}, {"Number", "Sip"},
             True),
    "Number": ({"statusCallback", "statusCallbackEvent", "statusCallbackMethod", "sendDigits", "url"}, set(), True),
    "Sip": ({"statusCallback", "statusCallbackEvent", "statusCallbackMethod", "username", "password", "url"}, set(),
            True),
    "Redirect": ({"method"}, set(), True),
    "Reject": ({"reason"}, set(), False),
    "Hangup": (set(), set(), False),
}
POSITIVE = {"timeout", "numDigits", "length", "maxLength", "loop"}


def faults(xml: str) -> list[str]:
    """What the carrier's rules say against a document."""
    found: list[str] = []

    def look(element: ET.Element) -> None:
        attributes, inside, text = RULES[element.tag]
        found.extend(f"{element.tag} {name}" for name in element.attrib if name not in attributes)
        found.extend(f"{name}={value}" for name, value in element.attrib.items()
                     if name in POSITIVE and not (value.isdigit() and int(value) > 0))
        found.extend(f"{child.tag} in {element.tag}" for child in element if child.tag not in inside)
        if not text and (element.text or "").strip():
            found.append(f"text in {element.tag}")
        if element.tag in ("Say", "Play", "Redirect", "Number", "Sip") and not (element.text or "").strip():
            found.append(f"{element.tag} is empty")
        for child in element:
            look(child)

    look(ET.fromstring(xml))
    return found


def same(ours: str, theirs: VoiceResponse) -> None:
    assert ET.canonicalize(ours) == ET.canonicalize(str(theirs))
    assert faults(ours) == []


def test_say_play_pause() -> None:
    theirs = VoiceResponse()
    theirs.say("سلام <b>&\"'", language="fa-IR", voice="Google.x")
    theirs.play("https://a.example/x.wav?a=1&b=2")
    theirs.pause(length=3)
    same(render(Say(text="سلام <b>&\"'", language="fa-IR", voice="Google.x"), Play(url="https://a.example/x.wav?a=1&b=2"),
                Pause(seconds=3)), theirs)


def test_gather_with_prompts_then_redirect() -> None:
    theirs = VoiceResponse()
    gather = TwilioGather(action="https://a.example/d?l=fa&n=1", timeout=6, finish_on_key="#", num_digits=1)
    gather.say("یک", language="fa-IR")
    gather.pause(length=1)
    theirs.append(gather)
    theirs.redirect("https://a.example/d?l=fa&n=1")
    same(render(Gather(action="https://a.example/d?l=fa&n=1", timeout=6, digits=1,
                       prompts=(Say(text="یک", language="fa-IR"), Pause())),
                Redirect(url="https://a.example/d?l=fa&n=1")), theirs)


def test_gather_speech() -> None:
    theirs = VoiceResponse()
    theirs.gather(action="u", timeout=5, finish_on_key="#", input="dtmf speech", language="fa-IR",
                  speech_timeout="auto")
    same(render(Gather(action="u", speech="fa-IR")), theirs)


def test_record() -> None:
    theirs = VoiceResponse()
    theirs.record(action="u", max_length=120, timeout=5, finish_on_key="#", recording_status_callback="s")
    same(render(Record(action="u", status="s")), theirs)


def test_dial_number_and_sip() -> None:
    for to, make in ((Number(number="+989121234567", answered="u?a=1&b=2"), "number"),
                     (Sip(uri="sip:a@b.example", answered="u?a=1&b=2"), "sip")):
        theirs = VoiceResponse()
        dial = TwilioDial(action="d", timeout=25, caller_id="+982112345678")
        getattr(dial, make)(to.number if isinstance(to, Number) else to.uri, status_callback="u?a=1&b=2",
                            status_callback_event="answered")
        theirs.append(dial)
        same(render(Dial(to=to, action="d", timeout=25, caller_id="+982112345678")), theirs)


def test_reject_and_hangup() -> None:
    theirs = VoiceResponse()
    theirs.reject(reason="busy")
    theirs.hangup()
    same(render(Reject(), Hangup()), theirs)


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_makes_a_document_that_parses(text: str, url: str) -> None:
    found = ET.fromstring(render(Say(text=text, language=url), Redirect(url=url)))
    kept = "".join(c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd"
                   or c > "\uffff")
    assert _lines(found[0].text or "") == _lines(kept)


def _lines(text: str) -> str:
    """An XML parser reads every line end as one (XML 1.0, 2.11)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_controls_and_lone_surrogates_are_left_out() -> None:
    assert "<Say>abc😀</Say>" in render(Say(text="a\x00b\x1b\ud800\ufffec😀"))


def test_the_rules_can_fail() -> None:
    assert faults("<Response><Say bogus='1'>x</Say></Response>") == ["Say bogus"]
    assert faults("<Response><Gather><Record/></Gather></Response>") == ["Record in Gather"]
    assert faults("<Response><Gather timeout='0'/></Response>") == ["timeout=0"]


SCRIPT = flow.Script(base="https://desk.example/channels/line", music="https://m.example/a.mp3", speech=True,
                     caller_id="+982112345678", voices={"fa": "v"})
PLACE = Place(n=3, said=1, place=2, delivery=7)
WORDS = (flow.Spoken(delivery=5, text="پاسخ شما آماده است", language="fa"),)
DOCUMENTS: dict[str, tuple[Verb, ...]] = {
    "menu": flow.menu(SCRIPT, menu.opening(menu.Menu(), "fa"), PLACE),
    "hold": flow.hold(SCRIPT, line(place=2), PLACE),
    "hold-words": flow.hold(SCRIPT, line(place=2), PLACE, spoken=WORDS),
    "talk": flow.talk(SCRIPT, 4, PLACE, spoken=WORDS),
    "still": flow.still(SCRIPT, PLACE),
    "interrupt": flow.interrupt(SCRIPT, PLACE, WORDS),
    "connect-number": flow.connect(SCRIPT, "+989121234567", PLACE),
    "connect-sip": flow.connect(SCRIPT, "sip:a@b.example", PLACE),
    "record": flow.record(SCRIPT, PLACE),
    "ask-number": flow.ask_number(SCRIPT, PLACE, again=True),
    "will-call": flow.will_call(SCRIPT, "+989121234567", PLACE),
    "goodbye": flow.goodbye(SCRIPT, PLACE, "recorded"),
    "back": flow.back(SCRIPT, PLACE, "not-recorded"),
    "call-back": flow.call_back(SCRIPT, "+989121234567", PLACE),
    "trouble": flow.trouble(SCRIPT, "digits", PLACE),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_keeps_the_carriers_rules(name: str) -> None:
    assert faults(render(*DOCUMENTS[name])) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_leads_somewhere(name: str) -> None:
    """A document that just ends would drop the caller without a word."""
    last = DOCUMENTS[name][-1]
    assert isinstance(last, Redirect | Hangup) or (isinstance(last, Dial) and last.action)
