"""Messages, their attachments, and the external ids by which replies find them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update

from router.errors import BadRequest, NotFound
from router.model import AgentId, Attachment, ContactId, MessageId
from router.records import Delivery, Direction, Message
from storage.items import insert_new
from storage.outbox import delivery_of
from storage.tables import Attachments, Deliveries, References
from storage.tables import Messages as Rows

_T: Any = Rows.__table__  # type: ignore[attr-defined]
_A: Any = Attachments.__table__  # type: ignore[attr-defined]
_R: Any = References.__table__  # type: ignore[attr-defined]
_D: Any = Deliveries.__table__  # type: ignore[attr-defined]
_ADD = insert(_T).returning(*_T.c)
_FILES = insert(_A)


def _attachment(row: Any) -> Attachment:
    return Attachment(
        name=row.name, media_type=row.media_type, size=row.size, digest=row.digest, inline_id=row.inline_id
    )


def _message(row: Any, attachments: Sequence[Attachment], delivery: Delivery | None) -> Message:
    return Message(
        id=MessageId(row.id), contact=ContactId(row.contact_id), direction=Direction(row.direction), at=row.at,
        text=row.text, html=row.html, new_text=row.new_text, subject=row.subject, kind=row.kind,
        agent=None if row.agent_id is None else AgentId(row.agent_id), author=row.author, external_id=row.external_id,
        automatic=row.automatic, language=row.language, attachments=tuple(attachments), delivery=delivery,
        data=row.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The beginning of a contact's last spoken message."""

    direction: Direction
    at: datetime
    text: str


class Messages:
    """See `router.ports.Messages`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def add(self, contact: ContactId, direction: Direction, *, at: datetime, text: str, **fields: Any) -> Message:
        """Append one. `attachments` are already in the blob store; `agent` is its author among us."""
        attachments: Sequence[Attachment] = fields.pop("attachments", ())
        values = {"kind": "", "author": "", "html": "", "new_text": "", "subject": "", "external_id": "",
                  "automatic": "", "language": "", "data": {}} | fields
        values["agent_id"] = values.pop("agent", None)
        row = self._db.execute(_ADD, {
            "contact_id": contact, "direction": direction.value, "at": at, "text": text, **values}).one()
        if attachments:
            self._db.execute(_FILES, [
                {"message_id": row.id, "agent_id": None, "name": a.name, "media_type": a.media_type, "size": a.size,
                 "digest": a.digest, "inline_id": a.inline_id, "created_at": self._now} for a in attachments])
        return _message(row, attachments, None)

    def get(self, message: MessageId) -> Message:
        """NotFound when there is none."""
        found = self.many([message])
        if not found:
            raise NotFound(f"there is no message {message}")
        return found[0]

    def many(self, ids: Sequence[int]) -> list[Message]:
        """Those that exist, by id."""
        return self._read(select(_T).where(_T.c.id.in_(list(ids))).order_by(_T.c.id))

    def of(self, contact: ContactId, *, limit: int = 500) -> list[Message]:
        """The newest `limit` messages of a contact, oldest first."""
        return self._read(select(_T).where(_T.c.contact_id == contact).order_by(_T.c.id.desc()).limit(limit))[::-1]

    def of_thread(self, contacts: Sequence[int], *, limit: int = 200) -> list[Message]:
        """The newest messages between us and the citizen over several contacts, oldest first."""
        shown = (Direction.IN.value, Direction.OUT.value)
        return self._read(select(_T).where(_T.c.contact_id.in_(list(contacts)), _T.c.direction.in_(shown))
                          .order_by(_T.c.id.desc()).limit(limit))[::-1]

    def newest(self, contacts: Sequence[int]) -> dict[int, Message]:
        """The last spoken message of each contact (never a note or system line)."""
        last = (select(func.max(_T.c.id)).where(_T.c.contact_id.in_(list(contacts)), _T.c.direction.in_(("in", "out")))
                .group_by(_T.c.contact_id))
        return {m.contact: m for m in self._read(select(_T).where(_T.c.id.in_(last)))}

    def last_words(self, contacts: Sequence[int], *, chars: int = 200) -> dict[int, Last]:
        """The beginning of each contact's last spoken message, without its files and delivery."""
        last = (select(func.max(_T.c.id)).where(_T.c.contact_id.in_(list(contacts)), _T.c.direction.in_(("in", "out")))
                .group_by(_T.c.contact_id))
        words = func.substr(case((_T.c.new_text != "", _T.c.new_text), else_=_T.c.text), 1, chars)
        rows = self._db.execute(select(_T.c.contact_id, _T.c.direction, _T.c.at, words.label("words"))
                                .where(_T.c.id.in_(last)))
        return {row.contact_id: Last(direction=Direction(row.direction), at=row.at, text=row.words) for row in rows}

    def ids_of(self, contacts: Sequence[int]) -> list[tuple[int, int]]:
        """(contact, message) of every message of some contacts."""
        rows = self._db.execute(select(_T.c.contact_id, _T.c.id).where(_T.c.contact_id.in_(list(contacts))))
        return [(row.contact_id, row.id) for row in rows]

    def known_as(self, contact: ContactId, external_id: str) -> Message | None:
        """A contact's message with this external id."""
        found = self._read(select(_T).where(_T.c.contact_id == contact, _T.c.external_id == external_id).limit(1))
        return found[0] if found else None

    def _read(self, statement: Any) -> list[Message]:
        rows = self._db.execute(statement).all()
        if not rows:
            return []
        ids = [row.id for row in rows]
        files: dict[int, list[Attachment]] = defaultdict(list)
        for row in self._db.execute(select(_A).where(_A.c.message_id.in_(ids)).order_by(_A.c.id)):
            files[row.message_id].append(_attachment(row))
        sent = {
            row.message_id: delivery_of(row) for row in self._db.execute(select(_D).where(_D.c.message_id.in_(ids)))
        }
        return [_message(row, files.get(row.id, ()), sent.get(row.id)) for row in rows]

    def describe(self, message: MessageId, data: Mapping[str, Any]) -> None:
        """Write a message's data anew."""
        self._db.execute(update(_T).where(_T.c.id == message).values(data=dict(data)))

    def move(self, gone: ContactId, into: ContactId) -> list[Message]:
        """Every message of a contact stands in another from now on, with its deliveries and references."""
        ids = self._db.execute(select(_T.c.id).where(_T.c.contact_id == gone)).scalars().all()
        for table in (_T, _R, _D):
            self._db.execute(update(table).where(table.c.contact_id == gone).values(contact_id=into))
        return self.many(ids)

    def remember(self, channel: str, reference: str, message: Message) -> None:
        """So that a later References or reply finds it; the first message with an id keeps it."""
        if reference:
            self._db.execute(insert_new(self._db, _R), {
                "channel": channel, "reference": reference[:500], "message_id": message.id,
                "contact_id": message.contact})

    def references(self, contact: ContactId, *, limit: int = 30) -> tuple[str, ...]:
        """External ids of a contact's messages, oldest first."""
        rows = self._db.execute(select(_R.c.reference).where(_R.c.contact_id == contact)
                                .order_by(_R.c.message_id.desc()).limit(limit)).scalars().all()
        return tuple(rows[::-1])

    def upload(self, agent: AgentId, attachment: Attachment) -> int:
        """Keep an agent's upload until a message takes it; returns its id."""
        made: int = self._db.execute(
            insert(_A)
            .values(
                message_id=None,
                agent_id=agent,
                name=attachment.name,
                media_type=attachment.media_type,
                size=attachment.size,
                digest=attachment.digest,
                inline_id="",
                created_at=self._now,
            )
            .returning(_A.c.id)
        ).scalar_one()
        return made

    def take_uploads(self, agent: AgentId, ids: Sequence[int]) -> list[Attachment]:
        """The agent's waiting uploads, each usable once; BadRequest names one that is not there."""
        taken = []
        for each in ids:
            row = self._db.execute(delete(_A).where(_A.c.id == each, _A.c.agent_id == agent, _A.c.message_id.is_(None))
                                   .returning(*_A.c)).first()
            if row is None:
                raise BadRequest(f"there is no upload {each} of yours", field="attachments")
            taken.append(_attachment(row))
        return taken

    def attachment(self, attachment: int) -> tuple[Attachment, MessageId | None]:
        """One stored file and the message it belongs to."""
        row = self._db.execute(select(_A).where(_A.c.id == attachment)).first()
        if row is None:
            raise NotFound(f"there is no attachment {attachment}")
        return _attachment(row), row.message_id

    def attachment_ids(self, messages: Sequence[int]) -> dict[int, list[int]]:
        """Ids of the files of messages, in the order of `Message.attachments`."""
        found: dict[int, list[int]] = defaultdict(list)
        for row in self._db.execute(
            select(_A.c.id, _A.c.message_id).where(_A.c.message_id.in_(list(messages))).order_by(_A.c.id)
        ):
            found[row.message_id].append(row.id)
        return found
