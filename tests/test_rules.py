"""The pure rules as tables of labelled cases and properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.errors import Conflict, Doubtful, InvalidMessage, Misconfigured, Refused, SendError, Throttled, Unreachable
from router.model import AddressId, ContactId, CustomerId, DeliveryState, Medium, QueueId
from router.records import Contact, ContactState
from router.rules import codes, phrases, retry, states, threads, wait

NOW = datetime(2026, 3, 21, 8, 0, tzinfo=UTC)


def contact(number: int = 1, **fields: Any) -> Contact:
    known: dict[str, Any] = {
        "id": ContactId(number), "reference": "r", "token": f"t{number}", "channel": "c", "medium": Medium.SMS,
        "thread_key": f"k{number}", "customer": CustomerId(1), "address": AddressId(1), "state": ContactState.WAITING,
        "state_since": NOW, "queue": QueueId(1), "agent": None, "opened_at": NOW, "queued_at": NOW} | fields
    return Contact(**known)


# --- references

@given(st.integers(0, codes.SPACE - 1))
def test_a_reference_reads_back_in_any_digits(number: int) -> None:
    made = codes.reference(number)
    assert codes.read(made) == made
    assert codes.read(made.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))) == made
    assert codes.read(f"  شماره {made.replace('-', ' ')} ") == made


@given(st.integers(0, codes.SPACE - 1), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_or_a_swap_is_noticed(number: int, place: int, digit: int) -> None:
    digits = codes.reference(number).replace("-", "")
    wrong = digits[:place] + str(digit) + digits[place + 1:]
    assert (codes.read(wrong) is None) == (wrong != digits)
    if place < 9 and digits[place] != digits[place + 1]:
        assert codes.read(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2:]) is None


@given(st.text(max_size=200))
def test_no_text_breaks_reading_a_reference(text: str) -> None:
    codes.read(text)


# --- states

def test_every_state_has_its_row_and_ends_are_ends() -> None:
    assert set(states.TRANSITIONS) == set(ContactState)
    for state in states.ENDED:
        assert ContactState.OFFERED not in states.TRANSITIONS[state]


@pytest.mark.parametrize(("was", "to", "allowed"), [
    ("self-service", "waiting", True), ("waiting", "offered", True), ("offered", "active", True),
    ("active", "wrap-up", True), ("wrap-up", "closed", True), ("waiting", "abandoned", True),
    ("active", "snoozed", True), ("snoozed", "waiting", True), ("closed", "offered", False),
    ("self-service", "offered", False), ("abandoned", "wrap-up", False), ("waiting", "wrap-up", False)])
def test_transitions(was: str, to: str, allowed: bool) -> None:
    if allowed:
        assert states.move(ContactState(was), ContactState(to)) == to
    else:
        with pytest.raises(Conflict):
            states.move(ContactState(was), ContactState(to))


@given(st.lists(st.sampled_from([s for s in DeliveryState if s not in (DeliveryState.PENDING,)]), max_size=12),
       st.randoms())
def test_reports_in_any_order_end_at_the_same_place_once_read(reports: list[DeliveryState], rng: Any) -> None:
    def end(order: list[DeliveryState]) -> DeliveryState:
        state = DeliveryState.SENT
        for each in order:
            state = states.forward(state, each)
        return state
    shuffled = list(reports)
    rng.shuffle(shuffled)
    assert end(reports) == end(shuffled)


def test_a_late_sent_never_overwrites_delivered() -> None:
    assert states.forward(DeliveryState.DELIVERED, DeliveryState.SENT) is DeliveryState.DELIVERED
    assert states.forward(DeliveryState.READ, DeliveryState.FAILED) is DeliveryState.READ


def test_a_message_is_as_far_as_its_last_part() -> None:
    d = DeliveryState
    assert states.whole([d.DELIVERED, d.SENT]) is d.SENT
    assert states.whole([d.DELIVERED, d.FAILED]) is d.FAILED
    assert states.whole([d.DELIVERED, d.DELIVERED]) is d.DELIVERED


# --- threads

CLOSED = {"state": ContactState.CLOSED, "queued_at": None}


@pytest.mark.parametrize(
    ("label", "evidence", "found", "reason", "related"),
    [
        ("first word", {}, None, "first", None),
        ("own token", {"by_token": contact(1)}, 1, "token", None),
        ("token in a stranger's hand", {"by_token": contact(1, address=AddressId(9))}, None, "other-sender", 1),
        ("references of the same sender", {"by_reference": contact(2)}, 2, "reference", None),
        ("references from a stranger", {"by_reference": contact(2, address=AddressId(9))}, None, "other-sender", 2),
        (
            "token of a stranger, own references",
            {"by_token": contact(1, address=AddressId(9)), "by_reference": contact(2)},
            2,
            "reference",
            None,
        ),
        ("chat thread", {"by_key": contact(3)}, 3, "thread", None),
        (
            "closed an hour ago",
            {"by_key": contact(3, closed_at=NOW - timedelta(hours=1), **CLOSED)},
            3,
            "thread-reopened",
            None,
        ),
        (
            "closed long ago",
            {"by_key": contact(3, closed_at=NOW - timedelta(days=9), **CLOSED)},
            None,
            "thread-too-old",
            3,
        ),
        (
            "token of an old contact",
            {"by_token": contact(1, closed_at=NOW - timedelta(days=99), **CLOSED)},
            None,
            "token-too-old",
            1,
        ),
    ],
)
def test_threads(label: str, evidence: dict[str, Any], found: int | None, reason: str, related: int | None) -> None:
    verdict = threads.decide(threads.Evidence(sender=AddressId(1), **evidence), now=NOW, reopen=timedelta(hours=72))
    assert (verdict.contact.id if verdict.contact else None) == found, label
    assert verdict.reason == reason and (verdict.related.id if verdict.related else None) == related


# --- retry

SCHEDULE = retry.Schedule(delays=(timedelta(seconds=1), timedelta(seconds=5)), mend_for=3)


@pytest.mark.parametrize(("error", "attempt", "state", "delay"), [
    (Unreachable(), 1, "pending", 1), (Unreachable(), 2, "pending", 5), (Unreachable(), 3, "failed", None),
    (Throttled(retry_after=timedelta(seconds=7)), 9, "pending", 7),
    (Throttled(retry_after=timedelta(days=7)), 1, "pending", 3600),
    (Refused(), 1, "failed", None), (InvalidMessage(), 1, "failed", None), (SendError(), 1, "failed", None),
    (Doubtful(), 1, "uncertain", None), (Misconfigured(), 3, "pending", 120), (Misconfigured(), 4, "failed", None)])
def test_retry(error: SendError, attempt: int, state: str, delay: float | None) -> None:
    made = retry.after(error, attempt, NOW, SCHEDULE)
    assert made.state == state
    assert (made.due_at - NOW).total_seconds() == delay if delay is not None else made.due_at is None


# --- waiting time and phrases

@given(st.integers(1, 500), st.integers(5, 5000))
def test_the_wait_is_an_interval_in_whole_minutes_that_grows_with_the_place(place: int, answered: int) -> None:
    low, high = wait.interval(place, answered, timedelta(minutes=30))
    assert 0 <= low < high and low % 60 == 0 and high % 60 == 0
    assert wait.interval(place + 1, answered, timedelta(minutes=30))[1] >= high


def test_too_little_known_is_said_so() -> None:
    assert wait.interval(3, 4, timedelta(minutes=30)) == (0, 0)
    assert wait.interval(0, 100, timedelta(minutes=30)) == (0, 0)


def test_phrases_show_numbers_in_the_reader_s_digits_and_isolate_them() -> None:
    said = phrases.say("acknowledge", "fa", desk="پیشخوان", reference="482-913-5573")
    assert "\u2068۴۸۲-۹۱۳-۵۵۷۳\u2069" in said and "482" not in said
    assert "482-913-5573" in phrases.say("acknowledge", "en", desk="Pishkhan", reference="482-913-5573")
