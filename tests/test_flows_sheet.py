"""Several questions in one mail: what is put together, and what is asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.flows import checker, link
from desk.trying import Trial
from router.records import ContactState, Direction
from tests.flow_lines import Talk, citizen
from tests.flow_trials import last, trial
from tests.house import read


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
