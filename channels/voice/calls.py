"""What the process remembers of its live calls, so as to speak on them at once. The database stays the truth:
everything here may be lost at any moment, and then costs a delay, never a word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.voice.flow import Spoken
from channels.voice.parse import Place
from router.model import Address

#: So many calls are remembered; beyond it the one that was silent longest is forgotten.
MOST_CALLS = 5_000
#: A connection that was ordered takes the call over within this time; a call that polls later is not being connected.
TAKES_OVER = timedelta(seconds=6)
#: Speech engines speak about so many characters a second; used only to judge when words must have been heard.
CHARS_PER_SECOND = 10
#: Deliveries known to be heard are remembered for a retry of the outbox; so many at most.
MOST_HEARD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Words that the carrier has: in the document of a step, or (`step` -1) sent to the live call out of turn."""

    step: int
    until: datetime  #: by then they must have been spoken


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """One call on the line."""

    sid: str
    seen: datetime  #: last webhook
    caller: Address | None = None
    called: str = ""
    place: Place = field(default_factory=Place)
    pending: dict[int, Spoken] = field(default_factory=dict)  #: to be spoken, in order
    told: dict[int, Told] = field(default_factory=dict)  #: what of it the carrier already has
    heard: list[int] = field(default_factory=list)
    ordered: datetime | None = None  #: when a connection to an agent was ordered
    party: str = ""  #: the telephone of that connection
    order: int = 0  #: delivery of an order that came while the call was being connected already
    missed: datetime | None = None  #: when an agent's telephone was not answered
    recording: datetime | None = None  #: until when the caller may be speaking to the recorder
    connected: bool = False
    taken: bool = False  #: the key was pressed on the telephone that was rung last
    ended: bool = False
    dismissed: bool = False  #: to be hung up at its next poll, because the carrier could not be told
    recalled: bool = False  #: whether the store was asked for words that were never confirmed
    news: asyncio.Event = field(default_factory=asyncio.Event)  #: something was heard, or the call ended

    def confirm(self, deliveries: Iterable[int]) -> None:
        """These were heard to the end."""
        for delivery in deliveries:
            self.pending.pop(delivery, None)
            self.told.pop(delivery, None)
            if delivery not in self.heard:
                self.heard.append(delivery)
        del self.heard[:-MOST_HEARD]
        self.news.set()

    def end(self, now: datetime) -> None:
        """Nobody is on the line any more."""
        self.ended, self.seen = True, now
        self.news.set()

    async def hears(self, delivery: int, within: timedelta) -> bool:
        """Wait until this was heard; False when the time is over or the call ended first."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while delivery not in self.heard and not self.ended:
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            pass
        return delivery in self.heard

    def speak_at(self, step: int, now: datetime) -> tuple[Spoken, ...]:
        """What a step must say. A step that comes although words were given to an earlier step shows that those were
        cut short: they are said again. Words sent out of turn are left to the carrier until they must have been
        heard."""
        due = []
        for each in self.pending.values():
            told = self.told.get(each.delivery)
            if told is not None and told.step < 0 and told.until > now:
                break  # and what came later waits behind it
            due.append(each)
        self.tell(due, step, now)
        return tuple(due)

    def tell(self, words: Iterable[Spoken], step: int, now: datetime) -> None:
        """The carrier has these words now, to be spoken one after the other."""
        until = now
        for each in words:
            until += speaking_time(each.text)
            self.told[each.delivery] = Told(step=step, until=until)

    def busy_until(self, now: datetime) -> datetime | None:
        """Until when words are being spoken, by us or to the recorder; None = nothing is."""
        times = [told.until for told in self.told.values()] + ([self.recording] if self.recording else [])
        return max((each for each in times if each > now), default=None)

    def polled(self, place: Place, now: datetime) -> None:
        """The call asked for its next step: whatever ran before is over."""
        self.seen, self.place, self.recording, self.connected = now, place, None, False

    def being_connected(self, now: datetime) -> bool:
        """Whether an ordered connection is about to take the call over."""
        return self.ordered is not None and now - self.ordered < TAKES_OVER

    def connect(self, party: str, now: datetime) -> None:
        """A connection with this telephone is ordered now."""
        self.ordered, self.party, self.taken = now, party, False


def speaking_time(text: str) -> timedelta:
    """How long the words take at most."""
    return timedelta(seconds=4 + len(text) / CHARS_PER_SECOND)


class Calls:
    """The live calls by their id, bounded."""

    def __init__(self) -> None:
        self._calls: dict[str, LiveCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, sid: str, now: datetime) -> LiveCall:
        """The call, remembered from now on."""
        call = self._calls.pop(sid, None) or LiveCall(sid=sid, seen=now)
        self._calls[sid] = call
        while len(self._calls) > MOST_CALLS:
            del self._calls[next(iter(self._calls))]
        return call

    def known(self, sid: str) -> LiveCall | None:
        """The call if it is remembered."""
        return self._calls.get(sid)

    def live(self) -> list[LiveCall]:
        """Those that did not end, longest untouched first."""
        return [call for call in self._calls.values() if not call.ended]

    def silent(self, now: datetime, polling: timedelta, talking: timedelta) -> list[LiveCall]:
        """Live calls that should have been heard of: the carrier must be asked whether they still are."""
        return [call for call in self.live()
                if now - call.seen > (talking if call.connected or call.ordered else polling)]

    def forget_ended(self, now: datetime, after: timedelta) -> None:
        """Let go of calls that ended a while ago."""
        for sid in [call.sid for call in self._calls.values() if call.ended and now - call.seen > after]:
            del self._calls[sid]
