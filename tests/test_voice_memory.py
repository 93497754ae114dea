"""Words for a call: whatever gets lost between us and the carrier, each is heard, in order, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from channels.voice.calls import MOST_CALLS, Calls, LiveCall
from channels.voice.flow import Spoken
from channels.voice.parse import Place

START = datetime(2026, 11, 21, tzinfo=UTC)


def word(number: int) -> Spoken:
    return Spoken(delivery=number, text="و" * 20, language="fa")


@given(st.lists(st.sampled_from(["word", "rest-lost", "rest", "poll", "cut", "wait"]), max_size=40))
def test_every_word_is_heard_in_order_and_then_never_again(events: list[str]) -> None:
    call, now, n, made = LiveCall(sid="CA1", seen=START), START, 0, 0
    heard: list[int] = []
    document: list[int] = []  # what the call is playing now

    def poll(*, whole: bool) -> None:
        """The call asks for its next step; `whole`: what it played until now was heard to the end."""
        nonlocal n, document
        n += 1
        confirmed = document if whole else []
        heard.extend(confirmed)
        call.confirm(confirmed)
        call.polled(Place(n=n), now)
        document = [each.delivery for each in call.speak_at(n, now)]

    for event in [*events, *["wait", "poll"] * 4]:
        now += timedelta(seconds=1)
        if event == "word":
            made += 1
            call.pending[made] = word(made)
        elif event.startswith("rest") and call.pending and call.busy_until(now) is None:
            words = list(call.pending.values())
            call.tell(words, -1, now)
            if event == "rest":
                document = [each.delivery for each in words]
        elif event == "wait":
            now += timedelta(minutes=2)
        elif event in ("poll", "cut"):
            poll(whole=event == "poll")
    assert sorted(set(heard)) == list(range(1, made + 1)), "a word was lost"
    assert len(heard) == len(set(heard)), "a word was said again after it was heard"
    assert heard == sorted(heard)
    assert not call.pending


def test_a_step_asked_twice_says_the_same() -> None:
    call = LiveCall(sid="CA1", seen=START)
    call.pending[1] = word(1)
    assert call.speak_at(3, START) == call.speak_at(3, START + timedelta(seconds=1)) == (word(1),)


def test_memory_is_bounded_and_forgets_who_was_silent_longest() -> None:
    calls = Calls()
    for number in range(MOST_CALLS + 10):
        calls.get(f"CA{number}", START)
    assert len(calls) == MOST_CALLS and calls.known("CA9") is None and calls.known("CA10") is not None
    call = calls.get("CA20", START)
    call.end(START)
    calls.forget_ended(START + timedelta(minutes=11), timedelta(minutes=10))
    assert calls.known("CA20") is None and len(calls) == MOST_CALLS - 1


def test_who_fell_silent() -> None:
    calls = Calls()
    waits, talks = calls.get("CA1", START), calls.get("CA2", START)
    talks.connected = True
    later = START + timedelta(minutes=1)
    assert calls.silent(later, timedelta(seconds=48), timedelta(minutes=2)) == [waits]
    assert calls.silent(START + timedelta(minutes=3), timedelta(seconds=48), timedelta(minutes=2)) == [waits, talks]
