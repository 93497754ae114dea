"""Pauses of channels, the log of exchanges with providers, and parts of longer messages that wait for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from router.rules.exchange import Exchange, Pause, Piece
from storage.items import insert_new
from storage.tables import Exchanges, Pauses, Pieces

_PAUSES: Any = Pauses.__table__  # type: ignore[attr-defined]
_E: Any = Exchanges.__table__  # type: ignore[attr-defined]
_P: Any = Pieces.__table__  # type: ignore[attr-defined]
_KNOWN_FOR = timedelta(days=2)  #: a gateway repeats a part within so long
_KEEP = insert(_E)
_PAUSED = select(_PAUSES)
_OF = select(_P).where(_P.c.channel == bindparam("on"), _P.c.whole == bindparam("of")).order_by(_P.c.number)


class Channels:
    """See `router.ports.Channels`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def paused(self) -> dict[str, Pause]:
        """Channels on which nothing goes out now."""
        return {row.channel: Pause(channel=row.channel, since=row.since, actor=row.actor, reason=row.reason)
                for row in self._db.execute(_PAUSED)}

    def pause(self, channel: str, actor: str, reason: str) -> bool:
        """False when it was paused already; then the first word about it stays."""
        found = self._db.execute(insert_new(self._db, _PAUSES, _PAUSES.c.channel), {
            "channel": channel, "since": self._now, "actor": actor, "reason": reason}).scalar()
        return found is not None

    def resume(self, channel: str) -> bool:
        """False when it was not paused."""
        return bool(self._db.execute(delete(_PAUSES).where(_PAUSES.c.channel == channel)).rowcount)

    def keep(self, exchanges: Sequence[Exchange]) -> None:
        """Write down what was exchanged with providers."""
        if exchanges:
            self._db.execute(_KEEP, [asdict(each) for each in exchanges])

    def exchanges(self, channel: str, *, before: int | None = None, limit: int = 50) -> list[tuple[int, Exchange]]:
        """The newest of a channel, with their numbers."""
        wanted = select(_E).where(_E.c.channel == channel).order_by(_E.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(_E.c.id < before)
        return [(row.id, Exchange(
            channel=row.channel, at=row.at, way=row.way, method=row.method, path=row.path, status=row.status,
            millis=row.millis, asked=row.asked, answered=row.answered, outcome=row.outcome))
            for row in self._db.execute(wanted)]

    def forget(self, before: datetime, *, most: int) -> int:
        """Drop exchanges that are old, or beyond so many of a channel."""
        self._db.execute(delete(_P).where(_P.c.content == b"", _P.c.arrived_at < self._now - _KNOWN_FOR))
        gone = int(self._db.execute(delete(_E).where(_E.c.at < before)).rowcount)
        crowded = self._db.execute(select(_E.c.channel).group_by(_E.c.channel).having(func.count() > most)).scalars()
        for channel in crowded.all():
            edge = self._db.execute(select(_E.c.id).where(_E.c.channel == channel).order_by(_E.c.id.desc())
                                    .offset(most).limit(1)).scalar()
            gone += int(self._db.execute(delete(_E).where(_E.c.channel == channel, _E.c.id <= edge)).rowcount)
        return gone

    def piece(self, piece: Piece) -> list[Piece]:
        """Keep one part of a longer inbound message; every part of it that is here, in order. A part that came before
        is not kept again, and answers nothing once its message was taken in. Another part of the same name and number
        belongs to another message, as reference numbers come round."""
        kept = self.pieces(piece.channel, piece.whole)
        if any(each.external_id == piece.external_id for each in kept):
            return kept if all(each.content for each in kept) else []
        done = any(not each.content for each in kept)
        if done or any(each.number == piece.number for each in kept):
            aside = f"{piece.whole}/{kept[0].external_id}"
            self._db.execute(update(_P).where(_P.c.channel == piece.channel, _P.c.whole == piece.whole)
                             .values(whole=aside))
        self._db.execute(insert_new(self._db, _P), asdict(piece))
        return self.pieces(piece.channel, piece.whole)

    def pieces(self, channel: str, whole: str) -> list[Piece]:
        """The parts of one message that are here, in order."""
        return [Piece(channel=row.channel, whole=row.whole, number=row.number, external_id=row.external_id,
                      arrived_at=row.arrived_at, content=row.content)
                for row in self._db.execute(_OF, {"on": channel, "of": whole})]

    def whole(self, channel: str, whole: str) -> None:
        """Its message was taken in: forget the words; which parts they were is known for a while longer."""
        self._db.execute(update(_P).where(_P.c.channel == channel, _P.c.whole == whole).values(content=b""))

    def orphans(self, channel: str, before: datetime, *, limit: int = 50) -> list[str]:
        """Messages whose first part came before a time and that are still not complete."""
        return list(self._db.execute(
            select(_P.c.whole).where(_P.c.channel == channel, _P.c.content != b"").group_by(_P.c.whole)
            .having(func.min(_P.c.arrived_at) < before).limit(limit)).scalars())
