"""Several questions in one mail: what is put together, which words answer which, and what is asked again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.book import Book
from desk.flows import checker, link, sheet, states
from desk.flows.model import Heard
from desk.trying import Trial
from router.records import ContactState, Direction
from tests.flow_lines import Talk, citizen
from tests.house import read

ASKED = {1: ["Which service?", "– water and sewage", "– waste"], 2: ["The applicant's national id?"],
         3: ["Which day suits you?"]}
BOOK = Book()


def quoted(*lines: str) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize(("text", "expected"), [
    ("1) water\n2) 0499370899\n3) tomorrow", {1: "water", 2: "0499370899", 3: "tomorrow"}),
    ("۱- آب\n۲- ۰۴۹۹۳۷۰۸۹۹\n۳- فردا", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹", 3: "فردا"}),
    ("۱ـ آب\n٢) ٠٤٩٩٣٧٠٨٩٩", {1: "آب", 2: "٠٤٩٩٣٧٠٨٩٩"}),
    ("1. water\n\n3. tomorrow", {1: "water", 3: "tomorrow"}),
    ("(1) water\n[2] 0499370899", {1: "water", 2: "0499370899"}),
    ("پاسخ ۱: آب\nپاسخ ۲: ۰۴۹۹۳۷۰۸۹۹", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹"}),
    ("Question 2: 0499370899", {2: "0499370899"}),
    ("3) tomorrow\n1) water", {3: "tomorrow", 1: "water"}),
    ("1) water 2) 0499370899 3) tomorrow", {1: "water", 2: "0499370899", 3: "tomorrow"}),
    ("۱) آب، ۳) فردا", {1: "آب", 3: "فردا"}),
    ("سلام\nپاسخ‌ها:\n۱) آب\n۲)۰۴۹۹۳۷۰۸۹۹", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹"}),
    ("1-0499370899\n2-0499370899", {1: "0499370899", 2: "0499370899"}),
    ("1) Which service? water\n2) The applicant's national id? 0499370899", {1: "water", 2: "0499370899"}),
    ("1) Which service?\nwater\n\n2) The applicant's national id?\n0499370899\n\nAli", {1: "water", 2: "0499370899"}),
    ("\u200f۱) آب\n\u202b۲) ۰۴۹۹۳۷۰۸۹۹", {1: "آب", 2: "۰۴۹۹۳۷۰۸۹۹"}),
    ("1)\nwater\nand more\n2) 0499370899", {1: "water\nand more", 2: "0499370899"}),
])
def test_numbered_answers(text: str, expected: dict[int, str]) -> None:
    assert sheet.read(text, text, ASKED).numbered == expected


@pytest.mark.parametrize("text", ["2.5", "1405/9/1", "1-9-1405", "water", "12) x", "0499370899", "2 homes", "1:30",
                                  "four 1) years ago", ""])
def test_what_is_no_number_of_a_question(text: str) -> None:
    assert sheet.read(text, text, ASKED).numbered == {}


def test_answers_between_the_quoted_questions() -> None:
    whole = quoted(
        "Good morning", "", "On 2026-11-22 the desk wrote:", "> 1) Which service?", ">    – water and sewage", "water",
        "> 2) The applicant's national id?", ">", "", "0499370899", "", "> 3) Which day suits you?", "tomorrow", "",
        "-- ", "Ali", "0912 000 0000")
    fresh = quoted("Good morning", "", "water", "", "0499370899", "", "tomorrow")
    assert sheet.read(fresh, whole, ASKED).numbered == {1: "water", 2: "0499370899", 3: "tomorrow"}
    assert sheet.read("۱- آب", f"۱- آب\n{whole}", ASKED).numbered == {1: "آب"}, "numbers in the new text come first"


def test_answers_in_an_old_message_without_quotation_marks() -> None:
    whole = quoted("See below, please", "", "From: desk@city.example", "Sent: today", "", "Please put the number",
                   "", "1) Which service? water", "   – water and sewage", "   – waste", "",
                   "2) The applicant's national id?", "0499370899", "", "3) Which day suits you?", "", "[p:abc]")
    assert sheet.read("See below, please", whole, ASKED).numbered == {1: "water", 2: "0499370899"}


def test_a_reply_of_any_size_is_read_in_no_time() -> None:
    for text in ("1) " * 300_000, "1) x\n" * 200_000, "> 1) x\n" * 200_000, "1-" * 400_000, "(" * 900_000):
        began = time.process_time()
        sheet.read(text, text, ASKED)
        assert time.process_time() - began < 2


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="123۱۲۳).-: >\nآبwater–", max_size=200), st.text(alphabet="12) >\nab", max_size=200))
def test_only_what_was_written_is_an_answer(text: str, whole: str) -> None:
    for number, words in sheet.read(text, whole, ASKED).numbered.items():
        assert number in ASKED
        assert all(line.strip() in text + "\n" + whole for line in words.split("\n"))


# --- in dialogues

def trial(name: str = "main-menu", medium: str = "email", language: str = "en", program: Any = None) -> Trial:
    made = Trial(program or BOOK.program(name), medium, language, today="2026-11-22",
                 names={"fa": "شهر", "en": "Town"})
    made.open()
    return made


def last(one: Trial) -> str:
    return [line.text for line in one.lines if line.who == "desk"][-1]


def asked(language: str = "en") -> Trial:
    one = trial(language=language)
    for each in ("service request", "yes"):
        one.say(each)
    return one


ALL = "1) water\n2) 0499370899\n3) Main street 12\n4) 3\n5) tomorrow"


def test_questions_without_a_branch_between_them_are_one_mail() -> None:
    one = asked()
    said = last(one)
    assert [f"{n})" in said for n in range(1, 7)] == [True] * 5 + [False], "the sixth says the day: not known yet"
    assert "– water and sewage" in said and "1) water" not in said
    assert "۵)" in last(asked("fa"))
    assert "national id" not in last(trial(medium="webchat")), "elsewhere one after the other"


def test_all_in_one_mail() -> None:
    one = asked()
    one.say(ALL)
    assert "Shall we register the request for" in last(one)
    assert one.state.values["service"] == "water" and one.state.values["national_id"] == "0499370899"
    assert one.state.values["count"] == 3 and one.state.values["day"] == "2026-11-23"
    one.say("yes")
    assert "registered" in last(one)


def test_all_in_persian_with_persian_digits() -> None:
    one = asked("fa")
    one.say("۱- آب\n۲- ۰۴۹۹۳۷۰۸۹۹\n۳- خیابان اصلی پلاک ۱۲\n۴- ۳\n۵- فردا")
    assert "ثبت شود" in last(one) and one.state.values["count"] == 3


def test_lines_without_numbers_when_each_fits() -> None:
    one = asked()
    one.say("water\n0499370899\nMain street 12\n3\ntomorrow")
    assert "Shall we register" in last(one)


def test_what_is_wrong_or_missing_is_asked_again_with_what_was_wrong() -> None:
    one = asked()
    one.say("1) water\n2) 0499370898\n3) Main street 12\n5) tomorrow")
    said = last(one)
    assert "2) The applicant" in said and "not valid" in said and "4) How many" in said
    assert "1)" not in said and "3)" not in said and "5)" not in said
    one.say("2) 0499370899")
    assert "How many" in last(one) and "national id" not in last(one) and "4)" not in last(one), "alone: no number"
    one.say("4) 200")
    assert "cannot be used" in last(one)
    one.say("4) 2")
    assert "Shall we register" in last(one) and one.state.values["count"] == 2


def test_answer_by_answer() -> None:
    one = asked()
    for each, expected in (("water", "2)"), ("0499370899", "3)"), ("Main street 12", "4)"), ("3", "Which day"),
                           ("tomorrow", "Shall we register")):
        one.say(each)
        assert expected in last(one)


def test_an_option_by_its_place_behind_the_number_of_its_question() -> None:
    one = asked()
    one.say("1) 3\n2) 0499370899")
    assert one.state.values["service"] == "waste"


def test_three_mails_with_nothing_in_them_lead_to_a_person() -> None:
    one = asked()
    one.say("what?")
    assert not one.over and "1) Which service" in last(one) and "choose one" in last(one)
    one.say("what?")
    one.say("2) what?")
    assert one.over and "[handed-over: not-understood]" in one.lines[-1].text


def test_what_may_be_left_out_is_not_asked_again_of_who_answers_by_number() -> None:
    one = trial()
    for each in ("complaint", "yes", "1) The lamp in our street is dark\n4) 09121234567"):
        one.say(each)
    assert "registered" in last(one) and one.state.values["mobile"] == "+989121234567"
    assert one.state.values["day"] is None and one.state.values["proof"] is None


def test_a_file_belongs_to_the_question_that_wants_one() -> None:
    one = trial()
    for each in ("complaint", "yes", "#file lamp.jpg image/jpeg"):
        one.say(each)
    assert "1) Tell us" in last(one) and "3)" not in last(one)
    assert one.state.values["proof"] == ["lamp.jpg"]


@pytest.mark.parametrize(("word", "expected"), [
    ("human", "hand you over"), ("start again", "How can we help"), ("back", "Do you agree"), ("فارسی", "کدام خدمت")])
def test_words_that_count_at_any_point(word: str, expected: str) -> None:
    one = asked()
    one.say(word)
    assert expected in last(one)


def test_back_after_an_answer_asks_that_one_again() -> None:
    one = asked()
    one.say("1) water")
    one.say("back")
    assert "Which service?" in last(one)
    one.say(ALL.replace("water", "waste"))
    assert one.state.values["service"] == "waste" and "Shall we register" in last(one)


@pytest.mark.parametrize(("words", "score", "comment"), [
    ("5", 5, None), ("۴\nخیلی خوب بود\nممنون", 4, "خیلی خوب بود\nممنون"), ("1) 3\n2) too slow", 3, "too slow"),
    ("۱- ۲\n۲- کند بود", 2, "کند بود"), ("1) 3", 3, None), ("5\n\n-- ", 5, None)])
def test_a_rating_and_the_words_about_it_are_one_mail(words: str, score: int, comment: str | None) -> None:
    one = trial("survey")
    assert "1) From 1 (poor)" in last(one) and "2) Anything" in last(one) and "left out" in last(one)
    one.say(words)
    assert one.over and one.state.values["survey_score"] == score and one.state.values["survey_comment"] == comment


@pytest.mark.parametrize("words", ["9", "very good", "2) slow", "1) x\n2) y"])
def test_no_rating_is_asked_again(words: str) -> None:
    one = trial("survey")
    one.say(words)
    assert not one.over and "1) From 1" in last(one)


BRANCHING = """
[flow]
name = "many"
title = { en = "Many" }
start = "a"
languages = ["en"]
[steps.a]
kind = "ask"
answer = "text"
save = "a"
text = { en = "First?" }
next = "known"
[steps.known]
kind = "branch"
cases = [{ when = 'medium == "email"', to = "b" }]
otherwise = "end"
[steps.b]
kind = "ask"
answer = "choice"
save = "b"
text = { en = "Second?" }
[[steps.b.options]]
id = "x"
label = { en = "left" }
to = "c"
[[steps.b.options]]
id = "y"
label = { en = "right" }
to = "d"
[steps.c]
kind = "ask"
answer = "text"
save = "c"
text = { en = "Third after {b}?" }
next = "open"
[steps.open]
kind = "branch"
cases = [{ when = 'c == "z"', to = "d" }]
otherwise = "end"
[steps.d]
kind = "ask"
answer = "text"
save = "d"
text = { en = "Fourth?" }
"""


def test_a_branch_ends_what_is_put_together_unless_it_is_decided_already() -> None:
    made, faults = checker.check({"many.toml": BRANCHING})
    assert not [each for each in faults if each.serious]
    one = trial(program=link.program("many", made))
    assert "First?" in last(one) and "Second?" in last(one) and "Third" not in last(one)
    one.say("1) something\n2) left")
    assert "Third after x?" in last(one) and "Fourth" not in last(one)
    one.say("z")
    assert "Fourth?" in last(one)


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


async def test_a_request_whose_form_is_one_letter(tmp_path: Path) -> None:
    async with citizen("email", tmp_path) as someone:
        talk = Talk(someone)
        await talk.says("سلام", "چه کمکی از ما برمی‌آید")
        await talk.says("درخواست خدمت", "موافقید")
        asked = await talk.says("بله", "کدام خدمت", "کد ملی", "نشانی", "چند واحد", "چه روزی")
        assert "۵)" in asked
        lines = [f"> {line}" for line in asked.replace("\r", "").split("\n")]
        answers = {"۱)": "آب", "۲)": "۰۴۹۹۳۷۰۸۹۸", "۳)": "خیابان اصلی، پلاک ۱۲", "۴)": "۳", "۵)": "فردا"}
        reply = "\n".join(["سلام، پاسخ‌ها در زیر", ""] + [
            f"{line}\n{answers[line[2:4]]}" if line[2:4] in answers else line for line in lines])
        again = await talk.says(reply, "کد ملی", "درست نیست")
        assert "کدام خدمت" not in again.split("\n>")[0]
        await talk.says("۲) ۰۴۹۹۳۷۰۸۹۹\n\nبا سپاس", "ثبت شود")
        await talk.says("بله", "ثبت شد")
        house = someone.house
        (contact,) = await read(house, lambda tx: tx.contacts.listed())
        (case,) = await read(house, lambda tx: tx.cases.listed())
        assert contact.state is ContactState.SELF_SERVICE and case.contact == contact.id
        assert case.data["national_id"] == "0499370899" and case.data["count"] == 3
        assert case.data["service"] == "water" and case.data["place"] == "خیابان اصلی، پلاک ۱۲"
        said = await read(house, lambda tx: tx.messages.of(contact.id))
        assert sum(m.direction is Direction.IN for m in said) == 6
