"""What is said between questions, and flows that are run, stand in the same letter as the questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.flows import checker, link, states
from desk.flows.model import Heard
from desk.trying import Trial
from router.records import ContactState
from tests.flow_lines import Talk, citizen
from tests.flow_trials import last, trial
from tests.house import read

MOVING = """
[flow]
name = "moving"
title = { en = "Moving", fa = "اسباب‌کشی" }
start = "hello"
[steps.hello]
kind = "say"
text = { en = "A few questions about your move.", fa = "چند پرسش دربارهٔ اسباب‌کشی." }
next = "who"
[steps.who]
kind = "ask"
answer = "text"
save = "who"
text = { en = "Your name?", fa = "نام شما؟" }
next = "old"
[steps.old]
kind = "say"
text = { en = "Now to the place that you leave: https://town.example/1", fa = "اکنون جایی https://town.example/1" }
next = "place"
[steps.place]
kind = "run"
flow = "place"
next = "day"
[steps.day]
kind = "ask"
answer = "date"
save = "day"
text = { en = "Which day?", fa = "چه روزی؟" }
next = "noted"
[steps.noted]
kind = "say"
text = { en = "That is all we ask.", fa = "همین بود." }
next = "thanks"
[steps.thanks]
kind = "say"
text = { en = "Thank you, {who}.", fa = "سپاس، {who}." }
next = "right"
[steps.right]
kind = "ask"
answer = "yes-no"
save = "right"
text = { en = "Is {street} right?", fa = "{street} درست است؟" }
"""
PLACE = """
[flow]
name = "place"
title = { en = "Place", fa = "جا" }
start = "street"
[steps.street]
kind = "ask"
answer = "text"
save = "street"
text = { en = "Which street?", fa = "کدام خیابان؟" }
next = "lift"
[steps.lift]
kind = "ask"
answer = "yes-no"
save = "lift"
text = { en = "Is there a lift?", fa = "آسانسور هست؟" }
next = "over"
[steps.over]
kind = "end"
text = { en = "So much for the place.", fa = "دربارهٔ جا بس است." }
"""
SAYS = {"en": ("A few questions", "Now to the place", "So much for", "That is all", "Thank you"),
        "fa": ("چند پرسش", "اکنون جایی", "دربارهٔ جا بس", "همین بود", "سپاس")}


def moving(language: str, medium: str = "email", *, place: str = PLACE, main: str = MOVING, good: bool = True) -> Trial:
    made, faults = checker.check({"moving.toml": main, "place.toml": place})
    assert good != bool([each for each in faults if each.serious]), faults
    return trial(medium=medium, language=language, program=link.program("moving", made))


def kept(one: Trial) -> None:
    """As a process that ended and another one that goes on."""
    one.state = states.load(json.loads(json.dumps(states.dump(one.state))))


@pytest.mark.parametrize("language", ["en", "fa"])
def test_what_is_said_and_flows_that_are_run_stand_in_the_same_letter(language: str) -> None:
    one = moving(language)
    letter, first = last(one), "1)" if language == "en" else "۱)"
    two, three, four = ("2)", "3)", "4)") if language == "en" else ("۲)", "۳)", "۴)")
    hello, old, over = SAYS[language][:3]
    places = [letter.index(each) for each in (hello, first, old, two, three, over, four)]
    assert places == sorted(places), letter
    assert "https://town.example/1" in letter, "digits of what is said are left alone"
    assert not any(each in letter for each in SAYS[language][3:5]), "what is said behind the last waits for the answers"
    kept(one)
    answers = {"en": "1) Ali\n2) Main street\n3) yes\n4) tomorrow", "fa": "۱) علی\n۲) خیابان اصلی\n۳) بله\n۴) فردا"}
    one.say(answers[language])
    assert all(each in last(one) for each in SAYS[language][3:5]) and SAYS[language][1] not in last(one)
    assert one.state.values["lift"] is True and one.state.stack == ()
    one.say({"en": "yes", "fa": "بله"}[language])
    assert one.over


def test_what_is_missing_in_a_flow_that_was_run_is_asked_alone_and_the_walk_goes_on_behind_it() -> None:
    one = moving("en")
    one.say("1) Ali\n4) tomorrow")
    again = last(one)
    assert "2) Which street?" in again and "3) Is there a lift?" in again and "Now to the place" not in again
    assert one.state.step == "place/street" and one.state.stack == ("moving/place",)
    kept(one)
    one.say("2) Main street\n3) no")
    assert "Thank you" in last(one) and one.state.stack == () and one.state.step == "moving/right"
    # Back to the question before: the last of the sheet, in the flow it stands in.
    one.say("back")
    assert one.state.step == "place/lift" and one.state.stack == ("moving/place",) and "Which day" in last(one)
    one.say("1) yes\n2) tomorrow")
    assert "Is " in last(one) and one.state.stack == ()


def test_one_by_one_each_question_keeps_its_place() -> None:
    one = moving("en")
    for words, expected in (("Ali", "2)"), ("Main street", "3)"), ("yes", "Which day"), ("tomorrow", "Thank you")):
        kept(one)
        one.say(words)
        assert expected in last(one)
    assert one.state.values == one.state.values | {"who": "Ali", "street": "Main street", "lift": True}


def test_answers_between_quoted_questions_are_not_what_was_said_between_them() -> None:
    for mark in ("> ", ""):
        one = moving("en")
        answers = {"1)": "Ali", "2)": "Main street", "3)": "yes", "4)": "tomorrow"}
        lines: list[str] = []
        for line in last(one).split("\n"):
            lines += [f"{mark}{line}"] if line.strip() or mark else []
            lines += [answers[line[:2]]] if line[:2] in answers else []
        fresh = ["Good morning", *(answers.values() if mark else [])]
        one._took(Heard(kind="words", text="\n".join(fresh), whole="\n".join(["Good morning", "", *lines])))
        assert one.state.values["who"] == "Ali" and one.state.values["street"] == "Main street", mark
        assert "Thank you" in last(one)


def test_what_depends_on_an_answer_ends_the_letter_wherever_it_stands() -> None:
    one = moving("en", main=MOVING.replace("Now to the place that you leave", "Now to your place, {who}"))
    assert "Your name?" in last(one) and "street" not in last(one)
    one.say("Ali")
    assert "Now to your place, Ali" in last(one) and "1) Which street?" in last(one) and "3) Which day?" in last(one)
    one = moving("en", place=PLACE.replace("So much for the place.", "So much for {street}."))
    assert "3) Is there a lift?" in last(one) and "Which day" not in last(one)
    over = PLACE.replace('kind = "end"', 'kind = "hand-over"')
    one = moving("en", place=over)
    assert "3) Is there a lift?" in last(one) and "Which day" not in last(one), "a person, not a question, comes then"


def test_flows_that_run_one_another_without_end_are_no_endless_letter() -> None:
    round_ = MOVING.replace('next = "place"\n', 'next = "again"\n') + (
        '[steps.again]\nkind = "say"\ntext = { en = "Round", fa = "دور" }\nnext = "old"\n')
    one = moving("en", main=round_, good=False)
    assert "Your name?" in last(one) and "1)" not in last(one)
    deep = PLACE.replace('next = "over"', 'next = "deeper"') + (
        '[steps.deeper]\nkind = "run"\nflow = "place"\nnext = "over"\n')
    one = moving("en", place=deep, good=False)
    assert last(one).count("Which street?") == 1, "a question stands once in a letter"
    one.say("1) Ali\n2) Main street\n3) yes")
    assert "Which street?" in last(one) and one.state.stack == ("moving/place", "place/deeper")


def test_elsewhere_nothing_is_put_together() -> None:
    one = moving("en", "webchat")
    assert "Your name?" in last(one) and "street" not in last(one)


def test_a_letter_of_an_older_program_is_asked_on() -> None:
    one = moving("en")
    old = states.dump(one.state)
    del old["stacks"]
    old["sheet"] = [each for each in old["sheet"] if each in ("moving/who",)] + ["moving/day"]
    one.state = states.load(old)
    one.say("1) Ali\n2) tomorrow")
    assert "Thank you" in last(one)
    # A step of the letter that is gone with another version: only the open question is asked.
    made, _ = checker.check({"moving.toml": MOVING, "place.toml": PLACE.replace("steps.lift", "steps.raise").replace(
        'next = "lift"', 'next = "raise"')})
    moved, how = states.moved(moving("en").state, link.program("moving", made))
    assert how == "same" and moved.sheet == () and moved.stacks == ()


async def test_a_letter_with_all_of_it_through_a_house(tmp_path: Path) -> None:
    for name, source in (("moving", MOVING), ("place", PLACE)):
        (tmp_path / f"{name}.toml").write_text(source, encoding="utf-8")
    async with citizen("email", tmp_path / "house", flow="moving", flows=tmp_path) as someone:
        talk = Talk(someone)
        asked = await talk.says("سلام", "چند پرسش", "نام شما", "اکنون جایی", "کدام خیابان", "دربارهٔ جا بس", "چه روزی")
        lines = asked.replace("\r", "").split("\n")
        answers = {"۱)": "علی", "۲)": "خیابان اصلی", "۳)": "بله", "۴)": "فردا"}
        reply = "\n".join(f"> {line}\n{answers[line[:2]]}" if line[:2] in answers else f"> {line}" for line in lines)
        await talk.says(reply, "همین بود", "سپاس", "خیابان اصلی")
        (contact,) = await read(someone.house, lambda tx: tx.contacts.listed())
        assert contact.state is ContactState.SELF_SERVICE
