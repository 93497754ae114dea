"""Turns a visitor's commands into the core's words. PURE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from channels.webchat.about import addresses
from channels.webchat.identity import Identity
from channels.webchat.protocol import About, Call, Choose, Copy, Hello, Open, Say
from router.model import (
    Address,
    DeliveryId,
    DeliveryState,
    Medium,
    Receipt,
    Said,
    Signal,
    SignalKind,
    Thread,
    Upload,
)
from router.records import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A visitor on a channel, with what the host page says about them."""

    channel: str
    visitor: str
    language: str = ""
    name: str = ""
    page: str = ""
    stated: tuple[Address, ...] = ()
    vouched: tuple[Address, ...] = ()

    def hello(self, hello: Hello) -> Who:
        """The same visitor after a hello."""
        return replace(self, language=hello.language, name=hello.name, page=hello.page,
                       stated=addresses(email=hello.email, phone=hello.phone))

    def known(self, identity: Identity | None) -> Who:
        """The same visitor with what the host site vouches for."""
        if identity is None:
            return self
        return replace(self, name=identity.name or self.name, vouched=identity.vouched)

    def about(self, about: About) -> Who:
        """The same visitor with what they say of themself."""
        return replace(self, name=about.name or self.name, stated=addresses(email=about.email, phone=about.phone))

    def address(self) -> Address:
        """Where the visitor is reached: the id is the address and the thread in one."""
        return Address(medium=Medium.WEBCHAT, value=self.visitor, name=self.name)


def said(who: Who, command: Say, uploads: Sequence[Upload], at: datetime) -> Said:
    """An utterance. The visitor's id is part of the key, so nobody can claim another's."""
    return Said(
        channel=who.channel, external_id=f"{who.visitor}:{command.id}", sender=who.address(), at=at, text=command.text,
        uploads=tuple(uploads), thread=Thread(key=who.visitor), language=who.language,
        data={"page": who.page} if who.page else {}, stated=who.stated, vouched=who.vouched,
    )


def _signal(who: Who, kind: SignalKind, external_id: str, at: datetime, value: str = "") -> Signal:
    return Signal(channel=who.channel, external_id=external_id, sender=who.address(), at=at, kind=kind, value=value,
                  thread=Thread(key=who.visitor), language=who.language)


def typing(who: Who, at: datetime, preview: str = "") -> Signal:
    """The visitor is typing; with `preview`, this."""
    return _signal(who, SignalKind.TYPING, "", at, preview)


def stated(who: Who, command: About, at: datetime) -> Signal:
    """The visitor says how else they are reached."""
    return replace(_signal(who, SignalKind.STATED, f"{who.visitor}:{command.id}", at), stated=who.stated)


def chosen(who: Who, command: Choose, label: str, at: datetime) -> Said:
    """The visitor pressed a quick reply: they said what stood on it; a flow reads the value."""
    spoken = said(who, Say(id=command.id, text=label), [], at)
    return replace(spoken, data={**spoken.data, "button": command.value})


def called(who: Who, command: Call, at: datetime) -> Said:
    """The visitor wants to be called: they wrote the number, as they might have done without a form."""
    return said(who, Say(id=command.id, text=command.phone), [], at)


def recognised(who: Who, earlier: str, at: datetime) -> Signal:
    """The visitor signed in at the host site; before, they were `earlier`. No id: doing it again changes nothing."""
    return replace(_signal(who, SignalKind.RECOGNISED, "", at, earlier), vouched=who.vouched)


def copied(who: Who, command: Copy, at: datetime) -> Signal:
    """The visitor wants the conversation by e-mail."""
    return replace(_signal(who, SignalKind.TRANSCRIPT, f"{who.visitor}:{command.id}", at),
                   stated=(Address(medium=Medium.EMAIL, value=command.email),))


def opened(who: Who, command: Open, at: datetime) -> Signal:
    """The visitor opened the panel and expects the desk to speak first."""
    return _signal(who, SignalKind.OPEN, f"{who.visitor}:{command.id}", at)


def left(who: Who, contact: Contact, at: datetime) -> Signal:
    """The visitor is gone. Once per wait: a contact that is queued anew can be left anew."""
    return _signal(who, SignalKind.LEFT, f"{who.visitor}:left:{contact.id}:{contact.version}", at)


def receipt(channel: str, delivery: DeliveryId, *, read: bool, at: datetime) -> Receipt:
    """The visitor's browser has a message, or showed it. Several tabs report; the key keeps one."""
    state = DeliveryState.READ if read else DeliveryState.DELIVERED
    return Receipt(channel=channel, external_id=f"seen:{delivery}:{state}", part_id="", delivery=delivery, state=state,
                   at=at)
