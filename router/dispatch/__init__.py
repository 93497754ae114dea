"""Turns what happened into offers at once: tells the core, claims what it decides. No policy here."""

from router.dispatch.loop import Dispatch
from router.dispatch.offers import REOFFER, claim, give_back

__all__ = ["REOFFER", "Dispatch", "claim", "give_back"]
