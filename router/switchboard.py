"""Routing as one part of the house: dispatch, promises, and what citizens are told. Puts together; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from router.costs import Costs
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
        self.costs = Costs(store, lambda: self.dispatch.plan)
        self.promises = Promises(store, bus, lambda: self.dispatch.plan, self._live)
        self.outlook = Outlook(self.dispatch, clock, self._live)

    def _live(self) -> Collection[str]:
        return {name for name, policy in self._policies.items() if policy.live}

    async def open(self) -> None:
        """Before anybody is let in: nothing that happens from now on is missed."""
        await self.dispatch.open()
        await self.promises.open()

    @property
    def base(self) -> Plan:
        """What the settings say."""
        return self.dispatch.desk.base

    @property
    def plan(self) -> Plan:
        """All that is set now."""
        return self.dispatch.plan

    def state(self) -> dict[str, Any]:
        """How routing stands now, JSON-able: where nobody comes, whom nobody could serve, how the waits
        that were announced came true, the router's own figures."""
        dispatch, at = self.dispatch, self.dispatch.ticks.now().at
        queues = [{"queue": queue.id, "name": queue.name, "waiting": dispatch.desk.length(queue.id),
                   "open": dispatch.plan.is_open(queue, at), "trouble": dispatch.following.staff.standing(queue.id),
                   **{name: len(getattr(dispatch.following.staff, name).get(queue.id, ()))
                      for name in ("able", "here", "ready")}}
                  for _, queue in sorted(dispatch.plan.queues.items())]
        stranded = [{"contact": contact, "missing": list(missing)}
                    for contact, missing in sorted(dispatch.desk.stranded.items())]
        waits = {name: record for name, record in dispatch.desk.waits.estimator.records().items() if record["n"]}
        return {"queues": queues, "stranded": stranded, "decisions": dispatch.decisions, "refused": dispatch.refused,
                "faults": dispatch.faults, "waits": waits}

    def handlers(self) -> dict[str, Callable[[Tx, Timer], None]]:
        """By kind of timer."""
        return {**self.dispatch.handlers(), "promise": self.promises.tell, "told": self.promises.renew}
