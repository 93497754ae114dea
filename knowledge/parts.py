"""Knowledge as the composition root sees it: what runs, what is served, what is due. Builds; decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from knowledge import articles, ledger, review
from knowledge.desk import KnowledgeDesk
from knowledge.given import Given, Rules
from knowledge.pages import HelpPages
from knowledge.proposals import quoted
from knowledge.routes import api
from router.ports import Bus
from router.records import Timer
from router.routes import Route
from storage.tx import StoreTx

__all__ = ["quoted", "routes", "runs", "timers"]
Due = Callable[[StoreTx, Timer], None]


def timers(rules: Rules) -> dict[str, Due]:
    """What is due later, by the timer's kind."""
    def forget(tx: StoreTx, timer: Timer) -> None:
        ledger.sweep(tx, timedelta(days=rules.keep_days))
        review.due(tx)
    return {articles.PUBLISH: articles.publish, ledger.SWEEP: forget}


def runs(given: Given, bus: Bus) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """What goes on until the house stops, by name."""
    given.library.return_days = given.rules.return_days
    return {"knowledge": given.library.run, "ledger": ledger.Ledger(given, bus).run}


def routes(given: Given) -> list[Route]:
    """Everything that is served."""
    return [*api(given), *HelpPages(given).routes(), *KnowledgeDesk(given).routes()]
