"""The two state machines of the house as tables: contacts and deliveries. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from router.errors import Conflict
from router.model import DeliveryState as D
from router.records import ContactState as S

#: From each state, the states a contact may go to.
TRANSITIONS: dict[S, frozenset[S]] = {
    S.SELF_SERVICE: frozenset({S.WAITING, S.CLOSED, S.ABANDONED, S.ACTIVE}),
    S.WAITING: frozenset({S.OFFERED, S.ACTIVE, S.ABANDONED, S.CLOSED, S.SELF_SERVICE, S.SNOOZED}),
    S.OFFERED: frozenset({S.ACTIVE, S.WAITING, S.ABANDONED}),
    S.ACTIVE: frozenset({S.WRAP_UP, S.CLOSED, S.WAITING, S.SNOOZED, S.ACTIVE}),
    S.SNOOZED: frozenset({S.WAITING, S.ACTIVE, S.CLOSED}),
    S.WRAP_UP: frozenset({S.CLOSED, S.ACTIVE, S.WAITING}),
    S.CLOSED: frozenset({S.WAITING, S.ACTIVE, S.SELF_SERVICE}),
    S.ABANDONED: frozenset({S.WAITING, S.ACTIVE, S.CLOSED, S.SELF_SERVICE}),
}
#: States in which a contact is over.
ENDED = frozenset({S.CLOSED, S.ABANDONED})
#: States in which a contact takes its agent's capacity.
HOLDING = frozenset({S.OFFERED, S.ACTIVE, S.WRAP_UP})

#: From each state, the states a report or an answer of the provider may move a delivery to. Everything else is late
#: news and changes nothing. Going back to `pending` is no report: only the retry rule or a person does that.
FORWARD: dict[D, frozenset[D]] = {
    D.PENDING: frozenset({D.SENDING, D.SENT, D.DELIVERED, D.READ, D.FAILED}),  # a late receipt spares the next try
    D.SENDING: frozenset({D.SENT, D.DELIVERED, D.READ, D.UNCERTAIN, D.FAILED}),
    D.UNCERTAIN: frozenset({D.SENT, D.DELIVERED, D.READ, D.FAILED}),
    D.SENT: frozenset({D.DELIVERED, D.READ, D.FAILED}),
    D.FAILED: frozenset({D.DELIVERED, D.READ}),
    D.DELIVERED: frozenset({D.READ}),
    D.READ: frozenset(),
}
_RANK = {D.PENDING: 0, D.SENDING: 1, D.UNCERTAIN: 2, D.SENT: 3, D.DELIVERED: 4, D.READ: 5}


def move(was: S, to: S) -> S:
    """The new state; Conflict when the table does not allow it."""
    if to not in TRANSITIONS[was]:
        raise Conflict(f"a contact that is {was} cannot become {to}")
    return to


def forward(was: D, to: D) -> D:
    """The state after a report: `to` when that is a step forward, else `was`."""
    return to if to in FORWARD[was] else was


def whole(parts: Iterable[D]) -> D:
    """The state of a message from the states of its parts: failed when one failed, else the least advanced."""
    states = list(parts)
    if D.FAILED in states:
        return D.FAILED
    return min(states, key=_RANK.__getitem__)
