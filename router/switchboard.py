"""Routing as one part of the house: dispatch, promises, and what citizens are told. Puts together; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from router.dispatch import Dispatch
from router.outlook import Outlook
from router.ports import Bus, Clock, Store, Tx
from router.promises import Promises
from router.records import Timer
from router.rules.plan import Plan
from router.rules.triage import ChannelPolicy


class Switchboard:
    """`policies` are the channels' as intake has them; they may come later."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, policies: Mapping[str, ChannelPolicy], *, base: Plan,
                 wrap_up: timedelta, away_after: int) -> None:
        self._policies = policies
        self.dispatch = Dispatch(store, bus, clock, base=base, wrap_up=wrap_up, away_after=away_after)
        self.promises = Promises(store, bus, lambda: self.dispatch.plan, self._live)
        self.outlook = Outlook(self.dispatch, clock, self._live)

    def _live(self) -> Collection[str]:
        return {name for name, policy in self._policies.items() if policy.live}

    def handlers(self) -> dict[str, Callable[[Tx, Timer], None]]:
        """By kind of timer."""
        return {**self.dispatch.handlers(), "promise": self.promises.tell, "told": self.promises.renew}
