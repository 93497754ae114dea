"""The IVR menu: keys in, decisions out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.adapter import Settings
from channels.voice.menu import KEYS, Action, Choice, Menu, State, offered, opening, step
from settings import SettingsError, build

MENU = Menu()
FA = State(language="fa")

CASES = [
    ("one", "1", Action.QUEUE), ("Persian one", "۱", Action.QUEUE), ("Arabic one", "١", Action.QUEUE),
    ("two", "2", Action.VOICEMAIL), ("Persian three", "۳", Action.CALLBACK), ("with the hash key", "1#", Action.QUEUE),
    ("language", "9", None), ("repeat", "0", None), ("nothing", "", None), ("star", "*", None), ("seven", "7", None),
    ("two keys", "12", None), ("only hash", "#", None),
]


@pytest.mark.parametrize(("keys", "action"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_key(keys: str, action: Action | None) -> None:
    assert step(MENU, FA, keys).action is action


def test_the_opening_greets_and_offers_the_other_language_in_itself() -> None:
    turn = opening(MENU, "fa")
    assert turn.said[0].text == "به پیشخوان خوش آمدید."
    english = [sentence for sentence in turn.said if sentence.language == "en"]
    assert [sentence.text for sentence in english] == ["For English, press nine."]
    assert [s.text for s in offered(MENU, "en") if s.language == "fa"] == ["برای فارسی عدد نه را فشار دهید."]


def test_the_language_turns_and_turns_back() -> None:
    english = step(MENU, FA, "9")
    assert english.state == State(language="en") and english.choice == "9"
    assert english.said[0].text == "To speak with an agent, press one."
    assert step(MENU, english.state, "9").state.language == "fa"


def test_three_misunderstandings_lead_to_people() -> None:
    state = FA
    for keys, said in (("7", "متوجه نشدم."), ("", "برای گفت‌وگو با کارشناس عدد یک را فشار دهید.")):
        turn = step(MENU, state, keys)
        assert turn.action is None and turn.said[0].text == said
        state = turn.state
    last = step(MENU, state, "x")
    assert last.action is Action.QUEUE and last.queue == "" and last.said[0].text == "شما را به کارشناس وصل می‌کنم."


def test_a_choice_ends_the_count() -> None:
    missed = step(MENU, FA, "").state
    assert step(MENU, missed, "1").state.misses == 0


def test_a_queue_of_its_own() -> None:
    menu = Menu(choices={"5": Choice(action=Action.QUEUE, value="water", fa="آب", en="water")})
    turn = step(menu, FA, "۵")
    assert (turn.action, turn.queue, turn.choice) == (Action.QUEUE, "water", "5")


@given(st.lists(st.text(alphabet=KEYS + "#۱۲٣ax", max_size=3), max_size=30))
def test_nobody_is_caught_in_the_menu_without_choosing(inputs: list[str]) -> None:
    """Whatever is pressed, except changing the language, the third time at the latest leads to people."""
    state, without = FA, 0
    for keys in inputs:
        turn = step(MENU, state, keys)
        if turn.action is not None:
            return
        without = 0 if turn.state.language != state.language else without + 1
        assert without < MENU.misunderstandings
        state = turn.state


def test_the_menu_comes_from_the_settings() -> None:
    table = {"menu": {"greeting_fa": "شهرداری", "choices": {
        "1": {"action": "queue", "value": "water", "fa": "آب"}, "*": {"action": "hangup"}}}}
    settings = build(Settings, table, "channels.line", {"PISHKHAN_LINE_AUTH_TOKEN": "t"})
    assert settings.menu.choices["1"].value == "water" and settings.menu.choices["*"].action is Action.HANGUP
    assert opening(settings.menu, "fa").said[0].text == "شهرداری"


@pytest.mark.parametrize(("table", "words"), [
    ({"menu": {"choices": {"#": {"action": "queue"}}}}, "a key is one of"),
    ({"menu": {"choices": {"11": {"action": "queue"}}}}, "a key is one of"),
    ({"menu": {"choices": {"1": {"action": "sing"}}}}, "'sing' is not one of"),
    ({"menu": {"choices": {"1": {"action": "repeat", "value": "x"}}}}, "only a queue has a value"),
    ({"menu": {"misunderstandings": 0}}, "misunderstandings 1 to 10"),
    ({"wait_seconds": 1}, "wait_seconds is 2 to 60"),
    ({"speaker": "nobody"}, "speaker is one of"),
    ({"api_base": "ftp://x"}, "api_base must be"),
    ({"country": "+98"}, "country is a calling code"),
    ({"auth_token": "x"}, "PISHKHAN_LINE_AUTH_TOKEN"),
])
def test_wrong_settings_say_what_is_wrong(table: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build(Settings, table, "channels.line", {})
    assert words in str(caught.value)
