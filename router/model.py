"""The words that travel between channels and the core. Pure values; nothing here does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from router.byhand import ByHand
from router.limits import Limits as Limits

ContactId = NewType("ContactId", int)
MessageId = NewType("MessageId", int)
DeliveryId = NewType("DeliveryId", int)
CustomerId = NewType("CustomerId", int)
AddressId = NewType("AddressId", int)
AgentId = NewType("AgentId", int)
QueueId = NewType("QueueId", int)
OfferId = NewType("OfferId", int)
ItemId = NewType("ItemId", int)


class Medium(StrEnum):
    """A kind of channel. The core never branches on it: what differs between media is data."""

    EMAIL = "email"  #: SMTP in and out, threads by token and References
    SMS = "sms"  #: text messages through a gateway
    WEBCHAT = "webchat"  #: the widget on a web page
    TELEGRAM = "telegram"  #: Bot API: Telegram, Bale
    VOICE = "voice"  #: a live telephone call through the IVR
    PHONE = "phone"  #: a call that an agent took by hand and noted
    FAX = "fax"  #: a fax, recorded with its scan
    LETTER = "letter"  #: a letter, recorded with its scan
    COUNTER = "counter"  #: a visit to the counter
    FORM = "form"  #: a form on a web page


class Fate(StrEnum):
    """What became of an inbound item. Every item ends in exactly one."""

    NEW = "new"  #: opened a contact
    CONTINUES = "continues"  #: belongs to a contact that was there
    DUPLICATE = "duplicate"  #: was taken in before; nothing stored again
    AUTOMATIC = "automatic"  #: automatic mail, attached and never answered
    BOUNCE = "bounce"  #: a report about a message we sent
    RECEIPT = "receipt"  #: delivery report, settled on its delivery
    SIGNAL = "signal"  #: changed a contact's state, no message
    QUARANTINED = "quarantined"  #: could not be understood; kept raw for a person
    IGNORED = "ignored"  #: understood, and nothing to do; the reason says why


class DeliveryState(StrEnum):
    """The life of one outgoing message. Only ever moves forward (see `rules.states.settle`)."""

    PENDING = "pending"  #: waits for its turn in the outbox
    SENDING = "sending"  #: handed to the provider; no answer yet
    SENT = "sent"  #: the provider took it
    DELIVERED = "delivered"  #: the provider says it reached the citizen
    READ = "read"  #: the citizen opened it
    UNCERTAIN = "uncertain"  #: may or may not have gone; never resent silently
    FAILED = "failed"  #: will not arrive; the reason says why


class SignalKind(StrEnum):
    """A thing a citizen does without saying anything."""

    OPEN = "open"  #: a call or dialogue begins; opens a contact in self-service
    CHOICE = "choice"  #: pressed a key or button in a menu; kept as a system message
    ENQUEUE = "enqueue"  #: wants a person; `value` names the queue ("" = the channel's own)
    CALLBACK = "callback"  #: wants to be called back at `value`, keeping the place
    LEFT = "left"  #: hung up or closed the window
    CONNECTED = "connected"  #: now speaks with the agent on the telephone
    TYPING = "typing"  #: is typing; never stored
    STATED = "stated"  #: says how else they are reached (`stated`); proves nothing
    TRANSCRIPT = "transcript"  #: wants a copy of the conversation at the address in `stated`
    RECOGNISED = "recognised"  #: proved to be who wrote before from the address `value` of the same medium
    OPT_OUT = "opt-out"  #: takes no messages here any more (blocked the bot, wrote STOP)
    OPT_IN = "opt-in"  #: takes messages again


class OutKind(StrEnum):
    """Why an outgoing message exists."""

    REPLY = "reply"  #: an agent wrote it
    ACK = "ack"  #: automatic acknowledgement with the reference
    NOTICE = "notice"  #: system notice (bot, reminder, wait announcement)
    CONNECT = "connect"  #: connect the citizen's call with `data["to"]`
    HANGUP = "hangup"  #: end the citizen's call
    HOLD = "hold"  #: let the citizen's call wait, until it is connected anew


#: Orders to a live call; they have no words.
ORDERS = frozenset({OutKind.CONNECT, OutKind.HANGUP, OutKind.HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a customer is reached on a medium. `value` is canonical (e-mail lower case, phone E.164)."""

    medium: Medium
    value: str
    name: str = ""  #: display name as stated by the sender; never an identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came in, its bytes in memory (channels limit the size before)."""

    name: str
    media_type: str
    content: bytes
    inline_id: str = ""  #: Content-ID without brackets, for images inside HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A stored file; the bytes are in the blob store under `digest` (sha-256, hex)."""

    name: str
    media_type: str
    size: int  #: bytes
    digest: str
    inline_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What an inbound message says about where it belongs. The rule `rules.threads` weighs it."""

    key: str = ""  #: natural thread on the channel (chat id, call id); "" = the sender's address
    tokens: tuple[str, ...] = ()  #: our own unguessable tokens found in it, strongest evidence first
    references: tuple[str, ...] = ()  #: Message-IDs it refers to, nearest first, without brackets
    reply_to: str = ""  #: external id of the message it answers (messengers)
    conversation: str = ""  #: a mail program's own name of the conversation; only believed with sender and subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A mail system's report about a message we sent (RFC 3464)."""

    permanent: bool
    recipient: str
    code: str  #: enhanced status code, e.g. "5.1.1"
    reason: str
    references: tuple[str, ...] = ()  #: Message-IDs of what bounced, without brackets
    tokens: tuple[str, ...] = ()
    complaint: bool = False  #: it arrived, and its reader called it unwanted (RFC 5965)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One inbound utterance. `external_id` is unique within the channel: the idempotency key."""

    channel: str
    external_id: str
    sender: Address
    at: datetime  #: when the provider says it was said
    text: str
    html: str = ""
    subject: str = ""
    new_text: str = ""  #: text without quotes and signature; "" = same as text
    uploads: tuple[Upload, ...] = ()
    thread: Thread = field(default_factory=Thread)
    automatic: str = ""  #: why this is automatic mail ("auto-submitted"); "" = a person wrote it
    bounce: Bounce | None = None
    quarantine: str = ""  #: why it could not be understood; then only raw counts
    ignored: str = ""  #: why it was understood and nothing is to be done (a group's chatter); recorded, shown to nobody
    language: str = ""  #: "fa", "en" or "" = unknown
    queue: str = ""  #: queue asked for by the channel's own menu or keyword; "" = the channel's
    data: Mapping[str, Any] = field(default_factory=dict)  #: JSON-able extras for people (cc, location)
    ids: tuple[str, ...] = ()  #: ids by which later messages may refer to this one (Message-ID, "chat:message")
    vouched: tuple[Address, ...] = ()  #: proved by the provider or host site to be the sender's own as well
    people: tuple[Address, ...] = ()  #: others who read along (To, Cc), none of them ours
    by_hand: ByHand | None = None  #: an agent recorded it
    stated: tuple[Address, ...] = ()  #: what the sender says of themself (pre-chat form); reaches them, proves nothing
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A provider's report on a message part we sent."""

    channel: str
    external_id: str  #: idempotency key of the report itself; "" = none
    part_id: str  #: the provider's id of the part; or "" and then `delivery`
    delivery: DeliveryId | None = None
    state: DeliveryState
    at: datetime
    detail: str = ""
    by_hand: ByHand | None = None
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something a citizen did without a message: opened, chose, left, is typing."""

    channel: str
    external_id: str  #: idempotency key; "" = none (typing)
    sender: Address
    at: datetime
    kind: SignalKind
    value: str = ""
    thread: Thread = field(default_factory=Thread)
    language: str = ""
    stated: tuple[Address, ...] = ()
    vouched: tuple[Address, ...] = ()  #: proved to be the sender's own as well
    data: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes = b""


Item = Said | Receipt | Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice offered to the citizen; `value` comes back."""

    label: str
    value: str
    asks: str = ""  #: "phone" or "location": where the medium can, pressing it shares that instead of sending `value`


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message on its way to a provider. `key` is stable over retries (Message-ID, idempotency key)."""

    delivery: DeliveryId
    contact: ContactId
    key: str
    kind: OutKind
    channel: str
    to: Address
    thread_key: str  #: the contact's thread on this channel
    text: str
    html: str = ""
    subject: str = ""
    language: str = "fa"
    reference: str = ""  #: the contact's public reference
    token: str = ""  #: the contact's unguessable thread token
    references: tuple[str, ...] = ()  #: external ids of this contact's messages, oldest first
    attachments: tuple[Attachment, ...] = ()
    buttons: tuple[Button, ...] = ()
    sender_name: str = ""  #: the agent's public name
    queue: str = ""  #: short name of the contact's queue
    data: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    parts_done: Mapping[int, str] = field(default_factory=dict)  #: part index -> external id already accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of a sent message, with the provider's own id for it."""

    index: int
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider took the message. `state` is SENT unless the channel knows more at once."""

    parts: tuple[Part, ...] = ()
    state: DeliveryState = DeliveryState.SENT
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a channel's self-check: what was looked at and how it stands."""

    check: str  #: short code, e.g. "imap-login"
    ok: bool
    en: str
    fa: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A channel's light. `code` is one of: ok, starting, down, refused, misconfigured, paused, alarm."""

    code: str
    en: str = ""
    fa: str = ""
    since: datetime | None = None
