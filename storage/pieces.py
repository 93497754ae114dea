"""Parts of longer inbound messages, for the channel that puts them together. Knows no channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from router.rules.exchange import Piece
from storage.store import SqlStore


class Pieces:
    """See `router.ports.Pieces`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def keep(self, piece: Piece) -> Sequence[Piece]:
        """Kept durably; every part of that message that is here, in order."""
        return await self._store.run(lambda tx: tx.channels.piece(piece), name="piece")

    async def forget(self, channel: str, whole: str) -> None:
        """The message was taken in."""
        await self._store.run(lambda tx: tx.channels.whole(channel, whole), name="piece")

    async def late(self, channel: str, before: datetime) -> Sequence[Sequence[Piece]]:
        """Messages that began before a time and are not complete."""
        return await self._store.snapshot(lambda tx: [
            tx.channels.pieces(channel, whole) for whole in tx.channels.orphans(channel, before)])
