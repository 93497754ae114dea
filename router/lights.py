"""The channels' lights: what a channel says of itself, under what the house knows besides (paused, alarm). No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from router.events import ChannelAlarm, ChannelPaused
from router.model import Health
from router.ports import Batch, Bus, Clock
from router.records import Entry
from router.rules.exchange import Pause

ALARM = timedelta(hours=1)  #: an alarm is shown for so long after its last cause
_ALARMS = {
    "same-text": ("The same message went to one address too often and was stopped.",
                  "همان پیام پی‌درپی به یک نشانی رفت و متوقف شد."),
    "robot": ("A machine answers our automatic messages; they were stopped.",
              "دستگاهی به پیام‌های خودکار ما پاسخ می‌دهد؛ متوقف شدند."),
    "cap-day": ("The day's limit or budget is spent; messages wait until tomorrow.",
                "سقف یا بودجهٔ امروز پر شد؛ پیام‌ها تا فردا می‌مانند."),
    "cap-address": ("One address reached its limit for today.", "یک نشانی به سقف امروز خود رسید."),
    "cap-prefix": ("Numbers of one prefix reached their limit for today.", "شماره‌های یک پیش‌شماره به سقف امروز رسیدند."),
}


class Lights:
    """One light a channel; `changed` is called when one looks different."""

    def __init__(self, clock: Clock, changed: Callable[[str, Health], None]) -> None:
        self._clock, self._changed = clock, changed
        self._own: dict[str, Health] = {}
        self._paused: dict[str, Health] = {}
        self._alarms: dict[str, Health] = {}
        self.shown: dict[str, Health] = {}

    def report(self, name: str, health: Health) -> None:
        """What a channel says of itself."""
        self._own[name] = health
        self._show(name)

    def pause(self, name: str, since: datetime | None, reason: str = "") -> None:
        """None: it goes on."""
        self._paused.pop(name, None)
        if since is not None:
            self._paused[name] = Health(
                code="paused", since=since, en=f"Paused; outgoing messages wait. {reason}".strip(),
                fa=f"متوقف؛ پیام‌های خروجی می‌مانند. {reason}".strip())
        self._show(name)

    def alarm(self, name: str, kind: str, at: datetime) -> None:
        """Something was stopped; a green light becomes an alarm for a while."""
        en, fa = _ALARMS.get(kind, (kind, kind))
        self._alarms[name] = Health(code="alarm", en=en, fa=fa, since=at)
        self._show(name)

    async def run(self, bus: Bus, paused: Mapping[str, Pause]) -> None:
        """Follow the journal until cancelled; `paused` is how it stood before."""
        listener = bus.subscribe("lights", size=10_000)
        for name, pause in paused.items():
            self.pause(name, pause.since, pause.reason)
        try:
            while True:
                what = await listener.get()
                for entry in what.entries if isinstance(what, Batch) else ():
                    self._take(entry)
        finally:
            listener.close()

    def _take(self, entry: Entry) -> None:
        if entry.name == ChannelPaused.name:
            self.pause(entry.data["channel"], entry.at if entry.data["paused"] else None, entry.data["reason"])
        elif entry.name == ChannelAlarm.name:
            self.alarm(entry.data["channel"], entry.data["kind"], entry.at)

    def _show(self, name: str) -> None:
        own = self._own.get(name) or Health(code="starting", since=self._clock())
        alarm = self._alarms.get(name)
        if alarm is not None and alarm.since is not None and self._clock() - alarm.since > ALARM:
            del self._alarms[name]
            alarm = None
        now = self._paused.get(name) or (alarm if alarm is not None and own.code in ("ok", "starting") else own)
        known = self.shown.get(name)
        if known is None or (known.code, known.en) != (now.code, now.en):
            self.shown[name] = now
            self._changed(name, now)
