"""The engine over the shipped flows: properties over any input, and what is promised at any point."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.book import SHIPPED, Book, sources
from desk.flows import checker, engine, link, states
from desk.flows.model import Heard, Outcome, Waits
from desk.trying import MEDIA, Pretended, Trial

BOOK = Book()
TODAY = "2026-11-22"
NAMES = {"fa": "شهر", "en": "Town"}
WORDS = st.one_of(
    st.text(max_size=60), st.sampled_from([
        "1", "2", "3", "4", "5", "6", "0", "*", "بله", "no", "bargasht", "از اول", "english", "فارسی", "فردا",
        "0499370899", "09121234567", "482-913-5573", "#silence", "#remind", "#found پاسخ", "#found", "#called x",
        "#place 35 51", "#file a.jpg image/jpeg", "#press f:1.1.complaint", "#press f:1.2.yes", "#press f:9.9.x",
        "چراغ خاموش است", "رد", "\x00\u202e", "😀" * 20]))


def trial(medium: str = "webchat", name: str = "main-menu", language: str = "fa", **fields: Any) -> Trial:
    made = Trial(BOOK.program(name), medium, language, today=TODAY, names=NAMES, **fields)
    made.open()
    return made


def last(one: Trial) -> str:
    return [line.text for line in one.lines if line.who == "desk"][-1]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(MEDIA)), st.sampled_from(sorted(BOOK.definitions)), st.lists(WORDS, max_size=40))
def test_every_dialogue_ends_or_waits_and_replay_gives_the_same(medium: str, name: str, said: list[str]) -> None:
    runs = []
    for _ in range(2):
        one = trial(medium, name)
        for each in said:
            if one.over:
                break
            before = len(one.lines)
            one.say(each)
            assert len(one.lines) - before < 40
        assert one.over == (one.state.waits is Waits.NOTHING)
        assert one.over or one.state.step in one.program.steps
        json.dumps(states.dump(one.state))
        runs.append((list(one.lines), one.state))
    assert runs[0] == runs[1]


@pytest.mark.parametrize("name", sorted(BOOK.definitions))
def test_silence_never_goes_on_for_ever(name: str) -> None:
    one = trial("voice", name)
    for _ in range(200):
        if one.over:
            return
        one.say("#silence")
    raise AssertionError("still asking")


@pytest.mark.parametrize("word", ["اپراتور", "human", "apertor", "ensan", "/human"])
@pytest.mark.parametrize("way", [[], ["شکایت"], ["شکایت", "بله"], ["service", "yes", "water"], ["پرسش", "ساعت کار؟"]])
def test_a_person_at_any_point(word: str, way: list[str]) -> None:
    one = trial()
    for each in way:
        one.say(each)
    one.say(word)
    assert one.over and "[handed-over: asked]" in one.lines[-1].text


def test_three_misunderstandings_lead_to_a_person() -> None:
    one = trial("sms")
    one.say("قرمه سبزی")
    one.say("؟؟؟")
    assert not one.over and "متوجه نشدم" in last(one) and "۱)" in last(one)
    one.say("هیچ")
    assert "[handed-over: not-understood]" in one.lines[-1].text


def test_understanding_once_forgives() -> None:
    one = trial("sms")
    for each in ("هیچ", "هیچ", "شکایت", "شاید", "شاید", "بله"):
        one.say(each)
    assert not one.over and "شکایت خود را" in last(one)


def test_back_start_again_and_language() -> None:
    one = trial("sms")
    for each in ("درخواست خدمت", "بله", "۱", "0499370899", "bargasht"):
        one.say(each)
    assert "کد ملی" in last(one)
    one.say("برگشت")
    assert "کدام خدمت" in last(one)
    one.say("English")
    assert "Which service?" in last(one) and one.state.language == "en"
    one.say("start again")
    assert "How can we help?" in last(one) and one.state.values == {}
    one.say("back")
    assert "nothing to go back to" in "".join(line.text for line in one.lines)


def test_going_back_does_not_register_twice() -> None:
    one = trial("sms")
    for each in ("شکایت", "بله", "چراغ خاموش است", "رد", "رد"):
        one.say(each)
    assert "ثبت شد" in last(one)
    one.say("بازگشت")
    assert "نمی‌شود" in last(one) and one._world.cases == ["complaint"]


def test_a_button_counts_once_and_an_old_one_repeats_the_question() -> None:
    one = trial()
    pressed = dict(one.lines[-1].buttons)["شکایت"]
    one.say(pressed)
    before = len(one.lines)
    one.say(pressed)
    assert len(one.lines) == before + 1, "pressed twice: nothing is said"
    one.say("بله")
    one.say(pressed)
    assert "پاسخ داده شده" in last(one) and "شکایت خود را" in last(one) and one.state.misses == 0


def test_words_said_too_early_belong_to_the_answer_before() -> None:
    one = trial("sms")
    for each in ("شکایت", "بله", "چراغ کوچهٔ ما"):
        one.say(each)
    turn = engine.advance(one.program, one.state, Heard(kind="words", text="خاموش است", early=True), one._world)
    assert turn.added == "complaint" and turn.state.values["complaint"] == "چراغ کوچهٔ ما\nخاموش است"
    assert turn.prompts == () and turn.state.step == one.state.step
    turn = engine.advance(one.program, turn.state, Heard(kind="words", text="اپراتور", early=True), one._world)
    assert turn.outcome is Outcome.HANDED_OVER


def test_first_words_that_choose_are_an_answer() -> None:
    program = BOOK.program("main-menu")
    world = Pretended(carries=replace(MEDIA["sms"], today=TODAY), medium="sms", names=NAMES)
    state = states.begin(program, mark="1", language="fa")
    turn = engine.advance(program, state, Heard(kind="open", text="سلام، شکایت دارم"), world)
    said = "".join(prompt.text for prompt in turn.prompts)
    assert "خوش آمدید" in said and "موافقید" in said and "چه کمکی" not in said


def test_a_code_in_the_first_words_or_a_link_opens_the_status() -> None:
    one = trial("telegram")
    for each in ("شکایت", "بله", "چراغ خاموش است", "رد", "رد", "رد"):
        one.say(each)
    code = str(one.state.values["case_code"])
    one.say(f"/start {code}")
    assert "در نوبت بررسی" in last(one) and "کار دیگری" in last(one) and "given_code" not in one.state.values
    one.say("/start 123-456-7890")
    assert "چه کمکی" in last(one)
    turn = engine.advance(one.program, states.begin(one.program, mark="2", language="fa"),
                          Heard(kind="open", text=f"سلام، درخواست {code} چه شد؟"), one._world)
    assert "در نوبت بررسی" in turn.prompts[0].text


def test_knowledge_is_silent_when_not_sure_and_asks_whether_it_helped() -> None:
    one = trial("sms")
    one.say("پرسش")
    one.say("ساعت کار شما چیست؟")
    assert one.state.waits is Waits.LOOKUP
    one.say("زود باشید")  # kept in the conversation, no answer to anything
    one.say("#found از هشت تا سه")
    assert "از هشت تا سه" in last(one) and "کمکتان کرد" in last(one)
    one.say("بله")
    assert "خوشحالیم" in "".join(line.text for line in one.lines) and one.state.values["helped"] is True
    other = trial("sms")
    for each in ("پرسش", "چیز عجیب", "#found"):
        other.say(each)
    assert "مطمئنی" in last(other) and "کمکتان" not in last(other)


def test_time() -> None:
    one = trial("sms")
    one.say("#remind")
    assert "هنوز اینجا" in last(one) and "چه کمکی" in last(one) and one.state.reminded
    one.say("#late")
    assert "[dropped: time]" in one.lines[-1].text


def test_a_closed_desk_takes_a_message() -> None:
    one = trial("sms", closed=True)
    one.say("گفت‌وگو با کارشناس")
    assert "بیرون از ساعت کاری" in last(one)
    one.say("لطفاً تماس بگیرید")
    assert one.over and "در ساعت کاری پاسخ می‌گیرید" in last(one)


def test_status_of_a_case_of_this_talk() -> None:
    one = trial("sms")
    for each in ("شکایت", "بله", "چراغ خاموش است", "رد", "رد", "بله", "پیگیری"):
        one.say(each)
    one.say(str(one.state.values["case_code"]))
    assert "در نوبت بررسی" in last(one)


def test_hostile_words_cost_little() -> None:
    flood = ["ا" * 100_000, "(" * 100_000, "😀" * 50_000, "\u202e" * 100_000, "1 " * 50_000, "a\x00" * 50_000]
    began = time.process_time()
    for medium in MEDIA:
        for each in flood:
            one = trial(medium)
            one.say(each)
            one.say("شکایت")
            one.say(each)
    assert time.process_time() - began < 15.0  # 90 inputs of 100 kB; a quadratic reader takes minutes


def test_every_flow_speaks_both_languages_on_every_medium() -> None:
    for name in BOOK.definitions:
        for medium in MEDIA:
            persian, english = trial(medium, name, "fa"), trial(medium, name, "en")
            assert persian.lines and english.lines
            said = "".join(line.text for line in english.lines if line.who == "desk")
            for own in ("فارسی / language", "فارسی"):
                said = said.replace(own, "")
            assert not any("\u0600" <= char <= "\u06ff" for char in said), (name, medium, said)


# --- other versions

def _changed(old: str, new: str, **head: str) -> Any:
    files = dict(sources(SHIPPED))
    files["complaint.toml"] = files["complaint.toml"].replace(old, new)
    for key, value in head.items():
        files["main-menu.toml"] = files["main-menu.toml"].replace("[flow]", f'[flow]\n{key} = "{value}"', 1)
    made, faults = checker.check(files)
    assert not [fault for fault in faults if fault.serious], faults
    return link.program("main-menu", made)


def test_a_changed_definition_is_another_version() -> None:
    other = _changed("در چند جمله", "در یک جمله")
    assert other.version != BOOK.program("main-menu").version and other.steps.keys() == BOOK.program(
        "main-menu").steps.keys()


def test_a_dialogue_goes_over_at_the_same_step_by_rule_or_politely() -> None:
    one = trial("sms")
    for each in ("شکایت", "بله", "چراغ خاموش است"):
        one.say(each)
    assert one.state.step == "complaint/when"
    same, how = states.moved(one.state, _changed("در چند جمله", "در یک جمله"))
    assert how == "same" and same.step == "complaint/when"
    files = dict(sources(SHIPPED))
    text = files["complaint.toml"].replace("[steps.when]", "[steps.day-of]").replace('next = "when"', 'next = "day-of"')
    made, _ = checker.check({**files, "complaint.toml": text})
    gone = link.program("main-menu", made)
    state, how = states.moved(one.state, gone)
    assert how == "restart" and state.values["complaint"] == "چراغ خاموش است"
    turn = engine.reopen(gone, state, one._world, politely=True)
    assert "به‌روز شده" in turn.prompts[0].text and turn.state.step == "main-menu/topic"
    made, _ = checker.check({**files, "complaint.toml": text + '\n[migrate]\nwhen = "day-of"\n'})
    state, how = states.moved(one.state, link.program("main-menu", made))
    assert how == "moved" and state.step == "complaint/day-of"
